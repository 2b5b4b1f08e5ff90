"""`disttrain evaluate` against NumPy and SciPy on the same images: the sliced Wasserstein distances, the similarity of pairs,
the nearest training images and, by a small network that PyTorch exports, the Fréchet distance."""

import argparse
import json
import subprocess
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image

from . import measures, pictures
from .make_measures import pictures as drawn

SIDE, SEED, PAIRS = 32, 3, 60
CONFIGURATION = """\
data: {source: folder, path: training, image: {size: 32, channels: %d}}
model: {generator: {width: 4}, discriminator: {width: 4}}
train: {batch: 4, steps: 1}
"""


def write(folder: Path, images: np.ndarray) -> np.ndarray:
    """As PNG files; returns what can be read from them."""
    folder.mkdir()
    levels = pictures.levels(images).transpose(0, 2, 3, 1)
    for place, level in enumerate(levels):
        Image.fromarray(level.squeeze()).save(folder / f"{place:03}.png")
    return (levels.transpose(0, 3, 1, 2) / 127.5 - 1).astype(np.float32)


def export(path: Path, channels: int) -> torch.nn.Module:
    torch.manual_seed(1)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(channels, 6, 4, 4), torch.nn.ReLU(), torch.nn.Conv2d(6, 3, 4, 4), torch.nn.Flatten()).eval()
    warnings.filterwarnings("ignore", category=DeprecationWarning)  # the older exporter needs no other package
    torch.onnx.export(network, (torch.zeros(2, channels, SIDE, SIDE),), str(path), input_names=["input"],
                      output_names=["features"], dynamic_axes={"input": {0: "n"}, "features": {0: "n"}}, dynamo=False)
    return network


def check(disttrain: str, folder: Path, channels: int) -> list[str]:
    sets = {name: write(folder / name, drawn(seed, count, channels, SIDE))
            for name, seed, count in (("training", 1, 30), ("heldout", 2, 9), ("samples", 3, 11))}
    sets["samples"][4] = sets["training"][17]  # a copy
    (folder / "samples" / "004.png").write_bytes((folder / "training" / "017.png").read_bytes())
    (folder / "run.yaml").write_text(CONFIGURATION % channels)
    network = export(folder / "features.onnx", channels)
    subprocess.run([disttrain, "evaluate", "samples", "--data", "run.yaml", "--heldout", "heldout", "--seed", str(SEED),
                    "--pairs", str(PAIRS), "--features", "features.onnx", "--out", "found"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    found = json.loads((folder / "found" / "evaluation.json").read_text())
    problems = []
    print(f"{channels} channel{'s' if channels > 1 else ''}")

    def compare(name: str, value: float, expected: float, bound: float) -> None:
        good = abs(value - expected) <= bound * max(abs(expected), 1e-3)
        print(f"  {name:40} {value:12.6f}  NumPy {expected:12.6f}{'' if good else '  FAIL'}")
        if not good:
            problems.append(f"{channels} channels: {name} is {value}, expected {expected}")

    spread = sets["training"][[place * 30 // 9 for place in range(9)]]
    for key, images in (("samples", sets["samples"]), ("training", spread)):
        truth = measures.sliced_wasserstein_distances(sets["heldout"], images, SEED)
        for level in found["slicedWasserstein"]:
            compare(f"sliced Wasserstein, {level['side']} px, {key}", level[key], truth[level["side"]], 1e-5)
    for number, key in ((1, "samples"), (2, "heldOut")):
        name = key.lower()
        compare(f"similarity of pairs, {name}", found["diversity"][key],
                measures.mean_similarity(sets[name], PAIRS, SEED, number), 1e-6)
        distances = measures.nearest(sets[name], sets["training"], 1)[1][:, 0]
        memorization = found["memorization"][key]
        compare(f"nearest training image, median, {name}", memorization["median"],
                float(np.sort(distances)[len(distances) // 2]), 1e-5)
        compare(f"nearest training image, least, {name}", memorization["least"], float(distances.min()), 1e-5)
    compare("nearer than any held-out image", found["memorization"]["nearerThanAnyHeldOut"],
            float((measures.nearest(sets["samples"], sets["training"], 1)[1][:, 0]
                   < measures.nearest(sets["heldout"], sets["training"], 1)[1][:, 0].min()).mean()), 1e-9)
    with torch.no_grad():
        features = [network(torch.from_numpy(sets[name])).numpy() for name in ("samples", "heldout")]
    compare("Fréchet distance", found["frechetDistance"], measures.frechet(*features), 1e-5)
    with Image.open(folder / "found" / "neighbours.png") as sheet:
        cells = pictures.cells(np.asarray(sheet), SIDE)
    if not np.array_equal(cells[0], cells[1]):
        problems.append(f"{channels} channels: the copy is not the first of neighbours.png beside its original")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(prog="check_evaluation", description=__doc__)
    parser.add_argument("disttrain", help="the program")
    disttrain = parser.parse_args().disttrain
    problems = []
    for channels in (3, 1):
        with TemporaryDirectory() as folder:
            problems += check(disttrain, Path(folder), channels)
    for problem in problems:
        print(f"FAIL evaluate: {problem}")
    if not problems:
        print("PASS evaluate agrees with NumPy")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
