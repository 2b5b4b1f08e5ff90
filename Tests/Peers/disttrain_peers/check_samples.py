"""Loads a disttrain checkpoint into the nn.Sequentials of its recipe and compares its images with the run's.

`samples/latent` [n, size] and `samples/images` [n, c, h, w] of a trace (the last traced state, by batch statistics) to
1e-4; with --grid, a PNG of the same latents (8 a row, padding 2) to one grey level.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import load_file
from torch import nn

from . import networks, pictures
from .recipe import Recipe
from .trace import recipe_of

IMAGES_BOUND = 1e-4


def part_of(tensors: dict[str, np.ndarray], part: str) -> dict[str, torch.Tensor]:
    """One network's state, by the names of its nn.Sequential."""
    return {name.removeprefix(f"{part}."): torch.from_numpy(value) for name, value in tensors.items()
            if name.startswith(f"{part}.")}


def networks_of(checkpoint: Path, recipe: Recipe) -> dict[str, nn.Sequential]:
    """G and D, loaded strictly: every name and shape as nn.Sequential's."""
    tensors = load_file(checkpoint)
    both = networks.of(recipe)
    try:
        for part, network in both.items():
            network.load_state_dict(part_of(tensors, part), strict=True)
    except RuntimeError as error:
        raise SystemExit(f"FAIL {checkpoint}: {error}") from error
    return both


def pictures_of(network: nn.Sequential, latents: np.ndarray, running: bool) -> np.ndarray:
    """In double precision, normalized by the statistics of all these latents together, or by the running ones."""
    network = network.double().train(not running)
    with torch.no_grad():
        return networks.pictures(network, torch.from_numpy(latents).double()).numpy()


def check_images(truth: np.ndarray, found: np.ndarray) -> bool:
    if truth.shape != found.shape:
        print(f"FAIL samples/images: shape {list(found.shape)}, expected {list(truth.shape)}")
        return False
    error = float(np.abs(truth - found).max())
    passed = error <= IMAGES_BOUND
    print(f"{'PASS' if passed else 'FAIL'} samples/images: {len(truth)} images, largest difference {error:.1e} "
          f"(bound {IMAGES_BOUND:.0e}), mean size {np.abs(truth).mean():.2f}")
    return passed


def check_grid(truth: np.ndarray, file: Path) -> bool:
    expected = pictures.grid(truth)
    with Image.open(file) as image:
        found = np.asarray(image)
    found = found[..., None] if found.ndim == 2 else found
    if expected.shape != found.shape:
        print(f"FAIL {file}: shape {list(found.shape)}, expected {list(expected.shape)}")
        return False
    apart = np.abs(expected.astype(int) - found.astype(int))
    passed = int(apart.max()) <= 1
    print(f"{'PASS' if passed else 'FAIL'} {file}: grey levels apart by {apart.max()} at most (bound 1), "
          f"{np.mean(apart > 0):.2%} of them at all")
    return passed


def main() -> int:
    parser = argparse.ArgumentParser(prog="check_samples", description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("trace", type=Path, help="has samples/latent and samples/images")
    parser.add_argument("--grid", type=Path, help="PNG of the same latents")
    parser.add_argument("--running", action="store_true", help="by running instead of batch statistics")
    options = parser.parse_args()
    with safe_open(options.trace, framework="np") as file:
        recipe = recipe_of(file.metadata() or {}, options.trace)
    tensors = load_file(options.trace)
    missing = [name for name in ("samples/latent", "samples/images") if name not in tensors]
    if missing:
        print(f"FAIL {options.trace}: no tensor named {' or '.join(missing)}")
        return 1
    both = networks_of(options.checkpoint, recipe)
    print(f"PASS {options.checkpoint}: loads strictly into nn.Sequentials of "
          f"{' and '.join(str(len(network)) for network in both.values())} layers")
    truth = pictures_of(both["generator"], tensors["samples/latent"], options.running)
    passed = check_images(truth, tensors["samples/images"])
    if options.grid:
        passed = check_grid(truth, options.grid) and passed
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
