"""The programs that take turns, and how their figures are read."""

import json
import re
import statistics
import struct
import subprocess
import zlib
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
# Room for the ranks of one machine, whatever a batch system thinks of it.
MPIRUN = ["mpirun", "--oversubscribe", "-np"]


class ProgramError(Exception):
    """A program did not do what it should."""


@dataclass(frozen=True)
class Run:
    """How one run of a program ended."""

    text: str
    folder: Path
    # Seconds since the epoch.
    started: float


@dataclass(frozen=True)
class Program:
    """A command on some cores, and the figures that it yields: `speed` in images/s, `ratio` or `seconds`."""

    name: str
    cores: int
    command: Callable[[Namespace, Path], list[str]]
    figures: Callable[[Run], dict[str, float]]
    # Runs once before the rounds.
    prepare: Callable[[Namespace], None] | None = None


def printed_number(run: Run, label: str) -> float:
    """The number that follows `label` at the beginning of a line."""
    found = re.search(rf"^{re.escape(label)} ([\d.]+)", run.text, re.MULTILINE)
    if not found:
        raise ProgramError(f"it printed no line {label!r}:\n{run.text[-1000:]}")
    return float(found[1])


def printed_speed(run: Run) -> dict[str, float]:
    return {"speed": printed_number(run, "images/s")}


def metrics_file(run: Run) -> Path:
    files = list(run.folder.rglob("metrics.jsonl"))
    if len(files) != 1:
        raise ProgramError(f"it wrote {len(files)} files metrics.jsonl, expected 1")
    return files[0]


def recorded_speed(run: Run) -> dict[str, float]:
    """Median of the lines of metrics, without the first one, which has the warm-up in it."""
    speeds = [json.loads(line)["imagesPerSecond"] for line in metrics_file(run).read_text().splitlines()]
    if len(speeds) < 2:
        raise ProgramError(f"it wrote {len(speeds)} lines of metrics, expected at least 2; raise --steps")
    return {"speed": statistics.median(speeds[1:])}


def seconds_to_first_step(run: Run) -> dict[str, float]:
    """The only line of metrics is written when the first step has ended, and says how long it took."""
    file = metrics_file(run)
    step = json.loads(file.read_text())["secondsPerStep"]
    return {"seconds": file.stat().st_mtime - run.started - step}


def training(name: str, ranks: int, cores: int, batch: int, shards: int, file: Path = HERE / "facades.yaml",
             **more: object) -> Program:
    """disttrain on drawn images, as a user starts it; `more` settings have _ for a dot."""
    def command(options: Namespace, folder: Path) -> list[str]:
        settings = {"train.batch": batch, "train.shards": shards, "train.steps": options.steps,
                    "data.limit": 2 * batch, "threads": 1}
        settings |= {key.replace("_", "."): value for key, value in more.items()}
        prefix = [*MPIRUN, str(ranks)] if ranks > 1 else []
        return [*prefix, options.disttrain, str(file), "--out", str(folder),
                *(part for key, value in settings.items() for part in ("--set", f"{key}={value}"))]
    return Program(name, cores, command, recorded_speed)


def recipe(name: str, batch: int) -> Program:
    """A recipe's own file, but for its data and for what it writes while it trains."""
    return training(
        f"disttrain, {name}", ranks=1, cores=1, batch=batch, shards=1,
        file=HERE.parent / "configs" / f"{'ganlab-mnist' if name == 'ganlab' else name}.yaml", data_source="synthetic",
        data_path="null", data_synthetic_count=2 * batch, data_validation=0, output_samples_every=1000000,
        output_checkpoints_every=1000000, output_checkpoints_best="none", output_log_every=2,
        output_log_format="standard", output_log_losses="step")


def twin(name: str, kind: str, *arguments: str, cores: int = 1, batch: int = 64) -> Program:
    """The PyTorch twin; `kind` says which of the modes that were found fastest it runs in, "" for eager."""
    def command(options: Namespace, _: Path) -> list[str]:
        mode = ["--mode", options.modes[kind]] if kind else []
        return [options.python, str(HERE / "recipe_twin.py"), "--batch", str(batch), "--threads", "1",
                "--steps", str(max(3, options.steps - 2)), *arguments, *mode]
    return Program(name, cores, command, printed_speed)


