"""Reading trace.safetensors: what a training wrote down, step by step, in sample order.

Names: `initial/<name>`; for each step k `step<k>/real`, `step<k>/latent.discriminator`, `step<k>/latent.generator`,
`step<k>/loss`, `step<k>/probability`, `step<k>/gradient/<name>`, `step<k>/parameter/<name>` (after the update, buffers
too). `<name>` is `generator.<i>.weight` and so on, i as in nn.Sequential. Where it is written down, too:
`step<k>/loss.after`, and what was drawn at random, `step<k>/labels/<pass>`, `step<k>/mask/<pass>.<layer>`,
`step<k>/inputNoise/<pass>`, `step<k>/augment/<pass>/<operation>`, pass being real, fake, opinion or opinionReal.

Where a step has several updates, each update u, D's first, has keys of its own, `step<k>/update<u>/…`: the latents, of D
`real`; `loss` and `probability` (or a critic's score) of D on real and on fake, or of G alone; with a penalty on the
gradient `penalty/mix` [n], the share of the real image, and `penalty/value` [penalty times its factor, mean length of the
gradient]; `gradient/<name>` and `parameter/<name>` of the network that learns, with its buffers.
"""

import re
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import nn

from . import networks
from .optimizers import is_buffer
from .recipe import Recipe
from .updates import parts_of

Shapes = dict[str, tuple[int, ...]]


class TraceError(Exception):
    """A trace that is not what the format says: which tensor, what was found, what was expected."""


def recipe_of(metadata: dict[str, str], path: Path) -> Recipe:
    """From the metadata of a trace that PyTorch made, or from the config.yaml beside one that disttrain made."""
    configuration = path.parent / "config.yaml"
    if "preset" in metadata:
        return Recipe.of_metadata(metadata)
    if not configuration.exists():
        raise TraceError(f"{path}: the metadata names no preset, and there is no {configuration}")
    try:
        return Recipe.of_configuration(configuration)
    except (KeyError, ValueError) as error:
        raise TraceError(f"{configuration}: {error}") from error


def names(of: dict[str, nn.Sequential]) -> Shapes:
    """Shape of every parameter and buffer by its name in traces and checkpoints."""
    return {f"{part}.{name}": tuple(value.shape) for part, network in of.items()
            for name, value in network.state_dict().items() if not name.endswith("num_batches_tracked")}


class Trace:
    """A trace in memory, checked as a whole: every name there, every shape right, every number finite."""

    def __init__(self, path: Path, precision: torch.dtype = torch.float64) -> None:
        self.path, self.precision = path, precision
        with safe_open(path, framework="np") as file:
            self.metadata: dict[str, str] = file.metadata() or {}
            self.tensors: dict[str, np.ndarray] = {name: file.get_tensor(name) for name in file.keys()}
        self.recipe = recipe_of(self.metadata, path)
        self.steps = 1 + max((int(match[1]) for name in self.tensors if (match := re.match(r"step(\d+)/", name))),
                             default=-1)
        if self.steps == 0:
            raise TraceError(f"{path}: no tensor named step0/…")
        if self.recipe.loss != "bce" and not self.recipe.severalUpdates:
            raise TraceError(f"{path}: {self.recipe.loss} is replayed with several updates a step alone")
        self.check()

    def networks(self) -> dict[str, nn.Sequential]:
        """New networks of this trace's sizes, in training mode."""
        return {part: network.to(self.precision) for part, network in networks.of(self.recipe).items()}

    def expected(self) -> Shapes:
        """Every tensor the format asks for, with its shape."""
        recipe, state = self.recipe, names(self.networks())
        shapes = {f"initial/{name}": shape for name, shape in state.items()}
        for step in range(self.steps):
            if recipe.severalUpdates:
                for update, part in enumerate(parts_of(recipe)):
                    shapes |= self.expected_of_update(f"step{step}/update{update}", part, state)
                continue
            batch = min(recipe.batch, len(self[f"step{step}/real"]))  # the last one of an epoch may be short
            shapes |= {
                f"step{step}/real": (batch, recipe.channels, recipe.imageSize, recipe.imageSize),
                f"step{step}/latent.discriminator": (batch, recipe.latentSize),
                f"step{step}/latent.generator": (batch, recipe.latentSize),
                f"step{step}/loss": (3,), f"step{step}/probability": (3,)}
            if f"step{step}/loss.after" in self.tensors:
                shapes[f"step{step}/loss.after"] = (2,)
            shapes |= {f"step{step}/parameter/{name}": shape for name, shape in state.items()}
            shapes |= {f"step{step}/gradient/{name}": shape for name, shape in state.items() if not is_buffer(name)}
        return shapes

    def expected_of_update(self, prefix: str, part: str, state: Shapes) -> Shapes:
        recipe = self.recipe
        count = 2 if part == "discriminator" else 1
        shapes: Shapes = {
            f"{prefix}/latent.{part}": (recipe.batch, recipe.latentSize), f"{prefix}/loss": (count,),
            f"{prefix}/probability": (count,)}
        if part == "discriminator":
            shapes[f"{prefix}/real"] = (recipe.batch, recipe.channels, recipe.imageSize, recipe.imageSize)
            if recipe.loss == "wganGP":
                shapes |= {f"{prefix}/penalty/mix": (recipe.batch,), f"{prefix}/penalty/value": (2,)}
        own = {name: shape for name, shape in state.items() if name.startswith(part)}
        shapes |= {f"{prefix}/gradient/{name}": shape for name, shape in own.items() if not is_buffer(name)}
        return shapes | {f"{prefix}/parameter/{name}": shape for name, shape in own.items()}

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
        known = re.compile(r"samples/|step\d+/(update\d+/)?(labels|mask|inputNoise|augment)/")
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
