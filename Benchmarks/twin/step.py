"""One training step of the facades recipe in PyTorch: as the tutorial writes it, and tuned."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

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


class Twin:
    """Both networks, both Adams and the step of the facades recipe.

    `tuned` stores activations channels last and computes no gradients of D in the G pass; otherwise the loop is the
    tutorial's own, in PyTorch's default layout.
    """

    def __init__(self, generator: nn.Module, discriminator: nn.Module, latent_size: int, tuned: bool = True,
                 bf16: bool = False) -> None:
        layout = torch.channels_last if tuned else torch.contiguous_format
        self.generator = generator.to(memory_format=layout)
        self.discriminator = discriminator.to(memory_format=layout)
        self.layout, self.tuned, self.bf16, self.latent_size = layout, tuned, bf16, latent_size
        self.adam_g = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
        self.adam_d = torch.optim.Adam(discriminator.parameters(), lr=2e-4, betas=(0.5, 0.999))

    def precision(self) -> AbstractContextManager:
        return torch.autocast("cpu", torch.bfloat16) if self.bf16 else nullcontext()

    def gradients_wait(self) -> AbstractContextManager:
        """Around D's first backward pass, whose gradients the second adds to."""
        return nullcontext()

    def asked(self) -> nn.Module:
        """D for the G pass, which needs no gradients of it."""
        return self.discriminator

    def judged(self, discriminator: nn.Module, images: torch.Tensor, label: float) -> tuple[torch.Tensor, torch.Tensor]:
        """D's loss on pictures against one label, and its logits."""
        with self.precision():
            logits = discriminator(images).flatten()
        logits = logits.float()
        return bce(logits, torch.full_like(logits, label)), logits.detach()

    def step(self, real: torch.Tensor) -> Losses:
        """D learns from real and fake, then G from D's opinion of the same fakes."""
        real = real.contiguous(memory_format=self.layout)
        self.adam_d.zero_grad(set_to_none=True)
        with self.gradients_wait():
            loss_real, logit_real = self.judged(self.discriminator, real, 1.0)
            loss_real.backward()
        latents = torch.randn(len(real), self.latent_size, 1, 1)
        with self.precision():
            fake = self.generator(latents)
        loss_fake, logit_fake = self.judged(self.discriminator, fake.detach(), 0.0)
        loss_fake.backward()
        self.adam_d.step()

        self.adam_g.zero_grad(set_to_none=True)
        if self.tuned:
            self.discriminator.requires_grad_(False)
        loss_g, _ = self.judged(self.asked(), fake, 1.0)
        loss_g.backward()
        if self.tuned:
            self.discriminator.requires_grad_(True)
        self.adam_g.step()
        return Losses(loss_real.detach(), loss_fake.detach(), loss_g.detach(), logit_real, logit_fake)

    def samples(self, latents: torch.Tensor, batch: int) -> torch.Tensor:
        """Pictures of latents, normalized by the statistics of each batch as in training."""
        with torch.no_grad():
            return torch.cat([self.generator(part) for part in latents.split(batch)]).contiguous()
