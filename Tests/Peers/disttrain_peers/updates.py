"""Steps of several updates: each has latents of its own, and of D's each has real images of its own."""

from dataclasses import dataclass, field

import torch
from torch import nn

from . import scores
from .optimizers import is_buffer
from .phases import Randomness, discriminator_pass, generator_pass
from .recipe import Recipe


@dataclass
class Learned:
    """What a trace has of an update: of D's the losses and scores on real and fake, and the penalty times its factor with
    the mean length of the gradient; of G's one loss and score; the gradients of the network that learns."""

    losses: list[float]
    scores: list[float]
    gradients: dict[str, torch.Tensor]
    penalty: list[float] = field(default_factory=list)


def parts_of(recipe: Recipe) -> list[str]:
    """Who learns in each update of a step."""
    return ["discriminator"] * recipe.discriminatorUpdates + ["generator"] * recipe.generatorUpdates


def learned(recipe: Recipe, networks: dict[str, nn.Sequential], part: str, inputs: dict[str, torch.Tensor],
            randomness: Randomness) -> Learned:
    """One update; `inputs` has `latent.<part>`, for D also `real`, and `penalty/mix` where there is a penalty; for G the
    `real` of D's last update where the loss compares with it."""
    latents = inputs[f"latent.{part}"]
    if recipe.loss != "bce":
        if part == "discriminator":
            real, mix = inputs["real"], inputs.get("penalty/mix")
            return Learned(*scores.critic_pass(recipe, networks, real, latents, mix, randomness))
        return Learned(*scores.generator_pass(recipe, networks, inputs.get("real"), latents, randomness))
    if part == "discriminator":
        onto_d = discriminator_pass(recipe, networks, inputs["real"], latents, randomness)
        return Learned(onto_d.losses, onto_d.probabilities, onto_d.gradients)
    onto_g = generator_pass(recipe, networks, None, latents, randomness)
    return Learned([onto_g.loss], [onto_g.probability], onto_g.gradients)


def clipped(recipe: Recipe, part: str, state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """D's parameters after an update, where Wasserstein's distance is held by clipping."""
    if part == "generator" or recipe.loss != "wgan":
        return state
    limit = torch.tensor(recipe.clip, dtype=torch.float32).item()
    return {name: value if is_buffer(name) else value.clamp(-limit, limit) for name, value in state.items()}
