"""Reading trace.safetensors: what a training wrote down, step by step, in sample order.

Names: `initial/<name>`; for each step k `step<k>/real`, `step<k>/latent.discriminator`, `step<k>/latent.generator`,
`step<k>/loss`, `step<k>/probability`, `step<k>/gradient/<name>`, `step<k>/parameter/<name>` (after the update, buffers
too). `<name>` is `generator.<i>.weight` and so on, i as in nn.Sequential.
"""

import re
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import nn

from . import dcgan
from .settings import Settings

BUFFERS = ("running_mean", "running_var")


class TraceError(Exception):
    """A trace that is not what the format says: which tensor, what was found, what was expected."""


def is_buffer(name: str) -> bool:
    return name.endswith(BUFFERS)


def names(networks: dict[str, nn.Sequential]) -> dict[str, tuple[int, ...]]:
    """Shape of every parameter and buffer by its name in traces and checkpoints."""
    return {f"{part}.{name}": tuple(value.shape) for part, network in networks.items()
            for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}


class Trace:
    """A trace in memory, checked as a whole: every name there, every shape right, every number finite."""

    def __init__(self, path: Path, precision: torch.dtype = torch.float64) -> None:
        self.path, self.precision = path, precision
        with safe_open(path, framework="np") as file:
            self.metadata: dict[str, str] = file.metadata() or {}
            self.tensors: dict[str, np.ndarray] = {name: file.get_tensor(name) for name in file.keys()}
        self.settings = Settings.read(self.metadata)
        self.steps = 1 + max((int(match[1]) for name in self.tensors if (match := re.match(r"step(\d+)/", name))),
                             default=-1)
        if self.steps == 0:
            raise TraceError(f"{path}: no tensor named step0/…")
        if any(re.match(r"step\d+/[dg]\d+/", name) for name in self.tensors):
            raise TraceError(f"{path}: several updates a step are not replayed yet")
        self.read_sizes()
        self.check()

    def read_sizes(self) -> None:
        """The preset's arguments, from shapes alone."""
        self.batch, self.channels, self.image_size, _ = self["step0/real"].shape
        self.latent_size = self["step0/latent.discriminator"].shape[1]
        self.width = self["initial/discriminator.0.weight"].shape[0]

    def networks(self) -> dict[str, nn.Sequential]:
        """New networks of this trace's sizes, in training mode."""
        generator = dcgan.generator(self.image_size, self.width, self.channels, self.latent_size)
        discriminator = dcgan.discriminator(self.image_size, self.width, self.channels)
        return {"generator": generator.to(self.precision), "discriminator": discriminator.to(self.precision)}

    def expected(self) -> dict[str, tuple[int, ...]]:
        """Every tensor the format asks for, with its shape."""
        state = names(self.networks())
        shapes = {f"initial/{name}": shape for name, shape in state.items()}
        for step in range(self.steps):
            shapes |= {
                f"step{step}/real": (self.batch, self.channels, self.image_size, self.image_size),
                f"step{step}/latent.discriminator": (self.batch, self.latent_size),
                f"step{step}/latent.generator": (self.batch, self.latent_size),
                f"step{step}/loss": (3,), f"step{step}/probability": (3,)}
            shapes |= {f"step{step}/parameter/{name}": shape for name, shape in state.items()}
            shapes |= {f"step{step}/gradient/{name}": shape for name, shape in state.items() if not is_buffer(name)}
        return shapes

    def check(self) -> None:
        expected = self.expected()
        for name, shape in expected.items():
            found = self[name]
            if found.shape != shape:
                raise TraceError(f"{self.path}: {name} has shape {list(found.shape)}, expected {list(shape)}")
            if found.dtype != np.float32:
                raise TraceError(f"{self.path}: {name} holds {found.dtype}, expected float32")
            if not np.isfinite(found).all():
                raise TraceError(f"{self.path}: {name} has values that are not finite")
        known = re.compile(r"samples/|step\d+/(labels|mask|inputNoise)/")
        for name in self.tensors.keys() - expected.keys():
            if not known.match(name):
                raise TraceError(f"{self.path}: {name} is not a name of this format for these networks")

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.tensors:
            raise TraceError(f"{self.path}: no tensor named {name}")
        return self.tensors[name]

    def double(self, name: str) -> torch.Tensor:
        return torch.from_numpy(self[name]).double()

    def input(self, name: str) -> torch.Tensor:
        """A tensor for the networks, in their precision."""
        return torch.from_numpy(self[name]).to(self.precision)

    def before(self, step: int, part: str) -> dict[str, torch.Tensor]:
        """A network's parameters and buffers before a step, by the names of its nn.Sequential."""
        return self.state("initial" if step == 0 else f"step{step - 1}/parameter", part)

    def after(self, step: int, part: str) -> dict[str, torch.Tensor]:
        return self.state(f"step{step}/parameter", part)

    def gradients(self, step: int, part: str) -> dict[str, torch.Tensor]:
        return self.state(f"step{step}/gradient", part)

    def state(self, prefix: str, part: str) -> dict[str, torch.Tensor]:
        start = f"{prefix}/{part}."
        return {name.removeprefix(start): self.double(name) for name in self.tensors if name.startswith(start)}

    def reused(self, step: int) -> bool:
        """Whether G's step judges the fakes that D has just learned from."""
        return np.array_equal(self[f"step{step}/latent.discriminator"], self[f"step{step}/latent.generator"])
