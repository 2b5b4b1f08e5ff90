"""The table of bars, on the screen and in files."""

import json
import statistics
from dataclasses import dataclass
from pathlib import Path

from runner.bars import Bar
from runner.rounds import Series


@dataclass(frozen=True)
class Result:
    """A bar and its figure in every round; `reason` says why there is none."""

    bar: Bar
    figures: list[float]
    reason: str = ""

    @property
    def measured(self) -> str:
        if not self.figures:
            return f"not measured: {self.reason}"
        unit = self.bar.unit
        return (f"{statistics.median(self.figures):.2f}{unit} ({min(self.figures):.2f} to {max(self.figures):.2f}, "
                f"{len(self.figures)} round{'' if len(self.figures) == 1 else 's'})")

    @property
    def verdict(self) -> str:
        return self.bar.verdict(statistics.median(self.figures)) if self.figures else ""


def judged(bar: Bar, series: dict[str, Series]) -> Result:
    """The bar's figure in each round in which all its programs were measured."""
    rounds = zip(*(series[name].figures for name in bar.programs))
    whole = [dict(zip(bar.programs, figures)) for figures in rounds if None not in figures]
    failures = [f"{name}: {series[name].failure}" for name in bar.programs if None in series[name].figures]
    return Result(bar, [bar.figure(figures) for figures in whole], "; ".join(failures))


def speeds(series: dict[str, Series]) -> list[list[str]]:
    """A line for each program that has a speed."""
    lines = []
    for name, each in series.items():
        found = [figures for figures in each.figures if figures and "speed" in figures]
        if not found:
            continue
        values = [figures["speed"] for figures in found]
        lines.append([name, f"{statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f})",
                      f"{max(figures['memory'] for figures in found):.3f}", str(len(each.repeated))])
    return lines


def bars(results: list[Result]) -> list[list[str]]:
    return [[result.bar.title, result.bar.bound, result.measured, result.verdict] for result in results]


BAR_TITLES = ["bar", "required", "measured: median (least to greatest)", ""]
SPEED_TITLES = ["program", "images/s: median (least to greatest)", "largest process, GB", "runs repeated"]


def aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def markdown(rows: list[list[str]]) -> str:
    titles, *others = ("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
                       for row in rows)
    return "\n".join([titles, "|" + "---|" * len(rows[0]), *others])


def write(folder: Path, machine: dict[str, str], notes: list[str], results: list[Result],
          series: dict[str, Series]) -> None:
    """`recipes.md` to quote and `recipes.json` with every round."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f"- {name}: {value}" for name, value in machine.items()] + [f"- {note}" for note in notes]
    page = ["# The recipes, measured by `Benchmarks/run_benchmark`", "\n".join(lines),
            markdown([BAR_TITLES, *bars(results)]), markdown([SPEED_TITLES, *speeds(series)])]
    (folder / "recipes.md").write_text("\n\n".join(page) + "\n")
    record = {
        "machine": machine, "notes": notes,
        "bars": [{"name": result.bar.name, "title": result.bar.title, "required": result.bar.bound,
                  "rounds": result.figures, "verdict": result.verdict or result.reason} for result in results],
        "programs": {name: {"rounds": each.figures, "repeated": each.repeated} for name, each in series.items()},
    }
    (folder / "recipes.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
