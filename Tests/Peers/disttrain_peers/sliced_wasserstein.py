"""Sliced Wasserstein distance between two sets of images, level by level of a Laplacian pyramid.

Karras et al. 2018, "Progressive growing of GANs", section 5 (arXiv 1710.10196): 128 patches of 7×7 per image and level,
normalized per channel by the set's mean and deviation, 512 random directions. Printed × 1000. Sets of unequal size are
compared by their quantiles.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import convolve1d

from . import pictures

PATCH = 7
PATCHES_PER_IMAGE = 128
DIRECTIONS = 512
BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16


def blurred(images: np.ndarray) -> np.ndarray:
    return convolve1d(convolve1d(images, BINOMIAL, axis=2, mode="mirror"), BINOMIAL, axis=3, mode="mirror")


def pyramid(images: np.ndarray, smallest: int = 16) -> Iterator[np.ndarray]:
    """Laplacian pyramid (Burt & Adelson 1983), finest level first; the last is the blurred rest of `smallest` px."""
    while images.shape[-1] > smallest:
        half = blurred(images)[:, :, ::2, ::2]
        doubled = np.zeros_like(images)
        doubled[:, :, ::2, ::2] = half
        yield images - 4 * blurred(doubled)
        images = half
    yield images


def patches(level: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Random patches of every image, normalized per channel: [n · 128, c · 49]."""
    count, channels, height, width = level.shape
    index = np.repeat(np.arange(count), PATCHES_PER_IMAGE)
    y = random.integers(0, height - PATCH + 1, len(index))
    x = random.integers(0, width - PATCH + 1, len(index))
    windows = np.lib.stride_tricks.sliding_window_view(level, (PATCH, PATCH), axis=(2, 3))
    chosen = windows[index, :, y, x]
    mean = chosen.mean(axis=(0, 2, 3), keepdims=True)
    deviation = chosen.std(axis=(0, 2, 3), keepdims=True)
    return ((chosen - mean) / np.maximum(deviation, 1e-12)).reshape(len(index), -1)


def quantiles(values: np.ndarray, count: int) -> np.ndarray:
    """Each column's quantiles at the midpoints of `count` equal parts."""
    ordered = np.sort(values, axis=0)
    if len(ordered) == count:
        return ordered
    at = (np.arange(count) + 0.5) / count * len(ordered) - 0.5
    below = np.clip(np.floor(at).astype(int), 0, len(ordered) - 2)
    share = np.clip(at - below, 0, 1)[:, None]
    return ordered[below] * (1 - share) + ordered[below + 1] * share


def distance(one: np.ndarray, other: np.ndarray, random: np.random.Generator) -> float:
    """Mean over random directions of the Wasserstein-1 distance of the projections."""
    count = min(len(one), len(other))
    directions = random.standard_normal((one.shape[1], DIRECTIONS))
    directions /= np.linalg.norm(directions, axis=0)
    apart = [np.abs(quantiles(one @ some, count) - quantiles(other @ some, count)).mean()
             for some in np.array_split(directions, 8, axis=1)]
    return float(np.mean(apart))


def distances(one: np.ndarray, other: np.ndarray, seed: int) -> dict[int, float]:
    """By the side of the level, finest first."""
    random = np.random.default_rng(seed)
    return {a.shape[-1]: distance(patches(a, random), patches(b, random), random)
            for a, b in zip(pyramid(one.astype(np.float64)), pyramid(other.astype(np.float64)))}


def read(path: Path, size: int, channels: int) -> np.ndarray:
    """A folder of images, a grid in one PNG, or an array [n, c, h, w] in [-1, 1] in a .npy."""
    if path.is_dir():
        return pictures.folder(path, size, channels)
    if path.suffix == ".npy":
        images = np.load(path)
        if images.ndim != 4 or images.shape[1:] != (channels, size, size):
            raise SystemExit(f"{path}: shape {list(images.shape)}, expected [n, {channels}, {size}, {size}]")
        return images
    with Image.open(path) as image:
        cut = pictures.cells(np.asarray(image), size)
    return cut[[np.ptp(picture) > 0 for picture in cut]]  # a last row that is not full has empty cells


def main() -> None:
    parser = argparse.ArgumentParser(prog="sliced_wasserstein", description=__doc__)
    parser.add_argument("reference", type=Path, help="photographs kept out of training")
    parser.add_argument("generated", type=Path, nargs="+", help="folder, grid PNG or .npy; each gives a line")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--channels", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=4, help="the mean over seeds 0, 1, … of patches and directions")
    options = parser.parse_args()
    reference = read(options.reference, options.size, options.channels)
    for path in options.generated:
        generated = read(path, options.size, options.channels)
        runs = [distances(reference, generated, seed) for seed in range(options.seeds)]
        levels = {side: 1000 * np.mean([run[side] for run in runs]) for side in runs[0]}
        means = [1000 * np.mean(list(run.values())) for run in runs]
        line = "  ".join(f"{side}: {value:.2f}" for side, value in levels.items())
        print(f"{path} ({len(generated)} against {len(reference)})  {line}  mean: {np.mean(means):.2f} "
              f"(seeds {min(means):.2f} to {max(means):.2f})")


if __name__ == "__main__":
    main()
