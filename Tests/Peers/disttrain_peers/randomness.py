"""disttrain's random numbers, drawn anew: what a layer or a label of a pass gets is a function of the seed, the step,
the pass, the layer and the sample's place in the batch, whoever draws it.

The key is the seed; the counter is (block, sample, step, purpose · 2²⁴ + pass · 2¹⁰ + layer).
"""

import numpy as np
import torch

from .philox import blocks

PURPOSES = {"inputNoise": 7, "dropout": 8, "labels": 9, "inputAugmentation": 15}
# What a pass of an update is for. D judges real images, then fakes; G made these fakes; D is asked in G's update, of real
# images, too, where the loss compares with them ("opinionReal"). A penalty's points have the number of an opinion.
PARTS = ("real", "fake", "generator", "opinion")


def pass_number(update: int, part: str) -> int:
    """Of a pass among those of its step, whose updates count D's first."""
    return 4 * update + PARTS.index({"opinionReal": "real", "penalty": "opinion"}.get(part, part))


def uniform(words: np.ndarray) -> np.ndarray:
    """In (0, 1), on the midpoints (k + ½) · 2⁻²³."""
    return ((words >> 9) + 0.5) * 2.0 ** -23


class PassRandomness:
    """The random numbers of one pass; `drawn` keeps them by the names that a trace gives them."""

    def __init__(self, seed: int, step: int, update: int, part: str) -> None:
        self.key = (seed & 0xFFFFFFFF, seed >> 32)
        self.step, self.part, self.number = step, part, pass_number(update, part)
        self.drawn: dict[str, torch.Tensor] = {}

    def words(self, purpose: str, layer: int, samples: int, count: int) -> np.ndarray:
        """Whole blocks [sample, block, 4] with at least `count` words a sample."""
        counters = np.zeros((samples, -(-count // 4), 4), np.uint32)
        counters[..., 0] = np.arange(counters.shape[1])
        counters[..., 1] = np.arange(samples)[:, None]
        counters[..., 2] = self.step
        counters[..., 3] = PURPOSES[purpose] << 24 | self.number << 10 | layer
        return blocks(counters, self.key)

    def mask(self, layer: int, like: torch.Tensor, rate: float) -> torch.Tensor:
        """0 where dropout hits, else 1. Number 64 g + 16 w + i, channels last, follows word w of block 16 g + i."""
        count = like[0].numel()
        words = self.words("dropout", layer, len(like), -(-count // 64) * 64)
        words = words.reshape(len(like), -1, 16, 4).swapaxes(2, 3).reshape(len(like), -1)[:, :count]
        mask = words >= int(float(np.float32(rate)) * 2 ** 32)
        return self.keep(f"mask/{self.part}.{layer}", channels_first(mask, like))

    def noise(self, like: torch.Tensor) -> torch.Tensor:
        """Normal numbers, channels last: each pair of words is a radius and an angle (Box & Muller 1958)."""
        count = like[0].numel()
        words = uniform(self.words("inputNoise", 0, len(like), count + 1).reshape(len(like), -1, 2))
        radius, angle = np.sqrt(-2 * np.log(words[..., 0])), 2 * np.pi * words[..., 1]
        pairs = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
        return self.keep(f"inputNoise/{self.part}", channels_first(pairs.reshape(len(like), -1)[:, :count], like))

    def label_numbers(self, samples: int) -> np.ndarray:
        """Two uniform numbers a sample."""
        return uniform(self.words("labels", 0, samples, 2)[:, 0, :2])

    def keep(self, name: str, values: torch.Tensor) -> torch.Tensor:
        self.drawn[name] = values
        return values


class Passes:
    """The random numbers of an update's passes, and what was drawn of them."""

    def __init__(self, seed: int, step: int, update: int) -> None:
        self.begin = lambda part: PassRandomness(seed, step, update, part)
        self.begun: list[PassRandomness] = []

    def __call__(self, part: str) -> PassRandomness:
        self.begun.append(self.begin(part))
        return self.begun[-1]

    @property
    def drawn(self) -> dict[str, torch.Tensor]:
        return {name: values for each in self.begun for name, values in each.drawn.items()}


def channels_first(values: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    """Numbers [sample, pixel · channel] in the order of memory as a tensor of PyTorch's order."""
    channels, rest = like.shape[1], like.shape[2:]
    moved = np.moveaxis(values.reshape(len(like), *rest, channels), -1, 1)
    return torch.from_numpy(np.ascontiguousarray(moved, dtype=np.float32)).to(like.dtype)
