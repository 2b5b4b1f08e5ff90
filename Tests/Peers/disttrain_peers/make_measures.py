"""Prints the numbers that EvaluationMeasureTests expects, from images that both sides draw alike."""

import numpy as np

from . import measures
from .streams import SYNTHETIC, Stream


def pictures(seed: int, count: int, channels: int, side: int) -> np.ndarray:
    """Blocks of 4×4 pixels and noise, in [-1, 1]: [count, channels, side, side] float32, exact."""
    images = []
    for image in range(count):
        small = (side + 3) // 4
        drawn = Stream(seed, SYNTHETIC, 0, 0, image).uniform(channels * (small**2 + side**2))
        blocks = drawn[:channels * small**2].reshape(channels, small, small).repeat(4, 1).repeat(4, 2)[:, :side, :side]
        noise = drawn[channels * small**2:].reshape(channels, side, side)
        images.append(blocks * np.float32(1.5) + noise * np.float32(0.5) - np.float32(1))
    return np.stack(images).astype(np.float32)


def features(seed: int, count: int, dimension: int) -> np.ndarray:
    drawn = Stream(seed, SYNTHETIC, 1).uniform(count * dimension).reshape(count, dimension)
    return drawn * np.arange(1, dimension + 1, dtype=np.float32) / dimension + drawn[:, :1]


def main() -> None:
    for channels, side in ((3, 32), (1, 28), (1, 15), (3, 64)):
        one, other = pictures(1, 6, channels, side), pictures(2, 5, channels, side)
        print(f"images of {channels}×{side}×{side}")
        print("  sliced Wasserstein", {side: round(value, 6) for side, value in
                                       measures.sliced_wasserstein_distances(one, other, 5).items()})
        print("  similarity of 40 pairs", round(measures.mean_similarity(one, 40, 5, 1), 9))
        order, distances = measures.nearest(one, other, 2)
        print("  nearest", order.tolist(), np.round(distances, 7).tolist())
    for count, other, dimension in ((40, 50, 8), (6, 9, 12), (200, 150, 64), (5, 5, 1)):
        print("Fréchet", count, other, dimension,
              round(measures.frechet(features(1, count, dimension), features(2, other, dimension)), 7))


if __name__ == "__main__":
    main()
