"""disttrain's random numbers one after the other, as its RandomStream draws them."""

import numpy as np

from .philox import blocks

SYNTHETIC, EVALUATION = 10, 11  # what they are for


class Stream:
    """The numbers of one thing: counter (block, sample, step, purpose · 2²⁴ + update), key the seed."""

    def __init__(self, seed: int, purpose: int, step: int = 0, update: int = 0, sample: int = 0) -> None:
        self.key = (seed & 0xFFFFFFFF, seed >> 32)
        self.rest = (sample, step, purpose << 24 | update)
        self.block = 0
        self.waiting = np.zeros(0, np.uint32)

    def words(self, count: int) -> np.ndarray:
        missing = count - len(self.waiting)
        if missing > 0:
            number = -(-missing // 4)
            counters = np.empty((number, 4), np.uint64)
            counters[:, 0] = np.arange(self.block, self.block + number)
            counters[:, 1:] = self.rest
            self.block += number
            self.waiting = np.concatenate([self.waiting, blocks(counters, self.key).reshape(-1)])
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken

    def below(self, bound: int) -> int:
        """Uniform in 0 … bound − 1 (Lemire 2019)."""
        product = int(self.words(1)[0]) * bound
        if product & 0xFFFFFFFF < bound:
            while product & 0xFFFFFFFF < (2**32 - bound) % bound:
                product = int(self.words(1)[0]) * bound
        return product >> 32

    def uniform(self, count: int) -> np.ndarray:
        """In (0, 1), on the midpoints of 2²³ parts: float32, exact."""
        return ((self.words(count) >> np.uint32(9)).astype(np.float64) + 0.5).astype(np.float32) * np.float32(2**-23)

    def normal(self, count: int) -> np.ndarray:
        """Box & Muller 1958, in pairs."""
        pairs = self.uniform(count + count % 2).astype(np.float64).reshape(-1, 2)
        radius, angle = np.sqrt(-2 * np.log(pairs[:, 0])), 2 * np.pi * pairs[:, 1]
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)[:count]
