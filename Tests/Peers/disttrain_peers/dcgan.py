"""The DCGAN of PyTorch's tutorial (Radford et al. 2015) for images of 32 to 256 pixels, as plain nn.Sequential.

Layer numbers are those of disttrain's layer list, so `generator.<i>.weight` of a checkpoint or a trace is `<i>.weight`
of these networks.
"""

from torch import nn

IMAGE_SIZES = (32, 64, 128, 256)


def widest(image_size: int, width: int) -> int:
    """Channels of the stage on 4×4 pixels: next to the latent in G, next to the logit in D."""
    if image_size not in IMAGE_SIZES:
        raise ValueError(f"image size {image_size}: expected one of {IMAGE_SIZES}")
    return width * image_size // 8


def generator(image_size: int, width: int, channels: int, latent_size: int, bias: bool = False) -> nn.Sequential:
    """Latents [n, latent_size, 1, 1] to images [n, channels, image_size, image_size] in [-1, 1]."""
    stage = widest(image_size, width)
    layers: list[nn.Module] = [
        nn.ConvTranspose2d(latent_size, stage, 4, 1, 0, bias=bias), nn.BatchNorm2d(stage), nn.ReLU()]
    while stage > width:
        layers += [
            nn.ConvTranspose2d(stage, stage // 2, 4, 2, 1, bias=bias), nn.BatchNorm2d(stage // 2), nn.ReLU()]
        stage //= 2
    return nn.Sequential(*layers, nn.ConvTranspose2d(stage, channels, 4, 2, 1, bias=bias), nn.Tanh())


def discriminator(image_size: int, width: int, channels: int, bias: bool = False, dropout: float = 0.0,
                  norm: bool = True) -> nn.Sequential:
    """Images [n, channels, image_size, image_size] to logits [n, 1, 1, 1]; dropout follows each rectifier."""
    dropped = [nn.Dropout(dropout)] if dropout else []
    stage = width
    layers: list[nn.Module] = [nn.Conv2d(channels, stage, 4, 2, 1, bias=bias), nn.LeakyReLU(0.2), *dropped]
    while stage < widest(image_size, width):
        layers += [nn.Conv2d(stage, stage * 2, 4, 2, 1, bias=bias), *([nn.BatchNorm2d(stage * 2)] if norm else []),
                   nn.LeakyReLU(0.2), *dropped]
        stage *= 2
    return nn.Sequential(*layers, nn.Conv2d(stage, 1, 4, 1, 0, bias=bias))
