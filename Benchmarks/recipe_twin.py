#!/usr/bin/env python3
"""The PyTorch twin of a recipe: measures images/s, or trains and writes images (--train)."""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from twin.distributed import measure_distributed
from twin.measuring import build, measure, photographs
from twin.recipes import RECIPES
from twin.training import train


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", choices=RECIPES, default="facades")
    parser.add_argument("--batch", type=int, help="by default the recipe's")
    parser.add_argument("--width", type=int, help="by default the recipe's")
    parser.add_argument("--image-size", type=int, help="by default the recipe's")
    parser.add_argument("--steps", type=int, default=10, help="measured, or with --train all steps")
    parser.add_argument("--warm-up", type=int, default=2, help="steps before measuring begins")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="with more than 1: DistributedDataParallel over gloo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--literal", action="store_true", help="the tutorial's loop: default layout, D not frozen")
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    parser.add_argument("--mode", choices=("eager", "compiled", "best"), default="eager",
                        help="best: times both and keeps the faster")
    parser.add_argument("--data", type=Path, help="folder of photographs; without it random images")
    parser.add_argument("--train", action="store_true", help="train for --steps and write images to --out")
    parser.add_argument("--holdout", type=int, default=0, help="keep every K-th photograph by number out of training")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count", type=int, default=512, help="images written after training")
    options = parser.parse_args()
    if options.train and not (options.data and options.out):
        parser.error("--train needs --data FOLDER and --out FOLDER")
    changes = {"batch": options.batch, "width": options.width, "imageSize": options.image_size}
    options.recipe = replace(RECIPES[options.recipe], **{name: value for name, value in changes.items() if value})
    if options.processes > 1 and options.recipe.batch % options.processes:
        parser.error(f"a batch of {options.recipe.batch} cannot be shared by {options.processes} processes")
    if options.processes > 1 and options.mode != "eager":
        parser.error("--processes works with --mode eager")
    return options


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    if options.train:
        train(build(options), photographs(options), options)
    elif options.processes > 1:
        measure_distributed(options)
    else:
        measure(options)


if __name__ == "__main__":
    main()
