"""The networks of ganlab: windows of 3×3; G enlarges by interpolation, D ends in two logits, fake and real."""

from torch import nn


def generator(image_size: int, width: int, channels: int, latent_size: int, bias: bool = False) -> nn.Sequential:
    """Latents [n, latent_size] to images. A dense layer makes 4 · width channels of 7×7 pixels (for 28) or 8×8; each
    block doubles the side and halves the channels."""
    side, stage = 7 if image_size == 28 else 8, 4 * width
    layers: list[nn.Module] = [
        nn.Linear(latent_size, stage * side * side), nn.ReLU(), nn.Unflatten(1, (stage, side, side))]
    while side < image_size:
        layers.append(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False))
        for inputs in (stage, stage // 2):
            layers += [nn.Conv2d(inputs, stage // 2, 3, 1, 1, bias=bias), nn.BatchNorm2d(stage // 2), nn.ReLU()]
        side, stage = side * 2, stage // 2
    return nn.Sequential(*layers, nn.Conv2d(stage, channels, 1), nn.Tanh())


def discriminator(image_size: int, width: int, channels: int, bias: bool = False,
                  dropout: float = 0.5) -> nn.Sequential:
    """Images to the logits [n, 2] of being fake and real; where batch norm follows there is no bias."""
    layers: list[nn.Module] = []
    before, side = channels, image_size
    for stage in (width // 2, width, width * 3 // 2):
        for inputs in (before, stage):
            layers += [nn.Conv2d(inputs, stage, 3, 1, 1, bias=bias), nn.BatchNorm2d(stage), nn.LeakyReLU(0.2)]
        layers += [nn.Conv2d(stage, stage, 3, 2, 1), nn.LeakyReLU(0.2), nn.Dropout(dropout)]
        before, side = stage, (side + 1) // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * side * side, 2))
