"""The passes of a Wasserstein GAN: with clipping (Arjovsky et al. 2017, algorithm 1) and with a penalty on the gradient
(Gulrajani et al. 2017, algorithm 1). Each returns losses and the gradients, by name, of the network that learns."""

import torch
from torch import nn

from .networks import pictures
from .phases import gradients
from .recipe import Recipe


def critic_pass(recipe: Recipe, networks: dict[str, nn.Sequential], real: torch.Tensor, latents: torch.Tensor,
                mix: torch.Tensor | None) -> tuple[list[float], dict[str, torch.Tensor]]:
    """−E[D(real)] + E[D(fake)] + λ·E[(‖∇D(x̂)‖ − 1)²], in this order, with x̂ = mix · real + (1 − mix) · fake, one number
    of `mix` a sample; moves G's running statistics once."""
    critic = networks["discriminator"]
    fake = pictures(networks["generator"], latents).detach()
    losses = [-critic(real).mean(), critic(fake).mean()]
    if recipe.loss == "wganGP":
        share = mix[:, None, None, None]
        between = (share * real + (1 - share) * fake).requires_grad_()
        slope, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        losses.append(recipe.penalty * (slope.flatten(1).norm(dim=1) - 1).square().mean())
    return [loss.item() for loss in losses], gradients(sum(losses), critic)


def generator_pass(networks: dict[str, nn.Sequential], latents: torch.Tensor) -> tuple[list[float], dict[str, torch.Tensor]]:
    """−E[D(G(z))]; moves G's running statistics once."""
    loss = -networks["discriminator"](pictures(networks["generator"], latents)).mean()
    return [loss.item()], gradients(loss, networks["generator"])
