"""Building the twin and timing its steps."""

import argparse
import statistics
import time

import numpy as np
import torch

from disttrain_peers import dcgan, networks, pictures
from twin.step import Step, Twin


def photographs(options: argparse.Namespace) -> torch.Tensor:
    """Training pictures [n, c, size, size] in [-1, 1]."""
    if options.data is None:
        shape = (options.batch * 2, options.channels, options.image_size, options.image_size)
        return torch.rand(shape) * 2 - 1
    images = pictures.folder(options.data, options.image_size, options.channels)
    if options.holdout:
        images = images[np.arange(1, len(images) + 1) % options.holdout != 0]
    return torch.from_numpy(images)


def build(options: argparse.Namespace) -> Twin:
    """The twin with freshly initialized networks, the same for the same seed."""
    random = torch.Generator().manual_seed(options.seed)
    generator = dcgan.generator(options.image_size, options.width, options.channels, options.latent_size)
    discriminator = dcgan.discriminator(options.image_size, options.width, options.channels)
    networks.initialize(generator, random)
    networks.initialize(discriminator, random)
    return Twin(generator, discriminator, options.latent_size, tuned=not options.literal, bf16=options.bf16)


def seconds_per_step(step: Step, images: torch.Tensor, options: argparse.Namespace, steps: int) -> list[float]:
    """Of `steps` steps on random batches, after the warm-up."""
    taken = []
    for index in range(options.warm_up + steps):
        choice = torch.randint(len(images), (options.batch,))
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
        compiled.generator = torch.compile(compiled.generator)
        compiled.discriminator = torch.compile(compiled.discriminator)
        steps["compiled"] = compiled
    chosen = min(steps, key=lambda name: min(seconds_per_step(steps[name].step, images, options, 3))
                 if len(steps) > 1 else 0)
    taken = seconds_per_step(steps[chosen].step, images, options, options.steps)
    report(chosen, taken, options)


def report(how: str, taken: list[float], options: argparse.Namespace) -> None:
    """Prints what ran and the images/s of its median step."""
    loop = "literal" if options.literal else "tuned"
    print(f"twin {loop} {'bf16' if options.bf16 else 'fp32'} {how}, threads {options.threads}, batch {options.batch}, "
          f"width {options.width}, {options.image_size} px, torch {torch.__version__}")
    print(f"images/s {options.batch / statistics.median(taken):.2f} (median of {len(taken)} steps, "
          f"{options.batch / max(taken):.2f} to {options.batch / min(taken):.2f})")
