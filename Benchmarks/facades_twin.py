#!/usr/bin/env python3
"""The PyTorch twin of the facades recipe: measures images/s, or trains and writes pictures (--train)."""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import torch

from twin.step import Twin
from twin.training import train
from disttrain_peers import dcgan, pictures


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--image-size", type=int, default=64, choices=dcgan.IMAGE_SIZES)
    parser.add_argument("--channels", type=int, default=3, choices=(1, 3))
    parser.add_argument("--latent-size", type=int, default=100)
    parser.add_argument("--steps", type=int, default=10, help="measured, or with --train all steps")
    parser.add_argument("--warm-up", type=int, default=2, help="steps before measuring begins")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="with more than 1: DistributedDataParallel over gloo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--literal", action="store_true", help="the tutorial's loop: default layout, D not frozen")
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    parser.add_argument("--mode", choices=("eager", "compiled", "best"), default="eager",
                        help="best: times both and keeps the faster")
    parser.add_argument("--data", type=Path, help="folder of photographs; without it random pictures")
    parser.add_argument("--train", action="store_true", help="train for --steps and write pictures to --out")
    parser.add_argument("--holdout", type=int, default=0, help="keep every K-th photograph by number out of training")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count", type=int, default=512, help="pictures written after training")
    options = parser.parse_args()
    if options.train and not (options.data and options.out):
        parser.error("--train needs --data FOLDER and --out FOLDER")
    return options


def photographs(options: argparse.Namespace) -> torch.Tensor:
    """Training pictures [n, c, size, size] in [-1, 1]."""
    if options.data is None:
        shape = (options.batch * 2, options.channels, options.image_size, options.image_size)
        return torch.rand(shape) * 2 - 1
    images = pictures.folder(options.data, options.image_size, options.channels)
    if options.holdout:
        images = images[np.arange(1, len(images) + 1) % options.holdout != 0]
    return torch.from_numpy(images)


def twin(options: argparse.Namespace) -> Twin:
    random = torch.Generator().manual_seed(options.seed)
    generator = dcgan.generator(options.image_size, options.width, options.channels, options.latent_size)
    discriminator = dcgan.discriminator(options.image_size, options.width, options.channels)
    dcgan.initialize(generator, random)
    dcgan.initialize(discriminator, random)
    return Twin(generator, discriminator, options.latent_size, tuned=not options.literal, bf16=options.bf16)


def seconds_per_step(step, images: torch.Tensor, options: argparse.Namespace, steps: int) -> list[float]:
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
        steps["eager"] = twin(options)
    if options.mode != "eager":
        compiled = twin(options)
        compiled.generator = torch.compile(compiled.generator)
        compiled.discriminator = torch.compile(compiled.discriminator)
        steps["compiled"] = compiled
    chosen = min(steps, key=lambda name: min(seconds_per_step(steps[name].step, images, options, 3))
                 if len(steps) > 1 else 0)
    taken = seconds_per_step(steps[chosen].step, images, options, options.steps)
    loop = "literal" if options.literal else "tuned"
    print(f"twin {loop} {'bf16' if options.bf16 else 'fp32'} {chosen}, threads {options.threads}, batch {options.batch}, "
          f"width {options.width}, {options.image_size} px, torch {torch.__version__}")
    print(f"images/s {options.batch / statistics.median(taken):.2f} (median of {len(taken)} steps, "
          f"{options.batch / max(taken):.2f} to {options.batch / min(taken):.2f})")


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    if options.train:
        train(twin(options), photographs(options), options)
    elif options.processes > 1:
        from twin.distributed import measure_distributed
        measure_distributed(twin, photographs, options)
    else:
        measure(options)


if __name__ == "__main__":
    main()
