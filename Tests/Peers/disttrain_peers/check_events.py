"""TensorBoard's own reader on event files: what it returns is what was written.

`check_events FIXTURE`: the file that EventWriterTests writes byte for byte. `check_events RUN`: a run folder, whose scalars
must be those of metrics.jsonl and whose images those of samples/.
"""

import argparse
import io
import json
import math
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter
from tensorboard.util.tensor_util import make_ndarray


def read(path: Path) -> EventAccumulator:
    events = EventAccumulator(str(path), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    return events.Reload()


def check_fixture(path: Path) -> list[str]:
    """What is not as EventWriterTests wrote it."""
    events = read(path)
    found = {
        "scalars": {tag: [(event.step, round(event.value, 6)) for event in events.Scalars(tag)]
                    for tag in events.Tags()["scalars"]},
        "images": {tag: [(event.step, event.width, event.height, len(event.encoded_image_string))
                         for event in events.Images(tag)] for tag in events.Tags()["images"]},
        "descriptions": {tag: events.SummaryMetadata(tag).summary_description for tag in events.Tags()["scalars"]},
        "texts": {tag: [(event.step, make_ndarray(event.tensor_proto).item().decode()) for event in events.Tensors(tag)]
                  for tag in events.Tags()["tensors"]},
    }
    expected = {
        "scalars": {"loss/discriminator": [(250, 0.6931), (300, 0.5)], "loss/generator": [(250, 0.0), (300, 0.0)]},
        "descriptions": {"loss/discriminator": "Of D.", "loss/generator": "Of *G*: größer als 0."},
        "images": {"samples": [(250, 130, 66, 768)], "grey": [(1 << 40, 2, 1, 3)]},
        "texts": {"networks": [(0, "# Schichten: größer")]},
    }
    return [f"{kind}: found {found[kind]}, expected {expected[kind]}" for kind in expected if found[kind] != expected[kind]]


def check_continuation(path: Path) -> list[str]:
    """The fixture goes on from step 200: what an earlier file says of later steps must not be shown."""
    with TemporaryDirectory() as folder:
        with open(Path(folder) / "events.out.tfevents.1600000000.node.1", "wb") as file:
            writer = RecordWriter(file)
            writer.write(Event(file_version="brain.Event:2").SerializeToString())
            for step in (100, 200, 240, 250, 260):
                value = Summary.Value(tag="loss/generator", simple_value=step)
                writer.write(Event(step=step, summary=Summary(value=[value])).SerializeToString())
        shutil.copy(path, Path(folder) / "events.out.tfevents.1700000000.node.1")
        shown = [(event.step, event.value) for event in read(Path(folder)).Scalars("loss/generator")]
    expected = [(100, 100.0), (200, 200.0), (250, 0.0), (300, 0.0)]
    return [] if shown == expected else [f"after a continuation: found {shown}, expected {expected}"]


def same_number(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-7) or (math.isnan(one) and math.isnan(other))


def check_run(run: Path) -> list[str]:
    """What TensorBoard shows otherwise than the run's own files."""
    events = read(run)
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    problems = []
    if not events.Tags()["scalars"]:
        problems.append("no scalars")
    for tag in events.Tags()["scalars"]:
        shown = [(event.step, event.value) for event in events.Scalars(tag)]
        if len({step for step, _ in shown}) != len(shown):
            problems.append(f"{tag}: a step appears twice")
        key = tag.rsplit("/", 1)[-1]
        if not events.SummaryMetadata(tag).summary_description:
            problems.append(f"{tag}: no description")
        logged = {line["step"]: line[key] for line in lines if isinstance(line.get(key), (int, float))}
        if not logged:
            continue  # metrics.jsonl has no number of that name
        if {step for step, _ in shown} != set(logged) or not all(
                same_number(value, np.float32(logged[step])) for step, value in shown):
            problems.append(f"{tag}: found {shown[:3]} …, expected those of {key} in metrics.jsonl")
    pictures = 0
    for tag in events.Tags()["images"]:
        for event in events.Images(tag):
            file = run / "samples" / f"{event.step:06}.png"
            with Image.open(io.BytesIO(event.encoded_image_string)) as picture:
                if picture.size != (event.width, event.height):
                    problems.append(f"{tag} at {event.step}: {picture.size}, but {event.width}×{event.height} are said")
                if "samples" in tag and file.exists():
                    with Image.open(file) as sample:
                        pictures += 1
                        if not np.array_equal(np.asarray(sample), np.asarray(picture)):
                            problems.append(f"{tag} at {event.step} is not {file}")
    if pictures == 0:
        problems.append("no image of samples/")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(prog="check_events", description=__doc__)
    parser.add_argument("path", type=Path, help="the fixture, or a run folder")
    path = parser.parse_args().path
    problems = check_run(path) if path.is_dir() else check_fixture(path) + check_continuation(path)
    for problem in problems:
        print(f"FAIL events: {problem}")
    if not problems:
        print(f"PASS TensorBoard reads {path.name}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
