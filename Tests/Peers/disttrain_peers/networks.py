"""Both networks of a recipe."""

import torch
from torch import nn

from . import dcgan, ganlab, same5
from .recipe import Recipe

PRESETS = {"dcgan": dcgan, "same5": same5, "ganlab": ganlab}


def of(recipe: Recipe) -> dict[str, nn.Sequential]:
    """New networks, in training mode."""
    preset = PRESETS[recipe.preset]
    sizes = (recipe.imageSize, recipe.width, recipe.channels)
    options: dict[str, object] = {"bias": recipe.bias or not recipe.batchNorm}
    if recipe.dropout:
        options["dropout"] = recipe.dropout
    if not recipe.batchNorm:
        options["norm"] = False
    return {"generator": preset.generator(*sizes, recipe.latentSize, bias=recipe.bias),
            "discriminator": preset.discriminator(*sizes, **options)}


def pictures(generator: nn.Sequential, latents: torch.Tensor) -> torch.Tensor:
    """G of latents [n, size]."""
    return generator(latents if isinstance(generator[0], nn.Linear) else latents[:, :, None, None])


def initialize(network: nn.Sequential, random: torch.Generator, deviation: float | None = 0.02,
               shift: float = 0.0) -> None:
    """Weights of convolutions normal(0, `deviation`), batch norm scale normal(1, .02), its shift normal(0, `shift`)
    (Radford et al. 2015, section 4: 0); biases and dense layers, and without a deviation all weights, uniform within
    1 / √inputs: PyTorch's default."""
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, nn.BatchNorm2d):
                layer.weight.normal_(1.0, 0.02, generator=random)
                layer.bias.normal_(0.0, shift, generator=random) if shift else layer.bias.zero_()
            elif isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                bound = layer.weight[0].numel() ** -0.5
                if deviation is None or isinstance(layer, nn.Linear):
                    layer.weight.uniform_(-bound, bound, generator=random)
                else:
                    layer.weight.normal_(0.0, deviation, generator=random)
                if layer.bias is not None:
                    layer.bias.uniform_(-bound, bound, generator=random)
