"""Programs in turns, each on its cores, repeated where others had taken the cores too."""

import os
import shlex
import subprocess
import tempfile
import time
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path

from runner.machine import taken_seconds
from runner.programs import Program, ProgramError, Run


@dataclass
class Series:
    """All that one program's rounds have yielded."""

    # One for each round, with `memory` in GB; None where it could not be measured.
    figures: list[dict[str, float] | None] = field(default_factory=list)
    # Cores that others took in the runs that were set aside.
    repeated: list[float] = field(default_factory=list)
    failure: str = ""


def run_once(program: Program, options: Namespace) -> tuple[dict[str, float], float]:
    """The program's figures, and how many cores other programs took meanwhile."""
    cores = set(options.cores[-program.cores:])
    with tempfile.TemporaryDirectory(dir=options.scratch) as place, tempfile.TemporaryFile("w+") as printed:
        command = program.command(options, Path(place))
        before, start, started = taken_seconds(), time.monotonic(), time.time()
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, env=options.environment,
                                   preexec_fn=lambda: os.sched_setaffinity(0, cores))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        elapsed = time.monotonic() - start
        others = (taken_seconds() - before - usage.ru_utime - usage.ru_stime) / elapsed
        printed.seek(0)
        text = printed.read()
        if process.returncode != 0:
            raise ProgramError(f"{shlex.join(command)}\n{text[-2000:]}\nended with {process.returncode}")
        figures = program.figures(Run(text, Path(place), started))
    return figures | {"memory": usage.ru_maxrss * 1024 / 1e9}, max(others, 0.0)


def run_undisturbed(program: Program, series: Series, options: Namespace) -> None:
    """Adds one round's figures to the series."""
    for _ in range(options.tries):
        try:
            figures, others = run_once(program, options)
        except ProgramError as error:
            series.failure = str(error)
            break
        if others <= options.other_load:
            series.figures.append(figures)
            return
        series.repeated.append(others)
        series.failure = f"other programs took more than {options.other_load} of a core in {options.tries} tries"
        print(f"  {program.name}: set aside, other programs took {others:.2f} of a core", flush=True)
        time.sleep(options.pause)
    series.figures.append(None)
    print(f"  {program.name}: not measured: {series.failure}", flush=True)


def shown(figures: dict[str, float] | None) -> str:
    if figures is None:
        return "–"
    if "speed" in figures:
        return f"{figures['speed']:.1f} images/s"
    return f"{figures['ratio']:.2f}" if "ratio" in figures else f"{figures['seconds']:.2f} s"


def alternate(programs: list[Program], options: Namespace) -> dict[str, Series]:
    """Every program once a round."""
    series = {program.name: Series() for program in programs}
    for program in programs:
        if program.prepare:
            program.prepare(options)
    for number in range(1, options.rounds + 1):
        for program in programs:
            run_undisturbed(program, series[program.name], options)
        line = ", ".join(f"{name} {shown(each.figures[-1])}" for name, each in series.items())
        print(f"round {number}: {line}", flush=True)
    return series
