"""Errors collected by kind and tensor, printed as a table and held against bounds."""

from dataclasses import dataclass
from statistics import median

import torch


@dataclass(frozen=True)
class Bound:
    """Largest error allowed; where `median` is given, also of each step's median over tensors."""

    worst: float
    median: float | None = None


# PyTorch's own FP32 against FP64 over nine seeds at width 64: medians 1e-6 to 1e-3, worst 1e-3 to 8e-3, from
# LeakyReLUs that flip their sign.
SMALL = {"gradient": Bound(1e-5), "loss": Bound(1e-5), "probability": Bound(1e-5), "parameter": Bound(1e-6),
         "statistics": Bound(1e-5), "initial": Bound(0.0), "drawn": Bound(1e-6)}
WIDE = SMALL | {"gradient": Bound(3e-2, median=5e-3)}


def relative(found: torch.Tensor, truth: torch.Tensor, scale: float | None = None) -> float:
    """Norm of the difference over the norm of the truth, or over `scale`; the norm itself where that is zero."""
    scale = truth.norm().item() if scale is None else scale
    difference = (found.double() - truth.double()).norm().item()
    return difference / scale if scale > 0 else difference


def gradient_errors(found: dict[str, torch.Tensor], truth: dict[str, torch.Tensor]) -> dict[str, float]:
    """A bias is held against the gradient of its layer's weights where that is larger: its own is a sum that may cancel,
    and before a batch norm is nothing but rounding."""
    return {name: relative(found[name], gradient, max(
        gradient.norm().item(), truth.get(name.replace("bias", "weight"), gradient).norm().item()))
            for name, gradient in truth.items()}


class Comparison:
    """Errors of one replay."""

    def __init__(self) -> None:
        self.errors: dict[str, dict[str, dict[int, float]]] = {}

    def add(self, kind: str, tensor: str, step: int, error: float) -> None:
        self.errors.setdefault(kind, {}).setdefault(tensor, {})[step] = error

    def print_table(self) -> None:
        print(f"{'tensor':46} {'median':>9} {'worst':>9}  over steps")
        for kind, tensors in self.errors.items():
            for tensor, errors in tensors.items():
                print(f"{kind + '/' + tensor:46} {median(errors.values()):9.1e} {max(errors.values()):9.1e}")

    def verdict(self, bounds: dict[str, Bound]) -> bool:
        """Prints a PASS or FAIL line for each kind; true where all pass."""
        passed = True
        for kind, tensors in self.errors.items():
            bound = bounds[kind]
            worst, place = max((error, f"step{step}, {tensor}")
                               for tensor, errors in tensors.items() for step, error in errors.items())
            steps = {step for errors in tensors.values() for step in errors}
            middle = max(median(errors[step] for errors in tensors.values() if step in errors) for step in steps)
            fits = worst <= bound.worst and (bound.median is None or middle <= bound.median)
            limit = "" if bound.median is None else f" (bound {bound.median:.0e})"
            print(f"{'PASS' if fits else 'FAIL'} {kind}: worst {worst:.1e} (bound {bound.worst:.0e}; {place}), "
                  f"median {middle:.1e}{limit}")
            passed = passed and fits
        return passed
