"""Spectral normalization (Miyato et al. 2018, arXiv 1802.05957) of a discriminator, with one iteration at the beginning of each of
its updates. PyTorch's own iterates at every forward pass, which no two programs with different passes agree on."""

import torch
from torch import nn
from torch.nn.functional import conv2d, normalize


class SpectralConvolution(nn.Conv2d):
    """W / σ with σ = uᵀWv, u and v constant for autograd; the bias stays as it is."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sigma = torch.dot(self.weight_u, self.weight.flatten(1) @ self.weight_v)
        return conv2d(x, self.weight / sigma, self.bias, self.stride, self.padding)

    def iterate(self) -> None:
        with torch.no_grad():
            matrix = self.weight.flatten(1)
            self.weight_v.copy_(normalize(matrix.T @ self.weight_u, dim=0, eps=1e-12))
            self.weight_u.copy_(normalize(matrix @ self.weight_v, dim=0, eps=1e-12))


def normalized(network: nn.Sequential) -> nn.Sequential:
    """The network with its convolutions normalized; u and v wait for `start`."""
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            layer.__class__ = SpectralConvolution
            layer.register_buffer("weight_u", torch.zeros(layer.out_channels))
            layer.register_buffer("weight_v", torch.zeros(layer.weight[0].numel()))
    return network


def start(network: nn.Sequential, random: torch.Generator) -> None:
    """A normal u, and one iteration."""
    for layer in network:
        if isinstance(layer, SpectralConvolution):
            layer.weight_u.normal_(generator=random)
            layer.iterate()


def iterate(network: nn.Sequential) -> None:
    """At the beginning of an update of the network."""
    for layer in network:
        if isinstance(layer, SpectralConvolution):
            layer.iterate()
