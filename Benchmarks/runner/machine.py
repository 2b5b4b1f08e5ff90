"""What the figures were measured on."""

import os
import platform
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def allowed_cores() -> list[int]:
    return sorted(os.sched_getaffinity(0))


def taken_seconds() -> float:
    """Processor time that this machine's cores have spent since it started, with what a host took away from them."""
    user, nice, system, _, _, irq, soft, stolen = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft + stolen) / os.sysconf("SC_CLK_TCK")


def first_line(command: list[str]) -> str:
    """Of what a command prints; empty where it fails."""
    try:
        printed = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return printed.strip().split("\n")[0]


def kernels(disttrain: str) -> str:
    """The instruction set, as disttrain chooses it here."""
    small = ["--rounds", "1", "--batch", "8", "--set", "data.image.size=32", "--set", "model.generator.width=8",
             "--set", "model.discriminator.width=8"]
    printed = subprocess.run([disttrain, "bench", *small], capture_output=True, text=True)
    found = re.search(r"(\w+) kernels, drawn images", printed.stdout)
    return found[1] if found else "unknown"


def description(disttrain: str, python: str) -> dict[str, str]:
    """Names and versions, in the order in which they are printed."""
    processor = re.search(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    changed = "" if not first_line(["git", "status", "--porcelain"]) else ", with changes"
    return {
        "date": date.today().isoformat(),
        "processor": f"{processor[1] if processor else platform.machine()}, {os.cpu_count()} cores",
        "memory": f"{int(memory[1]) / 2**20:.1f} GiB" if memory else "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "disttrain": f"{first_line([disttrain, '--version'])}, commit "
                     f"{first_line(['git', 'rev-parse', '--short', 'HEAD']) or 'unknown'}{changed}",
        "kernels": kernels(disttrain),
        "MPI": first_line(["mpirun", "--version"]) if shutil.which("mpirun") else "none",
        "PyTorch": first_line([python, "-c", "import torch; print(torch.__version__)"]) or "none",
    }
