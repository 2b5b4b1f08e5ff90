"""The networks of architecture-128: windows of 5×5 with TensorFlow's padding `same`, a dense layer at either end."""

import torch
from torch import nn
from torch.nn import functional


def padding_same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Before and behind, as tf.nn documents `SAME`: an odd pixel goes behind."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class SameConv2d(nn.Conv2d):
    """A convolution whose output has as many pixels as there are strides in its input."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        (top, bottom), (left, right) = (padding_same(size, kernel, stride) for size, kernel, stride
                                        in zip(x.shape[2:], self.kernel_size, self.stride))
        if (top, left) == (bottom, right):
            return functional.conv2d(x, self.weight, self.bias, self.stride, (top, left))
        return super().forward(functional.pad(x, (left, right, top, bottom)))


class SameConvTranspose2d(nn.ConvTranspose2d):
    """The adjoint of `SameConv2d` from a map `stride` times as large; the window is at least as wide as the stride."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = (size * stride for size, stride in zip(x.shape[2:], self.stride))
        (top, _), (left, _) = (padding_same(size, kernel, stride) for size, kernel, stride
                               in zip((height, width), self.kernel_size, self.stride))
        return super().forward(x)[:, :, top:top + height, left:left + width]


def generator(image_size: int, width: int, channels: int, latent_size: int, bias: bool = True) -> nn.Sequential:
    """Latents [n, latent_size] to images; a dense layer makes 16 · width channels of image_size / 16 pixels a side."""
    side, stage = image_size // 16, 16 * width
    layers: list[nn.Module] = [
        nn.Linear(latent_size, stage * side * side), nn.LeakyReLU(0.2), nn.Unflatten(1, (stage, side, side))]
    while stage > width:
        layers += [SameConvTranspose2d(stage, stage // 2, 5, 2, bias=bias), nn.BatchNorm2d(stage // 2),
                   nn.LeakyReLU(0.2)]
        stage //= 2
    return nn.Sequential(*layers, SameConvTranspose2d(stage, channels, 5, 1, bias=bias), nn.Tanh())


def discriminator(image_size: int, width: int, channels: int, bias: bool = True) -> nn.Sequential:
    """Images to one logit [n, 1]; batch norm is always by the batch."""
    layers: list[nn.Module] = []
    before = channels
    for stage, stride in ((1, 2), (2, 2), (4, 2), (8, 1), (16, 2)):
        layers += [SameConv2d(before, stage * width, 5, stride, bias=bias), nn.BatchNorm2d(stage * width),
                   nn.LeakyReLU(0.2)]
        before = stage * width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(before * (image_size // 16) ** 2, 1))
