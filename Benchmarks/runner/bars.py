"""What has to be reached. A figure of a bar is made of one round's figures, so that both programs met the same machine."""

from collections.abc import Callable
from dataclasses import dataclass

from runner.programs import BATCHES

Figures = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Bar:
    """`required` is None for a figure that is printed beside the bars; `aim` is its goal, if it has one."""

    name: str
    title: str
    programs: tuple[str, ...]
    figure: Callable[[Figures], float]
    required: float | None = None
    aim: float | None = None
    at_most: bool = False
    unit: str = ""

    @property
    def bound(self) -> str:
        limit = self.required if self.required is not None else self.aim
        if limit is None:
            return "–"
        word = "" if self.required is not None else "aim "
        return f"{word}{'≤' if self.at_most else '≥'} {limit:g}{self.unit}"

    def verdict(self, median: float) -> str:
        limit = self.required if self.required is not None else self.aim
        if limit is None:
            return ""
        met = median <= limit if self.at_most else median >= limit
        if self.required is None:
            return "aim met" if met else "aim missed"
        return "met" if met else "MISSED"


def speeds(ours: str, theirs: str) -> dict:
    return {"programs": (theirs, ours), "figure": lambda figures: figures[ours]["speed"] / figures[theirs]["speed"]}


BARS = (
    Bar("one-core", "1 core, batch 64, FP32, shards 1: images/s against the tuned twin",
        **speeds("disttrain", "twin"), required=2.0),
    *(Bar(name, f"{name}, 1 core, batch {batch}, FP32, shards 1: images/s against the tuned twin",
          **speeds(f"disttrain, {name}", f"twin, {name}"), required=1.5) for name, batch in BATCHES.items()),
    Bar("shards", "1 core: what 8 shards cost against 1", ("disttrain", "disttrain, shards 8"),
        lambda figures: 1 - figures["disttrain, shards 8"]["speed"] / figures["disttrain"]["speed"],
        aim=0.15, at_most=True),
    Bar("bf16", "1 core, FP32 against the tuned twin in BF16 autocast",
        **speeds("disttrain", "twin in BF16 autocast"), aim=1.0),
    Bar("literal", "1 core, against the tutorial's literal loop", **speeds("disttrain", "twin, tutorial's loop")),
    Bar("distributed", "2 ranks on 2 cores, batch 128, shards 8: against DDP over gloo with 2 processes",
        **speeds("disttrain on 2 ranks", "twin on 2 processes"), required=2.0),
    Bar("two-ranks", "2 ranks against 1, 4 shards of 16 images a rank",
        **speeds("disttrain on 2 ranks", "disttrain, shards 4"), required=1.9),
    Bar("eight-ranks", "np 8 on 2 cores against np 2, batch 128, shards 8",
        **speeds("disttrain on 8 ranks", "disttrain on 2 ranks"), required=0.8),
    Bar("exchange", "exchange of 25 MB, 2 ranks: time against one MPI_Allreduce", ("exchange",),
        lambda figures: figures["exchange"]["ratio"], required=1.2, at_most=True),
    Bar("memory", "peak resident memory, batch 64, the larger of shards 1 and 8", ("disttrain", "disttrain, shards 8"),
        lambda figures: max(figures[name]["memory"] for name in ("disttrain", "disttrain, shards 8")),
        required=0.5, at_most=True, unit=" GB"),
    Bar("loader", "JPEG folder to 64 pixels, images/s a core against torchvision's loader with one worker",
        **speeds("disttrain's loader", "torchvision's loader"), required=2.0),
    Bar("start", "start to first step, images cached, one process", ("start",),
        lambda figures: figures["start"]["seconds"], required=2.0, at_most=True, unit=" s"),
    Bar("start-ranks", "start to first step, images cached, 2 ranks", ("start on 2 ranks",),
        lambda figures: figures["start on 2 ranks"]["seconds"], required=2.0, at_most=True, unit=" s"),
)
