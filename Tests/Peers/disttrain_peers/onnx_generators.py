"""The five published generators in PyTorch with parameters and statistics drawn at random, and their exports to ONNX.

Each is written as its users write it: the last one reshapes by the size of its input, which exporters turn into a subgraph
of shapes; the 5×5 one cuts TensorFlow's padding off by slicing.
"""

import logging
import warnings
from pathlib import Path

import torch
from torch import nn

from . import dcgan

# Opsets of torch.onnx.export, with and without dynamo.
LEGACY = [11, 13, 17]
NEW = [18, 20]


class SameTransposed(nn.Module):
    """TensorFlow's `conv2d_transpose` with padding `same`: an output of input · stride."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int):
        super().__init__()
        self.full = nn.ConvTranspose2d(inputs, outputs, kernel, stride)
        self.before = max(0, kernel - stride) // 2
        self.stride = stride

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height, width = x.shape[2] * self.stride, x.shape[3] * self.stride
        return self.full(x)[:, :, self.before:self.before + height, self.before:self.before + width]


class Architecture(nn.Module):
    """G of the recipe architecture-128: dense, then windows of 5×5."""

    def __init__(self, width: int, latent: int, size: int = 128):
        super().__init__()
        self.channels, self.side = 16 * width, size // 16
        self.dense = nn.Linear(latent, self.channels * self.side ** 2)
        layers: list[nn.Module] = []
        inputs = self.channels
        for outputs in (8 * width, 4 * width, 2 * width, width):
            layers += [SameTransposed(inputs, outputs, 5, 2), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]
            inputs = outputs
        self.main = nn.Sequential(*layers, SameTransposed(inputs, 3, 5, 1), nn.Tanh())

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x = nn.functional.leaky_relu(self.dense(z), 0.2)
        return self.main(x.reshape(-1, self.channels, self.side, self.side))


class Ganlab(nn.Module):
    """G of the recipe ganlab; `published` as its pretrained files have it: biases, ReLU before batch norm, nearest."""

    def __init__(self, width: int, latent: int, size: int = 28, channels: int = 1, published: bool = False):
        super().__init__()
        self.side = 7 if size % 7 == 0 else 8
        self.first = 4 * width
        self.dense = nn.Linear(latent, self.first * self.side ** 2)
        layers: list[nn.Module] = []
        inputs, side = self.first, self.side
        while side < size:
            outputs, side = inputs // 2, 2 * side
            layers.append(nn.Upsample(scale_factor=2, mode="nearest") if published else
                          nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False))
            for step in range(2):
                convolution = nn.Conv2d(inputs if step == 0 else outputs, outputs, 3, 1, 1, bias=published)
                norm, rectifier = nn.BatchNorm2d(outputs), nn.ReLU()
                layers += [convolution, rectifier, norm] if published else [convolution, norm, rectifier]
            inputs = outputs
        self.main = nn.Sequential(*layers, nn.Conv2d(inputs, channels, 1), nn.Tanh())

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x = nn.functional.relu(self.dense(z))
        return self.main(x.view(x.size(0), self.first, self.side, self.side))


def with_biases(network: nn.Sequential) -> nn.Sequential:
    """The same layers, every transposed convolution with a bias."""
    def twin(layer: nn.Module) -> nn.Module:
        if not isinstance(layer, nn.ConvTranspose2d):
            return layer
        return nn.ConvTranspose2d(layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding)
    return nn.Sequential(*map(twin, network))


def inputs_of_an_output(layer: nn.Module) -> float:
    if isinstance(layer, nn.ConvTranspose2d):
        return layer.in_channels * layer.kernel_size[0] ** 2 / layer.stride[0] ** 2
    return layer.weight[0].numel()


def randomize(network: nn.Module, seed: int) -> nn.Module:
    """Parameters that make images of full contrast, and running statistics that are not those of a new layer."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in network.modules():
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)):
                fan = inputs_of_an_output(layer)
                layer.weight.normal_(0.0, 1.6 / fan ** 0.5, generator=random)
                if layer.bias is not None:
                    layer.bias.normal_(0.0, 0.2, generator=random)
            elif isinstance(layer, nn.BatchNorm2d):
                layer.weight.normal_(1.0, 0.2, generator=random)
                layer.bias.normal_(0.0, 0.2, generator=random)
                layer.running_mean.normal_(0.0, 0.2, generator=random)
                layer.running_var.uniform_(0.5, 1.5, generator=random)
    return network.eval()


def all_generators(width: int, latent: int) -> dict[str, tuple[nn.Module, list[int]]]:
    """By recipe: a generator, and the shape of one latent."""
    return {
        "facades": (dcgan.generator(64, width, 3, latent), [latent, 1, 1]),
        "architecture-128": (Architecture(width, latent), [latent]),
        "fashion": (with_biases(dcgan.generator(64, width, 1, latent)), [latent, 1, 1]),
        "glasses": (dcgan.generator(64, width, 3, latent), [latent, 1, 1]),
        "ganlab": (Ganlab(width, latent), [latent]),
        "ganlab-published": (Ganlab(width, latent, published=True), [latent]),
    }


def export(network: nn.Module, latent: list[int], path: Path, opset: int, dynamo: bool, dynamic: bool = True) -> None:
    """Writes `path`, input `input`, output `output`, of any number of latents if `dynamic`, of 2 otherwise."""
    latents = torch.zeros(2, *latent)
    names = {"input_names": ["input"], "output_names": ["output"], "opset_version": opset}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            shapes = ({0: torch.export.Dim("n")},) if dynamic else None
            torch.onnx.export(network, (latents,), str(path), dynamo=True, dynamic_shapes=shapes, verbose=False, **names)
        else:
            axes = {"input": {0: "n"}, "output": {0: "n"}} if dynamic else None
            torch.onnx.export(network, (latents,), str(path), dynamo=False, dynamic_axes=axes, **names)
