"""Training the twin for real, to compare its images with disttrain's."""

import argparse
import time

import numpy as np
import torch

from disttrain_peers import pictures
from twin.step import Twin


def train(twin: Twin, images: torch.Tensor, options: argparse.Namespace) -> None:
    """Shuffled epochs, last partial batch dropped; writes samples.npy, samples.png and log.txt to --out."""
    options.out.mkdir(parents=True, exist_ok=True)
    fixed = twin.latents(options.count)
    order = torch.empty(0, dtype=torch.long)
    start = time.perf_counter()
    with open(options.out / "log.txt", "w", buffering=1) as log:
        log.write(f"{len(images)} photographs, batch {options.recipe.batch}, seed {options.seed}\n")
        for step in range(1, options.steps + 1):
            if len(order) < options.recipe.batch:
                order = torch.randperm(len(images))
            losses = twin.step(images[order[:options.recipe.batch]])
            order = order[options.recipe.batch:]
            if step % 10 == 0:
                speed = step * options.recipe.batch / (time.perf_counter() - start)
                log.write(f"step {step} {losses.line()} {speed:.1f} images/s\n")
            if step % 250 == 0 or step == options.steps:
                made = twin.samples(fixed, options.recipe.batch).float().numpy()
                np.save(options.out / "samples.npy", made)
                pictures.save(options.out / f"samples-{step:06}.png", pictures.grid(made[:64]))
                # Running statistics have moved by the samples; nothing in training reads them.
                torch.save(twin.generator.state_dict(), options.out / "generator.pt")
    print(f"{options.out}: {options.count} images in samples.npy, step {options.steps}, {losses.line()}")
