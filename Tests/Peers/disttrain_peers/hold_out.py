"""Splits a folder of photographs by symbolic links: every K-th by number into heldout/, the others into training/."""

import argparse
from pathlib import Path

from .pictures import SUFFIXES, numbered


def main() -> None:
    parser = argparse.ArgumentParser(prog="hold_out", description=__doc__)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--every", type=int, default=10)
    options = parser.parse_args()
    files = numbered([file for file in options.photographs.resolve().iterdir() if file.suffix.lower() in SUFFIXES])
    counts = {"training": 0, "heldout": 0}
    for name in counts:
        (options.out / name).mkdir(parents=True, exist_ok=True)
    for place, file in enumerate(files, start=1):
        name = "heldout" if place % options.every == 0 else "training"
        link = options.out / name / file.name
        link.unlink(missing_ok=True)
        link.symlink_to(file)
        counts[name] += 1
    print(f"{options.out}: " + ", ".join(f"{count} in {name}" for name, count in counts.items()))


if __name__ == "__main__":
    main()
