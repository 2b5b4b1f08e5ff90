"""Writes python.safetensors with the reference implementation, and prints the hash of its tensors as TensorsHash says.

Needs numpy and safetensors. With a file as argument: loads that file, recomputes both of its hashes and prints its tensors.
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

NAMES = {"float32": b"F32", "uint8": b"U8", "int64": b"I64"}


def tensors_hash(tensors):
    whole = hashlib.sha256()
    for name in sorted(tensors, key=lambda name: name.encode()):
        array = np.ascontiguousarray(tensors[name])
        for text in (name.encode(), NAMES[array.dtype.name]):
            whole.update(struct.pack("<Q", len(text)) + text)
        whole.update(struct.pack("<Q", tensors[name].ndim))
        for size in tensors[name].shape:
            whole.update(struct.pack("<Q", size))
        whole.update(hashlib.sha256(array.tobytes()).digest())
    return whole.hexdigest()


def file_hash(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    digits = json.loads(data[8 : 8 + length])["__metadata__"]["file"].encode()
    assert data.count(digits) == 1
    return digits.decode(), hashlib.sha256(data.replace(digits, b"0" * 64)).hexdigest()


if len(sys.argv) > 1:
    loaded = load_file(sys.argv[1])
    for name, array in loaded.items():
        print(name, array.dtype, array.shape, array.reshape(-1)[:4])
    print("file: recorded %s, found %s" % file_hash(sys.argv[1]))
    print("tensors:", tensors_hash(loaded))
else:
    tensors = {
        "generator.0.weight": (np.arange(24, dtype=np.float32) / 8 - 1).reshape(2, 3, 2, 2),
        "single": np.array(0.1, dtype=np.float32),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "bytes": np.arange(250, 255, dtype=np.uint8),
        "counts": np.array([1, -1, 2**40], dtype=np.int64),
        'näme "quoted"\n': np.array([np.inf, -0.0], dtype=np.float32),
    }
    path = Path(__file__).parent / "python.safetensors"
    save_file(tensors, path, metadata={"format": "np", "text": 'line 1\nline "2" \\ ü'})
    print(tensors_hash(tensors))