def exchange(options: Namespace, _: Path) -> list[str]:
    return [*MPIRUN, "2", options.disttrain, "bench", "--exchange", "--rounds", "15"]


def starting(name: str, ranks: int, cores: int) -> Program:
    """disttrain on a folder of images whose cache exists; `seconds` from its start to its first step."""
    def command(options: Namespace, folder: Path) -> list[str]:
        prefix = [*MPIRUN, str(ranks)] if ranks > 1 else []
        settings = ["data.source=folder", f"data.path={options.pictures}", f"data.cache={options.scratch}/cache",
                    "data.limit=null", "train.steps=1", "output.log.every=1", "threads=1", f"train.batch={64 * ranks}",
                    "train.shards=8"]
        return [*prefix, options.disttrain, str(HERE / "facades.yaml"), "--out", str(folder),
                *(part for setting in settings for part in ("--set", setting))]

    def prepare(options: Namespace) -> None:
        if not options.pictures.exists():
            options.pictures.mkdir(parents=True)
            for number in range(400):
                (options.pictures / f"{number:03}.png").write_bytes(png(number))
        # The first run fills the cache.
        subprocess.run(command(options, options.scratch / f"first-{ranks}"), check=True, capture_output=True,
                       env=options.environment)

    return Program(name, cores, command, seconds_to_first_step, prepare)


def png(number: int, side: int = 128) -> bytes:
    """An image of slanting stripes as a PNG file."""
    rows = bytearray()
    for y in range(side):
        rows.append(0)
        for x in range(side):
            rows += bytes(((x * 3 + number * 7) & 255, (y * 5 + number) & 255, (x + y) * 2 & 255))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(rows), 1))
            + chunk(b"IEND", b""))


def loader(options: Namespace, _: Path) -> list[str]:
    return [options.disttrain, "bench", "--loader", str(options.jpegs), "--rounds", "3"]


def loader_peer(options: Namespace, _: Path) -> list[str]:
    return [options.python, str(HERE / "loader_peer.py"), str(options.jpegs)]


def draw_jpegs(options: Namespace) -> None:
    if not options.jpegs:
        options.jpegs = options.scratch / "jpegs"
        draw = ["--drawn-from", str(options.photographs)]
        subprocess.run(loader_peer(options, options.scratch) + draw, check=True, capture_output=True,
                       env=options.environment)


# The other recipes and the batches that they are measured with: their own.
BATCHES = {"architecture-128": 4, "fashion": 64, "glasses": 128, "ganlab": 256}

PROGRAMS = {program.name: program for program in (
    twin("twin", "fp32"),
    training("disttrain", ranks=1, cores=1, batch=64, shards=1),
    training("disttrain, shards 8", ranks=1, cores=1, batch=64, shards=8),
    twin("twin in BF16 autocast", "bf16", "--bf16"),
    twin("twin, tutorial's loop", "", "--literal"),
    training("disttrain, shards 4", ranks=1, cores=1, batch=64, shards=4),
    training("disttrain on 2 ranks", ranks=2, cores=2, batch=128, shards=8),
    twin("twin on 2 processes", "", "--processes", "2", cores=2, batch=128),
    training("disttrain on 8 ranks", ranks=8, cores=2, batch=128, shards=8),
    Program("exchange", 2, exchange, lambda run: {"ratio": printed_number(run, "exchange / allreduce")}),
    Program("torchvision's loader", 1, loader_peer, printed_speed, draw_jpegs),
    Program("disttrain's loader", 1, loader, printed_speed),
    starting("start", ranks=1, cores=1),
    starting("start on 2 ranks", ranks=2, cores=2),
    *(program for name, batch in BATCHES.items()
      for program in (twin(f"twin, {name}", name, "--recipe", name, batch=batch), recipe(name, batch))),
)}
