"""Steps of several updates, as Wasserstein GANs have them: each update has latents of its own, and of D's each has real
pictures of its own."""

from dataclasses import dataclass

import torch
from torch import nn

from . import wasserstein
from .phases import Randomness, discriminator_pass, generator_pass
from .recipe import Recipe


@dataclass
class Learned:
    """The losses as a trace has them, and the gradients of the network that learns."""

    losses: list[float]
    gradients: dict[str, torch.Tensor]


def part_of(recipe: Recipe, update: int) -> str:
    """Who learns in an update: D's are first."""
    return "discriminator" if update < recipe.criticUpdates else "generator"


def learned(recipe: Recipe, networks: dict[str, nn.Sequential], part: str, inputs: dict[str, torch.Tensor],
            randomness: Randomness) -> Learned:
    """One update; `inputs` are `latent`, of D's also `real`, and `penalty/mix` where there is a penalty."""
    latents = inputs["latent"]
    if part == "discriminator" and recipe.loss == "bce":
        onto_d = discriminator_pass(recipe, networks, inputs["real"], latents, randomness)
        return Learned(onto_d.losses, onto_d.gradients)
    if part == "discriminator":
        return Learned(*wasserstein.critic_pass(recipe, networks, inputs["real"], latents, inputs.get("penalty/mix")))
    if recipe.loss == "bce":
        onto_g = generator_pass(recipe, networks, None, latents, randomness)
        return Learned([onto_g.loss], onto_g.gradients)
    return Learned(*wasserstein.generator_pass(networks, latents))


def clipped(recipe: Recipe, part: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """D's parameters after an update, where Wasserstein's distance is held by clipping."""
    if part == "generator" or recipe.loss != "wgan":
        return state
    limit = torch.tensor(recipe.clip, dtype=torch.float32).item()
    return {name: value.clamp(-limit, limit) for name, value in state.items()}
