"""Writing safetensors so that the same tensors give the same bytes."""

import json
from pathlib import Path

import numpy as np


def write(file: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Single-precision tensors by name. (The safetensors package shuffles the metadata: no two files are equal.)"""
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    end = 0
    for name, tensor in sorted(tensors.items()):
        if tensor.dtype != np.float32:
            raise TypeError(f"{name} holds {tensor.dtype}, expected float32")
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + tensor.nbytes]}
        end += tensor.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for _, tensor in sorted(tensors.items()):
            out.write(np.ascontiguousarray(tensor, dtype="<f4").tobytes())
