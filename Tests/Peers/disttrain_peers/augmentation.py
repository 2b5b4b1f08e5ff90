"""Differentiable augmentation (Zhao et al. 2020, arXiv 2006.10738) of what D sees, with the numbers that disttrain draws."""

import numpy as np
import torch
from torch.nn.functional import pad

from .randomness import PassRandomness, uniform
from .recipe import Recipe

# In order; the place is the layer's number in the counter.
OPERATIONS = ("brightness", "saturation", "contrast", "translation", "cutout")
GROUPS = {"color": OPERATIONS[:3], "translation": OPERATIONS[3:4], "cutout": OPERATIONS[4:]}


def augmented(recipe: Recipe, images: torch.Tensor, randomness: PassRandomness) -> torch.Tensor:
    """T(x); what was drawn is kept as `augment/<part>/<operation>` [n, 1 + numbers]: whether it was applied, and by what."""
    chosen = [operation for group in recipe.augmentation.split(",") if group for operation in GROUPS[group]]
    for number, operation in enumerate(OPERATIONS):
        if operation not in chosen:
            continue
        words = randomness.words("inputAugmentation", number, len(images), 4)[:, 0]
        applied = uniform(words[:, 0]) < np.float32(recipe.augmentationProbability)
        drawn = numbers(operation, words, images.shape[2:])
        randomness.keep(f"augment/{randomness.part}/{operation}",
                        torch.from_numpy(np.column_stack([applied, drawn]).astype(np.float32)))
        changed = torch.stack([change(operation, image, row) for image, row in zip(images, drawn)])
        images = torch.where(torch.from_numpy(applied)[:, None, None, None], changed, images)
    return images


def numbers(operation: str, words: np.ndarray, sides: tuple[int, ...]) -> np.ndarray:
    """What an operation takes, [n, 1], or [n, 2] of rows and columns."""
    if operation in GROUPS["color"]:
        return uniform(words[:, 1:2])
    counts = [2 * most_shift(side) + 1 if operation == "translation" else side + 1 - cut_length(side) % 2
              for side in sides]
    drawn = words[:, 1:3].astype(np.uint64) * np.array(counts, np.uint64) >> np.uint64(32)
    return drawn.astype(np.int64) - ([most_shift(side) for side in sides] if operation == "translation" else 0)


def most_shift(side: int) -> int:
    return int(side / 8 + 0.5)


def cut_length(side: int) -> int:
    return int(side / 2 + 0.5)


def change(operation: str, image: torch.Tensor, drawn: np.ndarray) -> torch.Tensor:
    """Of one image, [channels, height, width]."""
    _, height, width = image.shape
    match operation:
        case "brightness":
            return image + (drawn[0] - 0.5)
        case "saturation":
            mean = image.mean(dim=0, keepdim=True)
            return (image - mean) * (2 * drawn[0]) + mean
        case "contrast":
            return (image - image.mean()) * (drawn[0] + 0.5) + image.mean()
        case "translation":
            down, right = (int(number) for number in drawn)
            wide = pad(image, (width, width, height, height))
            return wide[:, height - down:2 * height - down, width - right:2 * width - right]
        case _:
            mask = torch.ones_like(image)
            row, column = (int(number) - cut_length(side) // 2 for number, side in zip(drawn, (height, width)))
            mask[:, max(0, row):max(0, row + cut_length(height)), max(0, column):max(0, column + cut_length(width))] = 0
            return image * mask
