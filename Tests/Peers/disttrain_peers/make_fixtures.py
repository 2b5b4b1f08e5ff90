"""Makes every file of Tests/GANTests/Fixtures again: three traces and the single layers."""

import argparse
from pathlib import Path

from . import make_layers
from .make_trace import Plan, record_clear_of_kinks
from .settings import Adam, Labels, Settings
from .writing import write

# Single precision is wrong by up to some 5e-7 of a layer's size before a ReLU.
MARGIN = 2e-6

PLANS = {
    "reuse": Plan(),
    "fresh-grey": Plan(channels=1, fresh=True),
    "smoothed-grey": Plan(channels=1, settings=Settings(
        labels=Labels(real=0.9, fake=0.1, opinion=1.0), generator=Adam(learningRate=2e-4),
        discriminator=Adam(learningRate=1e-4, weightDecay=1e-3))),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make_fixtures", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    for name, plan in PLANS.items():
        recorder, seed = record_clear_of_kinks(plan, 1, MARGIN)
        file = folder / f"trace-{name}.safetensors"
        write(file, recorder.tensors, recorder.metadata() | {"seed": str(seed)})
        print(f"{file}: seed {seed}, nearest kink {recorder.kink.distance:.1e}")
    writer = make_layers.written(seed=1)
    write(folder / "layers.safetensors", writer.tensors, writer.metadata)
    print(f"{folder / 'layers.safetensors'}: {len(writer.metadata)} cases, {len(writer.tensors)} tensors")


if __name__ == "__main__":
    main()
