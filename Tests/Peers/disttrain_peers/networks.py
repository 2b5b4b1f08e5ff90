"""Both networks of a recipe."""

import torch
from torch import nn

from . import dcgan, ganlab, same5, spectral
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
    discriminator = preset.discriminator(*sizes, **options)
    if recipe.branch:
        discriminator = branched(discriminator)
    return {"generator": preset.generator(*sizes, recipe.latentSize, bias=recipe.bias),
            "discriminator": spectral.normalized(discriminator) if recipe.spectralNorm else discriminator}


class Branch(nn.Module):
    """No layer: what comes before ends an output, and the next layer starts at the output of layer `start`."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self.start = start


class Branched(nn.Sequential):
    """A list of layers with branches."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """All outputs, one behind the other along the samples: their mean is the mean of the outputs' means."""
        values, outputs = [], []
        for layer in self:
            if isinstance(layer, Branch):
                outputs.append(x)
                x = values[layer.start]
            else:
                x = layer(x)
            values.append(x)
        return torch.cat([*outputs, x])


def branched(discriminator: nn.Sequential) -> Branched:
    """A DCGAN discriminator for 32 pixels with a second logit, of the 8×8 map behind its second rectifier."""
    start = [index for index, layer in enumerate(discriminator) if isinstance(layer, nn.LeakyReLU)][1]
    convolutions = [layer for layer in discriminator if isinstance(layer, nn.Conv2d)]
    head = nn.Conv2d(convolutions[1].out_channels, 1, 8, bias=convolutions[1].bias is not None)
    return Branched(*discriminator, Branch(start), head)


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
