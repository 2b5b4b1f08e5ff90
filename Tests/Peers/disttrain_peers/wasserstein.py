"""The passes of a Wasserstein GAN: with clipping (Arjovsky et al. 2017, algorithm 1) and with a penalty on the gradient
(Gulrajani et al. 2017, algorithm 1)."""

import torch
from torch import nn

from .networks import pictures
from .phases import gradients
from .recipe import Recipe

Gradients = dict[str, torch.Tensor]


def critic_pass(recipe: Recipe, networks: dict[str, nn.Sequential], real: torch.Tensor, latents: torch.Tensor,
                mix: torch.Tensor | None) -> tuple[list[float], list[float], Gradients, list[float]]:
    """−E[D(real)] and E[D(fake)], D's mean scores of both, D's gradients of their sum and the penalty, and
    [λ·E[(‖∇D(x̂)‖ − 1)²], E‖∇D(x̂)‖] with x̂ = mix · real + (1 − mix) · fake, one number of `mix` a sample. Moves G's
    running statistics once."""
    critic = networks["discriminator"]
    fake = pictures(networks["generator"], latents).detach()
    on_real, on_fake = critic(real).mean(), critic(fake).mean()
    loss, penalty = on_fake - on_real, []
    if recipe.loss == "wganGP":
        share = mix[:, None, None, None]
        between = (share * real + (1 - share) * fake).requires_grad_()
        slope, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        lengths = slope.flatten(1).norm(dim=1)
        added = recipe.penalty * (lengths - 1).square().mean()
        loss, penalty = loss + added, [added.item(), lengths.mean().item()]
    scores = [on_real.item(), on_fake.item()]
    return [-scores[0], scores[1]], scores, gradients(loss, critic), penalty


def generator_pass(networks: dict[str, nn.Sequential],
                   latents: torch.Tensor) -> tuple[list[float], list[float], Gradients]:
    """−E[D(G(z))], D's mean score, G's gradients. Moves G's running statistics once."""
    score = networks["discriminator"](pictures(networks["generator"], latents)).mean()
    return [-score.item()], [score.item()], gradients(-score, networks["generator"])
