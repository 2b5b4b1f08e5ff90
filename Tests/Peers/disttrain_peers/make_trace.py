"""Makes a trace with PyTorch, in the format of disttrain's own, to be replayed by disttrain's tests.

The networks run in double precision: an independent truth, far more precise than what is tested against it. Whatever is
stored is rounded to single precision first and the run goes on from the rounded numbers: gradients before Adam uses
them, parameters and running statistics after. So each phase starts from exactly the numbers in the file.
"""

import argparse
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import torch

from . import networks, spectral
from .kinks import NearestKink
from .optimizers import GivenGradients
from .phases import discriminator_pass, generator_pass, load, losses_after, running_statistics
from .randomness import Passes
from .recipe import Recipe
from .updates import clipped, learned, parts_of
from .writing import write


def rounded(value: torch.Tensor) -> torch.Tensor:
    """The nearest single-precision numbers, as doubles."""
    return value.detach().float().double()


class Recorder:
    """Both networks, and the tensors written so far."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe, self.random = recipe, torch.Generator().manual_seed(recipe.seed)
        self.networks = networks.of(recipe)
        for network in self.networks.values():
            # With a shift of 0 rectifiers leave batch norm's scale without any effect on the next batch norm, and some of
            # its gradients are nothing but rounding.
            networks.initialize(network, self.random, 0.02 if recipe.loss == "bce" else None, shift=0.5)
            network.double()
        spectral.start(self.networks["discriminator"], self.random)
        if recipe.loss == "wgan":
            # Of a critic that is clipped at once nearly all weights would be one number, and its means would cancel.
            for parameter in self.networks["discriminator"].parameters():
                parameter.data *= recipe.clip / parameter.data.abs().max()
        self.kink = NearestKink(self.networks)
        self.optimizers = {part: GivenGradients(self.state(part), getattr(recipe, part)) for part in self.networks}
        self.tensors: dict[str, np.ndarray] = {}
        for part in self.networks:
            self.store("initial", part, self.state(part))

    def state(self, part: str) -> dict[str, torch.Tensor]:
        return {name: rounded(value) for name, value in self.networks[part].state_dict().items()
                if value.is_floating_point()}

    def store(self, prefix: str, part: str, values: dict[str, torch.Tensor]) -> None:
        for name, value in values.items():
            self.put(f"{prefix}/{part}.{name}", value)

    def put(self, name: str, value: torch.Tensor) -> None:
        self.tensors[name] = value.detach().float().contiguous().numpy().copy()

    def latents(self, count: int) -> torch.Tensor:
        shape = (count, self.recipe.latentSize)
        if self.recipe.latentDistribution == "uniform":
            return torch.rand(shape, generator=self.random) * 2 - 1
        return torch.randn(shape, generator=self.random)

    def real(self, darkest: int = 0) -> torch.Tensor:
        recipe = self.recipe
        shape = (recipe.batch, recipe.channels, recipe.imageSize, recipe.imageSize)
        return torch.randint(darkest, 256, shape, generator=self.random) / 127.5 - 1.0

    def update(self, prefix: str, part: str, gradients: dict[str, torch.Tensor]) -> None:
        """From rounded gradients to rounded parameters."""
        gradients = {name: rounded(value) for name, value in gradients.items()}
        self.store(f"{prefix}/gradient", part, gradients)
        after = self.optimizers[part].step(self.state(part), gradients)
        load(self.networks[part], {name: rounded(value) for name, value in after.items()}, buffers=False)

    def round_statistics(self) -> None:
        for part, network in self.networks.items():
            statistics = running_statistics(network)
            load(network, self.state(part) | {name: rounded(value) for name, value in statistics.items()})

    def step(self, step: int) -> None:
        """One update of D, one of G."""
        recipe, prefix = self.recipe, f"step{step}"
        self.kink.phase = prefix

        of_d, of_g = (Passes(recipe.seed, step, update) for update in range(2))
        real, for_d = self.real(), self.latents(recipe.batch)
        for_g = self.latents(recipe.batch) if recipe.noise == "fresh" else for_d
        onto_d = discriminator_pass(recipe, self.networks, real.double(), for_d.double(), of_d)
        self.update(prefix, "discriminator", onto_d.gradients)
        repeats = recipe.noise == "fresh" or recipe.generatorStatistics == "eachUpdate"
        onto_g = generator_pass(recipe, self.networks, None if repeats else onto_d.fake, for_g.double(), of_g)
        self.update(prefix, "generator", onto_g.gradients)

        tensors = {"real": real, "latent.discriminator": for_d, "latent.generator": for_g,
                   "loss": torch.tensor([*onto_d.losses, onto_g.loss]),
                   "probability": torch.tensor([*onto_d.probabilities, onto_g.probability])}
        tensors |= of_d.drawn | of_g.drawn
        if recipe.generatorStatistics == "eachUpdate":
            tensors["loss.after"] = torch.tensor(
                losses_after(recipe, self.networks, real.double(), for_d.double(), Passes(recipe.seed, step, 0)))
        for name, value in tensors.items():
            self.put(f"{prefix}/{name}", value)
        self.round_statistics()
        for part in self.networks:
            self.store(f"{prefix}/parameter", part, self.state(part))

    def several_updates(self, step: int) -> None:
        """Updates of D, then of G, each under a prefix of its own."""
        recipe, real = self.recipe, torch.empty(0)
        for update, part in enumerate(parts_of(recipe)):
            prefix = self.kink.phase = f"step{step}/update{update}"
            inputs = {f"latent.{part}": self.latents(recipe.batch)}
            if part == "discriminator":
                # Bright images, unlike the fakes: otherwise the critic's two means all but cancel.
                real = inputs["real"] = self.real(darkest=128)
                if recipe.loss == "wganGP":
                    inputs["penalty/mix"] = torch.rand(recipe.batch, generator=self.random)
            given = {name: value.double() for name, value in ({"real": real} | inputs).items()}
            passes = Passes(recipe.seed, step, update)
            onto = learned(recipe, self.networks, part, given, passes)
            self.update(prefix, part, onto.gradients)
            load(self.networks[part], clipped(recipe, part, self.state(part)))
            found = {"loss": onto.losses, "probability": onto.scores, "penalty/value": onto.penalty}
            found = {name: torch.tensor(value) for name, value in found.items() if value}
            for name, value in (inputs | found | passes.drawn).items():
                self.put(f"{prefix}/{name}", value)
            self.store(f"{prefix}/parameter", part, self.state(part))


def record(recipe: Recipe, steps: int, samples: int) -> Recorder:
    """A whole trace, with images of the last state where there are to be samples."""
    recorder = Recorder(recipe)
    for step in range(steps):
        (recorder.several_updates if recipe.severalUpdates else recorder.step)(step)
    if samples:
        latents = recorder.latents(samples)
        recorder.put("samples/latent", latents)
        with torch.no_grad():
            recorder.put("samples/images", networks.pictures(recorder.networks["generator"], latents.double()))
    return recorder


def record_clear_of_kinks(recipe: Recipe, margin: float, steps: int = 3, samples: int = 0,
                          suits: Callable[[Recorder], bool] = lambda _: True) -> Recorder:
    """The first trace, counting seeds up, in which no ReLU's input comes nearer to 0 than single precision can tell."""
    while (recorder := record(recipe, steps, samples)).kink.distance < margin or not suits(recorder):
        recipe = replace(recipe, seed=recipe.seed + 1)
    return recorder


def main() -> None:
    parser = argparse.ArgumentParser(prog="make_trace", description=__doc__)
    parser.add_argument("trace", type=Path)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--samples", type=int, default=0)
    parser.add_argument("--margin", type=float, default=0.0, help="how far from 0 the inputs of ReLUs must stay")
    parser.add_argument("--checkpoint", type=Path, help="also writes the last state under a checkpoint's names")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help=f"of the recipe: {', '.join(entry.name for entry in fields(Recipe))}")
    options = parser.parse_args()
    recipe = Recipe.of_metadata(dict(setting.split("=", 1) for setting in options.set))
    recorder = record_clear_of_kinks(recipe, options.margin, options.steps, options.samples)
    write(options.trace, recorder.tensors, recorder.recipe.metadata())
    if options.checkpoint:
        prefix = f"step{options.steps - 1}/parameter/"
        write(options.checkpoint, {name.removeprefix(prefix): value for name, value in recorder.tensors.items()
                                   if name.startswith(prefix)}, {"step": str(options.steps)})
    print(f"{options.trace}: seed {recorder.recipe.seed}, nearest kink {recorder.kink.distance:.1e} "
          f"({recorder.kink.place})")


if __name__ == "__main__":
    main()
