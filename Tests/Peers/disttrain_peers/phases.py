"""The two passes of a GAN step (Radford et al. 2015) in PyTorch, each from parameters that the caller loaded."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from . import spectral
from .augmentation import augmented
from .networks import pictures
from .randomness import PassRandomness
from .recipe import Recipe

# The random numbers of an update's pass: "real", "fake" or "opinion".
Randomness = Callable[[str], PassRandomness]


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


def seen(recipe: Recipe, images: torch.Tensor, randomness: PassRandomness) -> torch.Tensor:
    """What D sees of images: with the augmentation and the input noise that disttrain draws."""
    x = augmented(recipe, images, randomness)
    return x + recipe.inputNoise * randomness.noise(x) if recipe.inputNoise else x


def logits_of(recipe: Recipe, discriminator: nn.Sequential, images: torch.Tensor,
              randomness: PassRandomness) -> torch.Tensor:
    """D's [n, 1 or 2], with the dropout that disttrain draws, too."""
    x = seen(recipe, images, randomness)
    for index, layer in enumerate(discriminator):
        if isinstance(layer, nn.Dropout):
            x = x * randomness.mask(index, x, layer.p) / (1 - layer.p)
        else:
            x = layer(x)
    return x.flatten(1)


def wanted(recipe: Recipe, part: str, logits: torch.Tensor, randomness: PassRandomness) -> torch.Tensor:
    """The labels of D's logits: one is the probability of being real, of two the first is that of being fake."""
    samples, count = logits.shape
    amplitude = recipe.labels.amplitude
    if part == "opinion" or not amplitude:
        real = 1.0 if part == "opinion" else getattr(recipe.labels, part)
        labels = torch.full((samples, 2), real, dtype=logits.dtype)
        labels[:, 0] = 1 - real
        return labels[:, 2 - count:]
    own, other = torch.from_numpy(randomness.label_numbers(samples)).T
    own, other = 1 - amplitude * own, amplitude * other
    if count == 2:
        own, other = own / (own + other), other / (own + other)
    else:
        other = 1 - own
    labels = torch.stack([other, own] if part == "real" else [own, other], dim=1).to(logits.dtype)[:, 2 - count:]
    return randomness.keep(f"labels/{part}", labels)


def judged(recipe: Recipe, discriminator: nn.Sequential, images: torch.Tensor, part: str,
           randomness: PassRandomness) -> tuple[torch.Tensor, float]:
    """The loss of a pass, and the mean probability of being real."""
    logits = logits_of(recipe, discriminator, images, randomness)
    return bce(logits, wanted(recipe, part, logits, randomness)), torch.sigmoid(logits[:, -1].detach()).mean().item()


def gradients(loss: torch.Tensor, network: nn.Sequential) -> dict[str, torch.Tensor]:
    """Of this network's parameters only; the graph stays for another pass."""
    named = dict(network.named_parameters())
    return dict(zip(named, torch.autograd.grad(loss, list(named.values()), retain_graph=True)))


def discriminator_loss(recipe: Recipe, on_real: torch.Tensor, on_fake: torch.Tensor) -> torch.Tensor:
    return (on_real + on_fake) / (2 if recipe.discriminatorLoss == "mean" else 1)


def discriminator_pass(recipe: Recipe, networks: dict[str, nn.Sequential], real: torch.Tensor, latents: torch.Tensor,
                       randomness: Randomness) -> DiscriminatorPass:
    """D on real, then on fake; moves G's running statistics once and D's twice."""
    discriminator = networks["discriminator"]
    spectral.iterate(discriminator)
    fake = pictures(networks["generator"], latents)
    loss_real, probability_real = judged(recipe, discriminator, real, "real", randomness("real"))
    loss_fake, probability_fake = judged(recipe, discriminator, fake.detach(), "fake", randomness("fake"))
    loss = discriminator_loss(recipe, loss_real, loss_fake)
    return DiscriminatorPass([loss_real.item(), loss_fake.item()], [probability_real, probability_fake],
                             gradients(loss, discriminator), fake)


def generator_pass(recipe: Recipe, networks: dict[str, nn.Sequential], fake: torch.Tensor | None,
                   latents: torch.Tensor, randomness: Randomness) -> GeneratorPass:
    """D's opinion of `fake`, or where that is None of new images; moves D's running statistics once."""
    if fake is None:
        fake = pictures(networks["generator"], latents)
    loss, probability = judged(recipe, networks["discriminator"], fake, "opinion", randomness("opinion"))
    return GeneratorPass(loss.item(), probability, gradients(loss, networks["generator"]))


def losses_after(recipe: Recipe, networks: dict[str, nn.Sequential], real: torch.Tensor,
                 latents: torch.Tensor, randomness: Randomness) -> list[float]:
    """D's and G's losses by the batch's statistics, which move nothing."""
    before = {part: running_statistics(network) for part, network in networks.items()}
    with torch.no_grad():
        fake = pictures(networks["generator"], latents)
        on_real, on_fake, opinion = (
            judged(recipe, networks["discriminator"], images, part, randomness(part))[0]
            for images, part in ((real, "real"), (fake, "fake"), (fake, "opinion")))
        for part, network in networks.items():
            for name, buffer in network.named_buffers():
                if name in before[part]:
                    buffer.copy_(before[part][name])
    return [discriminator_loss(recipe, on_real, on_fake).item(), opinion.item()]
