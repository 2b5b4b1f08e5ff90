"""How near a run came to where a rectifier's derivative jumps."""

import torch
from torch import nn


class NearestKink:
    """The least distance of the input of any ReLU or LeakyReLU from 0, relative to that input's root mean square.

    There the derivative jumps: a single-precision program may land on the other side, and then whole gradients differ
    by far more than rounding. A replay that fails names this distance; fixtures are made with it large.
    """

    def __init__(self, networks: dict[str, nn.Sequential]) -> None:
        self.distance, self.place, self.phase = float("inf"), "nowhere", ""
        for part, network in networks.items():
            for index, layer in enumerate(network):
                if isinstance(layer, (nn.ReLU, nn.LeakyReLU)):
                    layer.register_forward_pre_hook(self.watch(f"{part}.{index}"))

    def watch(self, place: str):
        def look(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            values = inputs[0].detach()
            # Exactly 0 comes from nothing but zeros: whatever the slope there, no gradient depends on it.
            sizes = values.abs()[values != 0]
            distance = (sizes.min() / values.square().mean().sqrt()).item()
            if distance < self.distance:
                self.distance, self.place = distance, f"{place}, {self.phase}"
        return look
