"""Makes onnx.safetensors: networks in ONNX, an input for each, and what onnxruntime makes of it.

Names are `<case>/model` (the bytes of the file), `<case>/input`, `<case>/output`. The cases are one-node networks, small
exports of PyTorch's two exporters, and disttrain's own files, which its tests write into a folder that
DISTTRAIN_EXPORTS names.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import save_file

from . import dcgan, onnx_generators, onnx_operators


def output(model: bytes, values: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["output"], {"input": values})[0].astype(np.float32)


def exports(folder: Path) -> list[onnx_operators.Case]:
    """PyTorch's, their weights inside the file."""
    networks = {
        "dcgan": (dcgan.generator(32, 2, 3, 6), [6, 1, 1]), "ganlab": (onnx_generators.Ganlab(2, 6), [6]),
        "published": (onnx_generators.Ganlab(2, 6, published=True), [6]),
        "same": (onnx_generators.Architecture(1, 6, size=16), [6])}
    found = []
    for name, (network, latent) in networks.items():
        onnx_generators.randomize(network, seed=5)
        for opset, dynamo in ((11, False), (20, True)):
            title = f"pytorch-{name}-{'new' if dynamo else 'legacy'}"
            path = folder / f"{title}.onnx"
            onnx_generators.export(network, latent, path, opset, dynamo)
            values = np.random.default_rng(3).standard_normal((3, *latent)).astype(np.float32)
            found.append((title, without_notes(onnx.load(path)), values))
    return found


def without_notes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Without what the exporter says of the places in its source, which are larger than the network."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in [*model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    del model.graph.value_info[:], model.graph.metadata_props[:]
    return model


def own(folder: Path) -> list[onnx_operators.Case]:
    found = []
    for path in sorted(folder.glob("*.onnx")):
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        shape = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim[1:]]
        values = np.random.default_rng(4).standard_normal((3, *shape)).astype(np.float32)
        found.append((f"own-{path.stem}", path.read_bytes(), values))
    if not found:
        raise SystemExit(f"{folder}: no .onnx files; run the tests with DISTTRAIN_EXPORTS={folder} first")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="onnx_fixtures", description=__doc__)
    parser.add_argument("exports", type=Path, help="folder of disttrain's own files")
    parser.add_argument("fixtures", type=Path)
    options = parser.parse_args()
    tensors = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, model, values in [*onnx_operators.cases(), *exports(Path(folder)), *own(options.exports)]:
            content = model if isinstance(model, bytes) else model.SerializeToString()
            result = output(content, values)
            if not np.isfinite(result).all():
                raise SystemExit(f"{name}: not finite")
            tensors[f"{name}/model"] = np.frombuffer(content, dtype=np.uint8)
            tensors[f"{name}/input"] = values
            tensors[f"{name}/output"] = result.copy()
    save_file(tensors, options.fixtures / "onnx.safetensors", {"onnxruntime": onnxruntime.__version__})
    print(f"{len(tensors) // 3} cases")


if __name__ == "__main__":
    main()
