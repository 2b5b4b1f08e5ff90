"""The two passes of a DCGAN step (Radford et al. 2015) in PyTorch, each from parameters that the caller loaded."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce


@dataclass
class DiscriminatorPass:
    """Losses on real and fake, probabilities D(x) and D(G(z)), gradients of D by name, the fakes with their graph."""

    losses: list[float]
    probabilities: list[float]
    gradients: dict[str, torch.Tensor]
    fake: torch.Tensor


@dataclass
class GeneratorPass:
    """G's loss, D(G(z)) after D's update, gradients of G by name."""

    loss: float
    probability: float
    gradients: dict[str, torch.Tensor]


def load(network: nn.Sequential, state: dict[str, torch.Tensor], buffers: bool = True) -> None:
    """Copies parameters, and running statistics if asked, into a network; every one must be given."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(state[name])
        for name, buffer in network.named_buffers():
            if buffers and not name.endswith("num_batches_tracked"):
                buffer.copy_(state[name])


def running_statistics(network: nn.Sequential) -> dict[str, torch.Tensor]:
    return {name: buffer.clone() for name, buffer in network.named_buffers() if buffer.is_floating_point()}


def judged(discriminator: nn.Sequential, images: torch.Tensor, label: float) -> tuple[torch.Tensor, float]:
    """The loss against one label, and the mean probability."""
    logits = discriminator(images).flatten()
    return bce(logits, torch.full_like(logits, label)), torch.sigmoid(logits.detach()).mean().item()


def gradients(loss: torch.Tensor, network: nn.Sequential) -> dict[str, torch.Tensor]:
    """Of this network's parameters only; the graph stays for another pass."""
    named = dict(network.named_parameters())
    return dict(zip(named, torch.autograd.grad(loss, list(named.values()), retain_graph=True)))


def discriminator_pass(generator: nn.Sequential, discriminator: nn.Sequential, real: torch.Tensor,
                       latents: torch.Tensor, labels: tuple[float, float]) -> DiscriminatorPass:
    """D on real, then on fake; moves G's running statistics once and D's twice."""
    fake = generator(latents[:, :, None, None])
    loss_real, probability_real = judged(discriminator, real, labels[0])
    loss_fake, probability_fake = judged(discriminator, fake.detach(), labels[1])
    return DiscriminatorPass([loss_real.item(), loss_fake.item()], [probability_real, probability_fake],
                             gradients(loss_real + loss_fake, discriminator), fake)


def generator_pass(generator: nn.Sequential, discriminator: nn.Sequential, fake: torch.Tensor | None,
                   latents: torch.Tensor, label: float) -> GeneratorPass:
    """D's opinion of `fake`, or where that is None of new pictures; moves D's running statistics once."""
    if fake is None:
        fake = generator(latents[:, :, None, None])
    loss, probability = judged(discriminator, fake, label)
    return GeneratorPass(loss.item(), probability, gradients(loss, generator))


class NearestKink:
    """How near the input of any ReLU or LeakyReLU came to 0, relative to that input's root mean square.

    There the derivative jumps: a single-precision program may land on the other side, and then whole gradients differ
    by far more than rounding. A replay that fails names this distance; fixtures are made with it large.
    """

    def __init__(self, networks: dict[str, nn.Sequential]) -> None:
        self.distance, self.place, self.phase = float("inf"), "nowhere", ""
        for part, network in networks.items():
            for index, layer in enumerate(network):
                if isinstance(layer, (nn.ReLU, nn.LeakyReLU)):
                    layer.register_forward_pre_hook(self.watch(f"{part}.{index}"))

    def watch(self, place: str):
        def look(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            values = inputs[0].detach()
            distance = (values.abs().min() / values.square().mean().sqrt()).item()
            if distance < self.distance:
                self.distance, self.place = distance, f"{place}, {self.phase}"
        return look
