"""Shows that a replay can fail: damages a good trace in one place after another, each time expecting a failure."""

import argparse
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from safetensors import safe_open

from .comparison import SMALL
from .philox import gives_known_answers
from .replay import replay
from .trace import Trace, TraceError
from .writing import write

Tensors = dict[str, np.ndarray]


def scaled(name: str, factor: float) -> Callable[[Tensors], None]:
    """The largest element of a tensor, a little off."""
    def damage(tensors: Tensors) -> None:
        flat = tensors[name].reshape(-1)
        flat[np.argmax(np.abs(flat))] *= factor
    return damage


def without(name: str) -> Callable[[Tensors], None]:
    def damage(tensors: Tensors) -> None:
        del tensors[name]
    return damage


def replaced(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Tensors], None]:
    def damage(tensors: Tensors) -> None:
        tensors[name] = np.ascontiguousarray(change(tensors[name]))
    return damage


# What is done to the trace, and the kind that must fail.
DAMAGES: list[tuple[str, str, Callable[[Tensors], None]]] = [
    ("a gradient of D off by 1e-3", "gradient", scaled("step1/gradient/discriminator.5.weight", 1.001)),
    ("a gradient of G off by 1e-3", "gradient", scaled("step2/gradient/generator.0.weight", 1.001)),
    ("a parameter off by 1e-4", "parameter", scaled("step0/parameter/generator.3.weight", 1.0001)),
    ("running mean of D off by 1e-3", "statistics", scaled("step1/parameter/discriminator.3.running_mean", 1.001)),
    ("running variance of G off by 1e-3", "statistics", scaled("step2/parameter/generator.4.running_var", 1.001)),
    ("a loss off by 1e-4", "loss", scaled("step1/loss", 1.0001)),
    ("a probability off by 1e-4", "probability", scaled("step1/probability", 1.0001)),
    ("initial running variance not 1", "initial", scaled("initial/generator.1.running_var", 1.5)),
    ("latents of another step", "gradient", lambda tensors: tensors.update(
        {f"step0/latent.{part}": tensors[f"step1/latent.{part}"] for part in ("discriminator", "generator")})),
    ("images transposed", "gradient", replaced("step0/real", lambda x: x.swapaxes(2, 3))),
    ("a gradient left out", "format", without("step1/gradient/generator.6.weight")),
    ("a weight in another axis order", "format",
     replaced("step0/gradient/discriminator.2.weight", lambda x: x.transpose(1, 2, 3, 0))),
    ("a gradient with a NaN", "format", scaled("step0/gradient/generator.9.weight", float("nan"))),
    ("a name that nobody knows", "format", lambda tensors: tensors.update({"step0/gradients": np.zeros(1, "f4")})),
]


def failing_kinds(trace: Path) -> set[str]:
    """Kinds for which a replay prints FAIL."""
    try:
        comparison, _ = replay(Trace(trace))
    except TraceError:
        return {"format"}
    with redirect_stdout(StringIO()) as printed:
        comparison.verdict(SMALL)
    return {line.split()[1].rstrip(":") for line in printed.getvalue().splitlines() if line.startswith("FAIL")}


def main() -> int:
    parser = argparse.ArgumentParser(prog="self_check", description=__doc__)
    parser.add_argument("trace", type=Path, help="a small trace that replays well")
    options = parser.parse_args()
    known = gives_known_answers()
    print(f"{'PASS' if known else 'FAIL'} Philox gives Random123's known answers")
    replays = not failing_kinds(options.trace)
    passed = known and replays
    print(f"{'PASS' if replays else 'FAIL'} the trace as it is replays well")
    with safe_open(options.trace, framework="np") as file:
        good, metadata = {name: file.get_tensor(name) for name in file.keys()}, file.metadata()
    with TemporaryDirectory() as folder:
        for words, expected, damage in DAMAGES:
            tensors = {name: value.copy() for name, value in good.items()}
            damage(tensors)
            damaged = Path(folder) / "damaged.safetensors"
            write(damaged, tensors, metadata)
            kinds = failing_kinds(damaged)
            noticed = expected in kinds
            passed = passed and noticed
            print(f"{'PASS' if noticed else 'FAIL'} {words}: {', '.join(sorted(kinds)) or 'nothing'} failed")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
