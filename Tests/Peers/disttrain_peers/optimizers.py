"""PyTorch's optimizers in double precision, fed with given gradients from given parameters."""

import torch

from .recipe import Optimizer

BUFFERS = ("running_mean", "running_var", "weight_u", "weight_v")


def is_buffer(name: str) -> bool:
    return name.endswith(BUFFERS)


class GivenGradients:
    """One network's optimizer, whose moments are carried on."""

    def __init__(self, state: dict[str, torch.Tensor], settings: Optimizer) -> None:
        self.parameters = {name: value.clone().requires_grad_() for name, value in state.items() if not is_buffer(name)}
        rate, betas = settings.learningRate, (settings.beta1, settings.beta2)
        common = {"lr": rate, "eps": settings.epsilon, "weight_decay": settings.weightDecay}
        values = self.parameters.values()
        match settings.kind:
            case "adam": self.optimizer = torch.optim.Adam(values, betas=betas, **common)
            case "adamW": self.optimizer = torch.optim.AdamW(values, betas=betas, **common)
            case "rmsprop": self.optimizer = torch.optim.RMSprop(values, alpha=settings.beta2, **common)
            case kind: raise ValueError(f"no optimizer {kind}")

    def step(self, before: dict[str, torch.Tensor], gradients: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Parameters after the update."""
        for name, parameter in self.parameters.items():
            parameter.data.copy_(before[name])
            parameter.grad = gradients[name].clone()
        self.optimizer.step()
        return {name: parameter.detach().clone() for name, parameter in self.parameters.items()}
