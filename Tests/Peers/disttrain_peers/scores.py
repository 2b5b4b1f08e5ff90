"""The passes of GANs whose D gives a score instead of a probability: hinge (Miyato et al. 2018, equations 16 and 17), least
squares (Mao et al. 2017, equation 9), relativistic pairing (Jolicoeur-Martineau 2018), and Wasserstein's with clipping
(Arjovsky et al. 2017, algorithm 1) or with a penalty on the gradient (Gulrajani et al. 2017, algorithm 1)."""

import torch
from torch import nn
from torch.nn.functional import relu, softplus

from . import spectral
from .networks import pictures
from .phases import Randomness, gradients, seen
from .recipe import Recipe

Gradients = dict[str, torch.Tensor]


def critic_losses(kind: str, real: torch.Tensor, fake: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """What D minimizes is their sum: one of D's scores of real images, one of those of fakes, at the same places; of the
    relativistic loss half each."""
    match kind:
        case "hinge":
            return relu(1 - real).mean(), relu(1 + fake).mean()
        case "leastSquares":
            return (real - 1).square().mean() / 2, fake.square().mean() / 2
        case "relativistic":
            half = softplus(-(real - fake)).mean() / 2
            return half, half
        case _:
            return -real.mean(), fake.mean()


def generator_loss(kind: str, real: torch.Tensor | None, fake: torch.Tensor) -> torch.Tensor:
    """What G minimizes; `real` matters to the relativistic loss alone."""
    match kind:
        case "leastSquares":
            return (fake - 1).square().mean() / 2
        case "relativistic":
            return softplus(real - fake).mean()
        case _:
            return -fake.mean()


def critic_pass(recipe: Recipe, networks: dict[str, nn.Sequential], real: torch.Tensor, latents: torch.Tensor,
                mix: torch.Tensor | None, randomness: Randomness) -> tuple[list[float], list[float], Gradients, list[float]]:
    """D's losses on real images and on fakes, its mean scores of both, its gradients of the losses' sum and the penalty,
    and [λ·E[(‖∇D(x̂)‖ − 1)²], E‖∇D(x̂)‖] with x̂ = mix · real + (1 − mix) · fake, one number of `mix` a sample. Moves G's
    running statistics once, D's twice."""
    critic = networks["discriminator"]
    spectral.iterate(critic)
    fake = pictures(networks["generator"], latents).detach()
    on_real, on_fake = (critic(seen(recipe, images, randomness(part))).flatten()
                        for images, part in ((real, "real"), (fake, "fake")))
    losses = critic_losses(recipe.loss, on_real, on_fake)
    loss, penalty = losses[0] + losses[1], []
    if recipe.loss == "wganGP":
        share = mix[:, None, None, None]
        between = (share * real + (1 - share) * fake).requires_grad_()
        scores = critic(seen(recipe, between, randomness("penalty")))
        outputs = len(scores) // len(between)
        slope, = torch.autograd.grad(scores.sum() / outputs, between, create_graph=True)
        lengths = slope.flatten(1).norm(dim=1)
        added = recipe.penalty * (lengths - 1).square().mean()
        loss, penalty = loss + added, [added.item(), lengths.mean().item()]
    scores = [on_real.mean().item(), on_fake.mean().item()]
    return [each.item() for each in losses], scores, gradients(loss, critic), penalty


def generator_pass(recipe: Recipe, networks: dict[str, nn.Sequential], real: torch.Tensor | None,
                   latents: torch.Tensor, randomness: Randomness) -> tuple[list[float], list[float], Gradients]:
    """G's loss, D's mean score of the fakes, G's gradients. Moves G's running statistics once; D's once, or twice where the
    loss compares with `real`, D's last images."""
    critic = networks["discriminator"]
    on_real = (critic(seen(recipe, real, randomness("opinionReal"))).flatten() if recipe.loss == "relativistic"
               else None)
    on_fake = critic(seen(recipe, pictures(networks["generator"], latents), randomness("opinion"))).flatten()
    loss = generator_loss(recipe.loss, on_real, on_fake)
    return [loss.item()], [on_fake.mean().item()], gradients(loss, networks["generator"])
