"""Philox 4×32-10 in NumPy (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", §3.3)."""

import numpy as np

# Known answers of the authors' library Random123 (kat_vectors): counter, key, block.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
     (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1))]


def blocks(counters: np.ndarray, key: tuple[int, int]) -> np.ndarray:
    """The four words of each counter [..., 4]."""
    low, high = np.uint64(0xFFFFFFFF), np.uint64(32)
    x0, x1, x2, x3 = (counters[..., i].astype(np.uint64) for i in range(4))
    for turn in range(10):
        key0, key1 = (np.uint64((word + turn * step) & 0xFFFFFFFF)
                      for word, step in zip(key, (0x9E3779B9, 0xBB67AE85)))
        first, second = x0 * np.uint64(0xD2511F53), x2 * np.uint64(0xCD9E8D57)
        x0, x1, x2, x3 = (second >> high) ^ x1 ^ key0, second & low, (first >> high) ^ x3 ^ key1, first & low
    return np.stack([x0, x1, x2, x3], axis=-1).astype(np.uint32)


def gives_known_answers() -> bool:
    return all(tuple(blocks(np.array(counter, np.uint32), key)) == answer for counter, key, answer in KNOWN_ANSWERS)
