"""The DCGAN of PyTorch's tutorial (Radford et al. 2015) for pictures of 32 to 256 pixels, as plain nn.Sequential.

Layer numbers are those of disttrain's layer list, so `generator.<i>.weight` of a checkpoint or a trace is `<i>.weight`
of these networks.
"""

import torch
from torch import nn

IMAGE_SIZES = (32, 64, 128, 256)


def widest(image_size: int, width: int) -> int:
    """Channels of the stage on 4×4 pixels: next to the latent in G, next to the logit in D."""
    if image_size not in IMAGE_SIZES:
        raise ValueError(f"image size {image_size}: expected one of {IMAGE_SIZES}")
    return width * image_size // 8


def generator(image_size: int, width: int, channels: int, latent_size: int) -> nn.Sequential:
    """Latents [n, latent_size, 1, 1] to pictures [n, channels, image_size, image_size] in [-1, 1]."""
    stage = widest(image_size, width)
    layers: list[nn.Module] = [
        nn.ConvTranspose2d(latent_size, stage, 4, 1, 0, bias=False), nn.BatchNorm2d(stage), nn.ReLU()]
    while stage > width:
        layers += [
            nn.ConvTranspose2d(stage, stage // 2, 4, 2, 1, bias=False), nn.BatchNorm2d(stage // 2), nn.ReLU()]
        stage //= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(stage, channels, 4, 2, 1, bias=False), nn.Tanh())


def discriminator(image_size: int, width: int, channels: int) -> nn.Sequential:
    """Pictures [n, channels, image_size, image_size] to logits [n, 1, 1, 1]."""
    stage = width
    layers: list[nn.Module] = [nn.Conv2d(channels, stage, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    while stage < widest(image_size, width):
        layers += [
            nn.Conv2d(stage, stage * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(stage * 2), nn.LeakyReLU(0.2)]
        stage *= 2
    return nn.Sequential(*layers, nn.Conv2d(stage, 1, 4, 1, 0, bias=False))


def initialize(network: nn.Sequential, random: torch.Generator) -> None:
    """Weights normal(0, .02), batch norm scale normal(1, .02), shift 0 (Radford et al. 2015, section 4)."""
    with torch.no_grad():
        for layer in network:
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                layer.weight.normal_(0.0, 0.02, generator=random)
            elif isinstance(layer, nn.BatchNorm2d):
                layer.weight.normal_(1.0, 0.02, generator=random)
                layer.bias.zero_()
