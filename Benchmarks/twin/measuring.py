"""Building the twin and timing its steps."""

import argparse
import statistics
import time

import numpy as np
import torch

from disttrain_peers import networks, pictures
from twin.step import Step, Twin


def photographs(options: argparse.Namespace) -> torch.Tensor:
    """Training images [n, c, size, size] in [-1, 1]."""
    recipe = options.recipe
    if options.data is None:
        return torch.rand(recipe.batch * 2, recipe.channels, recipe.imageSize, recipe.imageSize) * 2 - 1
    images = pictures.folder(options.data, recipe.imageSize, recipe.channels)
    if options.holdout:
        images = images[np.arange(1, len(images) + 1) % options.holdout != 0]
    return torch.from_numpy(images)


def build(options: argparse.Namespace) -> Twin:
    """The twin with freshly initialized networks, the same for the same seed."""
    random = torch.Generator().manual_seed(options.seed)
    both = networks.of(options.recipe)
    for network in both.values():
        networks.initialize(network, random)
    return Twin(options.recipe, both, tuned=not options.literal, bf16=options.bf16)


def seconds_per_step(step: Step, images: torch.Tensor, options: argparse.Namespace, steps: int) -> list[float]:
    """Of `steps` steps on random batches, after the warm-up."""
    taken = []
    for index in range(options.warm_up + steps):
        choice = torch.randint(len(images), (options.recipe.batch,))
        start = time.perf_counter()
        step(images[choice])
        if index >= options.warm_up:
            taken.append(time.perf_counter() - start)
    return taken


def measure(options: argparse.Namespace) -> None:
    """Prints images/s of the median step."""
    images = photographs(options)
    steps = {}
    if options.mode != "compiled":
        steps["eager"] = build(options)
    if options.mode != "eager":
        compiled = build(options)
        # Static shapes: with symbolic ones the 5x5 networks take more than ten minutes to compile.
        compiled.generator = torch.compile(compiled.generator, dynamic=False)
        compiled.discriminator = torch.compile(compiled.discriminator, dynamic=False)
        steps["compiled"] = compiled
    chosen = min(steps, key=lambda name: min(seconds_per_step(steps[name].step, images, options, 3))
                 if len(steps) > 1 else 0)
    taken = seconds_per_step(steps[chosen].step, images, options, options.steps)
    report(chosen, taken, options)


def report(how: str, taken: list[float], options: argparse.Namespace) -> None:
    """Prints what ran and the images/s of its median step."""
    loop = "literal" if options.literal else "tuned"
    recipe = options.recipe
    print(f"twin {loop} {'bf16' if options.bf16 else 'fp32'} {how}, threads {options.threads}, batch {recipe.batch}, "
          f"width {recipe.width}, {recipe.imageSize} px, torch {torch.__version__}")
    print(f"images/s {recipe.batch / statistics.median(taken):.2f} (median of {len(taken)} steps, "
          f"{recipe.batch / max(taken):.2f} to {recipe.batch / min(taken):.2f})")
