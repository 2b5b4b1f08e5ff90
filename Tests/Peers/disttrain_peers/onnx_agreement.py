"""ONNX both ways: what disttrain exports runs in onnxruntime, and what PyTorch exports runs in disttrain, to 1e-4.

Each recipe is trained for some steps at width 4 on drawn images and exported; each generator in PyTorch is exported by
the legacy exporter and the new one. Images are made of the same latents on both sides.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from . import onnx_generators

BOUND = 1e-4
LATENTS = 5
RECIPES = ["facades", "architecture-128", "fashion", "glasses", "ganlab-mnist", "ganlab-svhn", "ganlab-celeba"]
# Enough for the running statistics to be those of the networks, so that images have contrast.
STEPS = 60


class Agreement:
    def __init__(self, disttrain: Path, configs: Path, work: Path):
        self.disttrain, self.configs, self.work = disttrain, configs, work
        self.failed = 0

    def run(self, *arguments: object) -> None:
        outcome = subprocess.run([self.disttrain, *map(str, arguments)], capture_output=True, text=True)
        if outcome.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, arguments))}: code {outcome.returncode}: {outcome.stderr.strip()}")

    def pictures(self, model: Path, latents: np.ndarray) -> np.ndarray:
        """Those that disttrain makes."""
        out = self.work / f"{model.stem}-pictures"
        np.save(self.work / "latents.npy", latents.reshape(len(latents), -1))
        self.run("generate", model, "--latents", self.work / "latents.npy", "--format", "npy", "--out", out)
        return np.load(out / "samples.npy")

    def compare(self, name: str, found: np.ndarray, truth: np.ndarray) -> None:
        if found.shape != truth.shape:
            passed, text = False, f"shape {list(found.shape)}, expected {list(truth.shape)}"
        else:
            error = float(np.abs(found - truth).max())
            # Where all is grey, agreement would say nothing.
            passed = error <= BOUND and truth.std() > 0.02
            text = f"largest difference {error:.1e} (bound {BOUND:.0e}), deviation of the images {truth.std():.2f}"
        self.failed += not passed
        print(f"{'PASS' if passed else 'FAIL'} {name}: {text}", flush=True)

    def attempt(self, name: str, body) -> None:
        try:
            body()
        except Exception as error:  # one case must not hide the others
            self.failed += 1
            print(f"FAIL {name}: {error}", flush=True)


def truth(path: Path, latents: np.ndarray) -> np.ndarray:
    """What onnxruntime makes of `latents` [n, size]."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    shape = [len(latents), *session.get_inputs()[0].shape[1:]]
    return session.run(["output"], {"input": latents.reshape(shape)})[0]


def check_export(agreement: Agreement, recipe: str) -> None:
    settings = {
        "data.source": "synthetic", "data.path": "null", "data.limit": 32, "train.batch": 8, "train.steps": STEPS,
        "train.epochs": "null", "model.generator.width": 4, "model.discriminator.width": 4, "output.samples.count": 4,
        "output.samples.every": 1000, "output.checkpoints.every": 1000, "output.log.every": 1000,
        "train.optimizer.generator.learningRate": 0.01,
    }
    config = agreement.configs / f"{recipe}.yaml"
    out = agreement.work / "runs"
    agreement.run(config, "--out", out, *[word for key, value in settings.items() for word in ("--set", f"{key}={value}")])
    checkpoint = next((out / recipe / "checkpoints").glob("*.safetensors"))
    exported = agreement.work / f"{recipe}.onnx"
    agreement.run("export", checkpoint, "--format", "onnx", "--out", exported)
    onnx.checker.check_model(onnx.load(exported), full_check=True)
    random = np.random.default_rng(1)
    latents = random.standard_normal((LATENTS, 100)).astype(np.float32)
    found = truth(exported, latents)
    agreement.compare(f"{recipe} exported, in onnxruntime", found, agreement.pictures(checkpoint, latents))
    agreement.compare(f"{recipe} exported, read again", agreement.pictures(exported, latents), found)


def check_import(agreement: Agreement, name: str, opset: int, dynamo: bool, dynamic: bool = True) -> None:
    network, latent = onnx_generators.all_generators(width=4, latent=12)[name]
    onnx_generators.randomize(network, seed=7)
    title = f"{name}-{'new' if dynamo else 'legacy'}-{opset}{'' if dynamic else '-of-two'}"
    path = agreement.work / f"{title}.onnx"
    onnx_generators.export(network, latent, path, opset, dynamo, dynamic)
    count = LATENTS if dynamic else 2
    latents = np.random.default_rng(2).standard_normal((count, latent[0])).astype(np.float32)
    agreement.compare(f"{title} by PyTorch", agreement.pictures(path, latents), truth(path, latents))


def main() -> int:
    parser = argparse.ArgumentParser(prog="onnx_agreement", description=__doc__)
    parser.add_argument("disttrain", type=Path)
    parser.add_argument("configs", type=Path, help="folder of the recipes")
    parser.add_argument("work", type=Path, help="folder for what is made on the way")
    options = parser.parse_args()
    agreement = Agreement(options.disttrain, options.configs, options.work)
    for recipe in RECIPES:
        agreement.attempt(recipe, lambda: check_export(agreement, recipe))
    cases = [(opset, False) for opset in onnx_generators.LEGACY] + [(opset, True) for opset in onnx_generators.NEW]
    for name in onnx_generators.all_generators(4, 12):
        for opset, dynamo in cases:
            agreement.attempt(f"{name} {opset}", lambda: check_import(agreement, name, opset, dynamo))
    agreement.attempt("two", lambda: check_import(agreement, "ganlab", 13, dynamo=False, dynamic=False))
    return 1 if agreement.failed else 0


if __name__ == "__main__":
    sys.exit(main())
