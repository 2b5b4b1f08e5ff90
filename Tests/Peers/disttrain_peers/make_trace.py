"""Makes a trace with PyTorch, in the format of disttrain's own, to be replayed by disttrain's tests.

The networks run in double precision: an independent truth, far more precise than what is tested against it. Whatever is
stored is rounded to single precision first and the run goes on from the rounded numbers: gradients before Adam uses
them, parameters and running statistics after. So each phase starts from exactly the numbers in the file.
"""

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from . import dcgan
from .phases import NearestKink, discriminator_pass, generator_pass, load, running_statistics
from .replay import AdamFromTrace
from .settings import Settings
from .writing import write


@dataclass
class Plan:
    """What to trace."""

    image_size: int = 32
    width: int = 8
    channels: int = 3
    latent_size: int = 4
    batch: int = 8
    steps: int = 3
    fresh: bool = False
    samples: int = 0
    settings: Settings = field(default_factory=Settings)


def rounded(value: torch.Tensor) -> torch.Tensor:
    """The nearest single-precision numbers, as doubles."""
    return value.detach().float().double()


class Recorder:
    """Both networks, and the tensors written so far."""

    def __init__(self, plan: Plan, seed: int) -> None:
        self.plan, self.random = plan, torch.Generator().manual_seed(seed)
        self.networks = {
            "generator": dcgan.generator(plan.image_size, plan.width, plan.channels, plan.latent_size),
            "discriminator": dcgan.discriminator(plan.image_size, plan.width, plan.channels)}
        for network in self.networks.values():
            dcgan.initialize(network, self.random)
            network.double()
        self.kink = NearestKink(self.networks)
        self.adam = {part: AdamFromTrace(self.state(part), getattr(plan.settings, part)) for part in self.networks}
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
        return torch.randn(count, self.plan.latent_size, generator=self.random)

    def update(self, step: int, part: str, gradients: dict[str, torch.Tensor]) -> None:
        """Adam from rounded gradients to rounded parameters."""
        gradients = {name: rounded(value) for name, value in gradients.items()}
        self.store(f"step{step}/gradient", part, gradients)
        after = self.adam[part].step(self.state(part), gradients)
        load(self.networks[part], {name: rounded(value) for name, value in after.items()}, buffers=False)

    def step(self, step: int) -> None:
        plan, labels = self.plan, self.plan.settings.labels
        self.kink.phase = f"step{step}"
        generator, discriminator = self.networks["generator"], self.networks["discriminator"]
        shape = (plan.batch, plan.channels, plan.image_size, plan.image_size)
        real = torch.randint(0, 256, shape, generator=self.random) / 127.5 - 1.0
        for_d = self.latents(plan.batch)
        for_g = self.latents(plan.batch) if plan.fresh else for_d
        onto_d = discriminator_pass(generator, discriminator, real.double(), for_d.double(), (labels.real, labels.fake))
        self.update(step, "discriminator", onto_d.gradients)
        onto_g = generator_pass(generator, discriminator, None if plan.fresh else onto_d.fake, for_g.double(),
                                labels.opinion)
        self.update(step, "generator", onto_g.gradients)

        for name, value in (("real", real), ("latent.discriminator", for_d), ("latent.generator", for_g),
                            ("loss", torch.tensor([*onto_d.losses, onto_g.loss])),
                            ("probability", torch.tensor([*onto_d.probabilities, onto_g.probability]))):
            self.put(f"step{step}/{name}", value)
        for part, network in self.networks.items():
            statistics = running_statistics(network)
            load(network, self.state(part) | {name: rounded(value) for name, value in statistics.items()})
            self.store(f"step{step}/parameter", part, self.state(part))

    def metadata(self) -> dict[str, str]:
        plan = self.plan
        return {"imageSize": str(plan.image_size), "width": str(plan.width), "channels": str(plan.channels),
                "latentSize": str(plan.latent_size), "batch": str(plan.batch), "steps": str(plan.steps),
                "noise": "fresh" if plan.fresh else "reuse"} | plan.settings.metadata()


def record(plan: Plan, seed: int) -> Recorder:
    """A whole trace, with pictures of the last state where the plan asks for samples."""
    recorder = Recorder(plan, seed)
    for step in range(plan.steps):
        recorder.step(step)
    if plan.samples:
        latents = recorder.latents(plan.samples)
        recorder.put("samples/latent", latents)
        with torch.no_grad():
            recorder.put("samples/images", recorder.networks["generator"](latents.double()[:, :, None, None]))
    return recorder


def record_clear_of_kinks(plan: Plan, seed: int, margin: float) -> tuple[Recorder, int]:
    """The first trace, counting seeds up, in which no ReLU's input comes nearer to 0 than single precision can tell."""
    while (recorder := record(plan, seed)).kink.distance < margin:
        seed += 1
    return recorder, seed


def main() -> None:
    parser = argparse.ArgumentParser(prog="make_trace", description=__doc__)
    parser.add_argument("trace", type=Path)
    for name, default in (("image-size", 32), ("width", 8), ("channels", 3), ("latent-size", 4), ("batch", 8),
                          ("steps", 3), ("samples", 0), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--margin", type=float, default=0.0, help="how far from 0 the inputs of ReLUs must stay")
    parser.add_argument("--checkpoint", type=Path, help="also writes the last state under a checkpoint's names")
    options = parser.parse_args()
    plan = Plan(options.image_size, options.width, options.channels, options.latent_size, options.batch, options.steps,
                options.fresh, options.samples)
    recorder, seed = record_clear_of_kinks(plan, options.seed, options.margin)
    write(options.trace, recorder.tensors, recorder.metadata())
    if options.checkpoint:
        prefix = f"step{plan.steps - 1}/parameter/"
        write(options.checkpoint, {name.removeprefix(prefix): value for name, value in recorder.tensors.items()
                                   if name.startswith(prefix)}, {"step": str(plan.steps)})
    print(f"{options.trace}: seed {seed}, nearest kink {recorder.kink.distance:.1e} ({recorder.kink.place})")


if __name__ == "__main__":
    main()
