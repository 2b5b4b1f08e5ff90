"""One training step of a recipe in PyTorch: as tutorials write it, and tuned."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from disttrain_peers.recipe import Optimizer, Recipe

Step = Callable[[torch.Tensor], "Losses"]


@dataclass
class Losses:
    """Means over the batch; probabilities as the tutorial prints them."""

    real: torch.Tensor
    fake: torch.Tensor
    generator: torch.Tensor
    logit_real: torch.Tensor
    logit_fake: torch.Tensor

    def line(self) -> str:
        d_real, d_fake = torch.sigmoid(self.logit_real).mean(), torch.sigmoid(self.logit_fake).mean()
        return (f"loss D {self.real.item() + self.fake.item():.4f} G {self.generator.item():.4f} "
                f"D(x) {d_real.item():.4f} D(G(z)) {d_fake.item():.4f}")


def optimizer(network: nn.Module, settings: Optimizer) -> torch.optim.Optimizer:
    kind = {"adam": torch.optim.Adam, "adamW": torch.optim.AdamW}[settings.kind]
    return kind(network.parameters(), lr=settings.learningRate, betas=(settings.beta1, settings.beta2),
                eps=settings.epsilon, weight_decay=settings.weightDecay)


class Twin:
    """Both networks, both optimizers and the step of a recipe.

    `tuned` stores activations channels last and computes no gradients of D in the G pass; otherwise the loop is the
    tutorial's own, in PyTorch's default layout.
    """

    def __init__(self, recipe: Recipe, networks: dict[str, nn.Module], tuned: bool = True, bf16: bool = False) -> None:
        layout = torch.channels_last if tuned else torch.contiguous_format
        self.generator, self.discriminator = (
            networks[part].to(memory_format=layout) for part in ("generator", "discriminator"))
        self.recipe, self.layout, self.tuned, self.bf16 = recipe, layout, tuned, bf16
        self.adam_g = optimizer(self.generator, recipe.generator)
        self.adam_d = optimizer(self.discriminator, recipe.discriminator)
        self.takes_maps = not isinstance(self.generator[0], nn.Linear)

    def precision(self) -> AbstractContextManager:
        return torch.autocast("cpu", torch.bfloat16) if self.bf16 else nullcontext()

    def gradients_wait(self) -> AbstractContextManager:
        """Around D's first backward pass, whose gradients the second adds to."""
        return nullcontext()

    def asked(self) -> nn.Module:
        """D for the G pass, which needs no gradients of it."""
        return self.discriminator

    def latents(self, count: int) -> torch.Tensor:
        shape = (count, self.recipe.latentSize, 1, 1) if self.takes_maps else (count, self.recipe.latentSize)
        return torch.rand(shape) * 2 - 1 if self.recipe.latentDistribution == "uniform" else torch.randn(shape)

    def made(self, count: int) -> torch.Tensor:
        with self.precision():
            return self.generator(self.latents(count))

    def labels(self, part: str, logits: torch.Tensor) -> torch.Tensor:
        """Of "real", "fake" or, for G, "wanted" images; the last logit is that of being real."""
        labels, count = self.recipe.labels, logits.shape[1]
        if part == "wanted" or not labels.amplitude:
            real = 1.0 if part == "wanted" else getattr(labels, part)
            return logits.new_tensor([1 - real, real])[-count:].expand_as(logits)
        smooth = labels.amplitude * torch.rand(len(logits), 2)
        smooth[:, int(part == "real")].neg_().add_(1)
        return smooth / smooth.sum(1, keepdim=True)

    def judged(self, discriminator: nn.Module, images: torch.Tensor, part: str) -> tuple[torch.Tensor, torch.Tensor]:
        """D's loss on images, and its logits."""
        if self.recipe.inputNoise:
            images = images + self.recipe.inputNoise * torch.randn_like(images)
        with self.precision():
            logits = discriminator(images).flatten(1)
        logits = logits.float()
        return bce(logits, self.labels(part, logits)), logits.detach()[:, -1]

    def step(self, real: torch.Tensor) -> Losses:
        """D learns from real and fake, then G from D's opinion of the same fakes, or where noise is fresh of new ones."""
        weight = 0.5 if self.recipe.discriminatorLoss == "mean" else 1
        real = real.contiguous(memory_format=self.layout)
        self.adam_d.zero_grad(set_to_none=True)
        with self.gradients_wait():
            loss_real, logit_real = self.judged(self.discriminator, real, "real")
            (weight * loss_real).backward()
        fresh = self.recipe.noise == "fresh"
        with torch.no_grad() if fresh else nullcontext():
            fake = self.made(len(real))
        loss_fake, logit_fake = self.judged(self.discriminator, fake.detach(), "fake")
        (weight * loss_fake).backward()
        self.adam_d.step()

        self.adam_g.zero_grad(set_to_none=True)
        if self.tuned:
            self.discriminator.requires_grad_(False)
        loss_g, _ = self.judged(self.asked(), self.made(len(real)) if fresh else fake, "wanted")
        loss_g.backward()
        if self.tuned:
            self.discriminator.requires_grad_(True)
        self.adam_g.step()
        return Losses(loss_real.detach(), loss_fake.detach(), loss_g.detach(), logit_real, logit_fake)

    def samples(self, latents: torch.Tensor, batch: int) -> torch.Tensor:
        """Images of latents, normalized by the statistics of each batch as in training."""
        with torch.no_grad():
            return torch.cat([self.generator(part) for part in latents.split(batch)]).contiguous()
