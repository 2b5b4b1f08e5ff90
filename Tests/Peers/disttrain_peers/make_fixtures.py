"""Makes every file of Tests/GANTests/Fixtures again: the traces and the single layers."""

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from . import make_layers
from .make_trace import Recorder, record_clear_of_kinks
from .recipe import Labels, Optimizer, Recipe
from .replay import replay
from .trace import Trace
from .writing import write

# Of a layer's size before a ReLU; single precision is wrong by up to some 5e-7 of it, Winograd's F4 by some times that.
MARGIN = 1e-5

SMALL = {"imageSize": 32, "width": 4, "latentSize": 4, "batch": 4}
FACADES = SMALL | {"width": 8, "batch": 8}
CRITIC = Optimizer(learningRate=1e-4, beta1=0.0, beta2=0.9)
CLIPPED = Optimizer("rmsprop", learningRate=5e-5, beta1=0.0, beta2=0.99)

RECIPES = {
    "reuse": Recipe(**FACADES),
    "fresh-grey": Recipe(**FACADES, channels=1, noise="fresh"),
    "smoothed-grey": Recipe(**FACADES, channels=1, labels=Labels(real=0.9, fake=0.1),
                            discriminator=Optimizer(learningRate=1e-4, weightDecay=1e-3)),
    "architecture": Recipe(**SMALL | {"width": 1}, preset="same5", bias=True, latentDistribution="uniform",
                           generatorStatistics="eachUpdate", discriminator=Optimizer(learningRate=5e-5)),
    "fashion": Recipe(**SMALL, channels=1, bias=True, noise="fresh", discriminator=Optimizer(learningRate=1e-4)),
    "glasses": Recipe(**SMALL, dropout=0.1, discriminator=Optimizer(learningRate=1e-4)),
    "ganlab": Recipe(**SMALL | {"imageSize": 28}, channels=1, preset="ganlab", dropout=0.3, noise="fresh",
                     inputNoise=0.1, discriminatorLoss="mean", labels=Labels(amplitude=0.2),
                     discriminator=Optimizer("adamW", weightDecay=1e-2)),
    "hinge": Recipe(**SMALL, loss="hinge", discriminatorUpdates=2, noise="fresh"),
    "least-squares": Recipe(**SMALL, channels=1, loss="leastSquares", discriminatorUpdates=2, noise="fresh"),
    "relativistic": Recipe(**SMALL, batchNorm=False, loss="relativistic", discriminatorUpdates=2, noise="fresh"),
    "wgan-gp": Recipe(**SMALL, batchNorm=False, loss="wganGP", discriminatorUpdates=2, noise="fresh", generator=CRITIC,
                      discriminator=CRITIC),
    "branch": Recipe(**SMALL, branch=True, loss="hinge", discriminatorUpdates=2, noise="fresh"),
    "branch-gp": Recipe(**SMALL, branch=True, batchNorm=False, loss="wganGP", discriminatorUpdates=2, noise="fresh",
                        generator=CRITIC, discriminator=CRITIC),
    "spectral": Recipe(**SMALL, batchNorm=False, spectralNorm=True, loss="hinge", discriminatorUpdates=2, noise="fresh"),
    "spectral-gp": Recipe(**SMALL, batchNorm=False, spectralNorm=True, branch=True, loss="wganGP", discriminatorUpdates=2,
                          noise="fresh", generator=CRITIC, discriminator=CRITIC),
    "augmentation": Recipe(**SMALL, augmentation="color,translation,cutout"),
    "augmentation-some": Recipe(**SMALL, batchNorm=False, loss="relativistic", augmentation="color,translation,cutout",
                                augmentationProbability=0.5, discriminatorUpdates=2, noise="fresh"),
    "wgan": Recipe(**SMALL, channels=1, batchNorm=False, loss="wgan", discriminatorUpdates=3, noise="fresh",
                   generator=CLIPPED, discriminator=CLIPPED),
}


def suits_single_precision(recorder: Recorder) -> bool:
    """Whether no gradient, loss or mean score is what is left where larger numbers cancel: PyTorch's own single precision
    has them to 3e-6."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "trace.safetensors"
        write(file, recorder.tensors, recorder.recipe.metadata())
        comparison, _ = replay(Trace(file, torch.float32))
    return max(error for kind in ("gradient", "loss", "probability")
               for errors in comparison.errors[kind].values() for error in errors.values()) < 3e-6


def main() -> None:
    parser = argparse.ArgumentParser(prog="make_fixtures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help=f"layers, {', '.join(RECIPES)}; all by default")
    options = parser.parse_args()
    for name in options.names or RECIPES:
        if name not in RECIPES:
            continue
        recorder = record_clear_of_kinks(RECIPES[name], MARGIN, suits=suits_single_precision)
        file = options.folder / f"trace-{name}.safetensors"
        write(file, recorder.tensors, recorder.recipe.metadata() | {"steps": "3"})
        print(f"{file}: seed {recorder.recipe.seed}, nearest kink {recorder.kink.distance:.1e}, "
              f"{file.stat().st_size} bytes", flush=True)
    if not options.names or "layers" in options.names:
        writer = make_layers.written(seed=1)
        write(options.folder / "layers.safetensors", writer.tensors, writer.metadata)
        print(f"{options.folder / 'layers.safetensors'}: {len(writer.metadata)} cases, {len(writer.tensors)} tensors")


if __name__ == "__main__":
    main()
