"""The measures of `disttrain evaluate` once more, in NumPy and SciPy, from the same random numbers.

Images are [n, c, h, w] in [-1, 1]. What is drawn: places of patches (update 0 and 1), directions (2), pairs (3); see
Sources/ImageMetrics/EvaluationStream.swift.
"""

import numpy as np
from scipy import linalg, ndimage, signal

from . import sliced_wasserstein
from .streams import EVALUATION, Stream

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


class Places:
    """What `sliced_wasserstein` asks of a generator: all rows first, then all columns, then the directions."""

    def __init__(self, seed: int, level: int, update: int) -> None:
        self.seed, self.level, self.update = seed, level, update
        self.columns: np.ndarray | None = None

    def integers(self, low: int, high: int, count: int) -> np.ndarray:
        assert low == 0
        if self.columns is not None:
            return self.columns
        each = sliced_wasserstein.PATCHES_PER_IMAGE
        streams = [Stream(self.seed, EVALUATION, self.level, self.update, image) for image in range(count // each)]
        drawn = np.array([[stream.below(high) for _ in range(2 * each)] for stream in streams]).reshape(-1, 2)
        self.columns = drawn[:, 1]
        return drawn[:, 0]

    def standard_normal(self, shape: tuple[int, int]) -> np.ndarray:
        size, count = shape
        return np.stack([Stream(self.seed, EVALUATION, self.level, 2, direction).normal(size)
                         for direction in range(count)], axis=1)


def sliced_wasserstein_distances(one: np.ndarray, other: np.ndarray, seed: int) -> dict[int, float]:
    """× 1000 by the side of the level."""
    levels = zip(sliced_wasserstein.pyramid(one.astype(np.float64)), sliced_wasserstein.pyramid(other.astype(np.float64)))
    return {a.shape[-1]: 1000 * sliced_wasserstein.distance(
        sliced_wasserstein.patches(a, Places(seed, level, 0)), sliced_wasserstein.patches(b, Places(seed, level, 1)),
        Places(seed, level, 2)) for level, (a, b) in enumerate(levels)}


def window(size: int) -> np.ndarray:
    """11×11 with deviation 1.5, or smaller in proportion."""
    line = signal.windows.gaussian(size, 1.5 * size / 11)
    return np.outer(line, line) / line.sum() ** 2


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """Multi-scale structural similarity (Wang et al. 2003) of two images [c, h, w]."""
    one, other = (one.astype(np.float64) + 1) / 2, (other.astype(np.float64) + 1) / 2
    scales = max([number for number in range(1, 6) if min(one.shape[1:]) // 2 ** (number - 1) >= 8], default=1)
    product = 1.0
    for scale in range(scales):
        if scale:
            even = tuple(slice(0, size // 2 * 2) for size in one.shape[1:])
            one, other = (ndimage.uniform_filter(image[:, *even], (1, 2, 2), origin=(0, -1, -1))[:, ::2, ::2]
                          for image in (one, other))
        kernel = window(min(11, *one.shape[1:]))
        blurred = [[signal.convolve2d(channel, kernel, mode="valid") for channel in image]
                   for image in (one, other, one * one, other * other, one * other)]
        mean1, mean2, square1, square2, both = np.array(blurred)
        structure = (2 * (both - mean1 * mean2) + 0.0009) / (square1 - mean1**2 + square2 - mean2**2 + 0.0009)
        whole = structure * (2 * mean1 * mean2 + 0.0001) / (mean1**2 + mean2**2 + 0.0001)
        mean = (whole if scale == scales - 1 else structure).mean()
        product *= max(mean, 0) ** (WEIGHTS[scale] / WEIGHTS[:scales].sum())
    return product


def mean_similarity(images: np.ndarray, pairs: int, seed: int, number: int) -> float:
    """Over random pairs of different images of set `number`."""
    found = []
    for pair in range(pairs):
        stream = Stream(seed, EVALUATION, number, 3, pair)
        first, second = stream.below(len(images)), stream.below(len(images) - 1)
        found.append(similarity(images[first], images[second + (second >= first)]))
    return float(np.mean(found))


def nearest(images: np.ndarray, others: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Indices and root mean square differences of the nearest of `others`: [n, count]."""
    flat = others.reshape(len(others), -1).astype(np.float64)
    distances = np.stack([np.sqrt(((flat - image.reshape(-1)) ** 2).mean(axis=1)) for image in images])
    order = np.argsort(distances, axis=1, kind="stable")[:, :count]
    return order, np.take_along_axis(distances, order, axis=1)


def frechet(one: np.ndarray, other: np.ndarray) -> float:
    """Between features [n, d] taken as normally distributed."""
    one, other = one.astype(np.float64), other.astype(np.float64)
    covariances = [np.atleast_2d(np.cov(features, rowvar=False)) for features in (one, other)]
    root = linalg.sqrtm(covariances[0] @ covariances[1])
    apart = ((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum()
    return float(apart + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * np.trace(root).real)
