#!/usr/bin/env python3
"""Images/s of torchvision's loader: ImageFolder, one worker, shorter side to --size, centre crop, normalized floats.

Needs torch and Pillow. Without torchvision the same calls of Pillow stand in for its own, and the printed line says so.
`--drawn-from PHOTOGRAPHS` first fills the folder with JPEG files of the size of CelebA's.
"""

import argparse
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

SUFFIXES = {".png", ".jpg", ".jpeg"}
WIDTH, HEIGHT = 178, 218  # of the aligned images of CelebA


def draw(photographs: Path, folder: Path, count: int) -> None:
    """Writes JPEG files of 178×218 pixels, quality 90: cuts of the photographs at seeded places."""
    files = sorted(file for file in photographs.rglob("*") if file.suffix.lower() in SUFFIXES)
    if not files:
        raise SystemExit(f"{photographs}: no PNG or JPEG images found")
    folder.mkdir(parents=True)
    choose = random.Random(1)
    for number in range(count):
        with Image.open(files[number % len(files)]) as image:
            image = image.convert("RGB")
        scale = min(image.width / WIDTH, image.height / HEIGHT) * choose.uniform(0.6, 1.0)
        width, height = int(WIDTH * scale), int(HEIGHT * scale)
        left, top = choose.randint(0, image.width - width), choose.randint(0, image.height - height)
        cut = image.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC, box=(left, top, left + width, top + height))
        cut.save(folder / f"{number:06}.jpg", quality=90)


class Pictures(Dataset):
    """torchvision's ImageFolder with Resize, CenterCrop, ToTensor and Normalize, in Pillow's and NumPy's own calls."""

    def __init__(self, folder: Path, size: int) -> None:
        self.files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
        self.size = size

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        size = self.size
        with open(self.files[index], "rb") as file:
            image = Image.open(file).convert("RGB")
        shorter, longer = min(image.size), max(image.size)
        sides = (size, int(size * longer / shorter))
        image = image.resize(sides if image.width <= image.height else sides[::-1], Image.Resampling.BILINEAR)
        left, top = round((image.width - size) / 2), round((image.height - size) / 2)
        image = image.crop((left, top, left + size, top + size))
        pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous().float().div(255)
        return pixels.sub_(0.5).div_(0.5), 0


def torchvision():
    """The module, or None where it is not installed.

    PyPI's build beside a CPU build of torch finds some operators missing, which no loader uses: they are declared.
    """
    try:
        try:
            import torchvision
        except RuntimeError:
            for module in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
                del sys.modules[module]
            for operator in ("nms", "qnms"):
                torch.library.define(f"torchvision::{operator}",
                                     "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            import torchvision
    except ImportError:
        return None
    return torchvision


def pictures(folder: Path, size: int) -> tuple[str, Dataset]:
    """What reads them, and the data set."""
    vision = torchvision()
    if vision is None:
        return "Pillow and DataLoader without torchvision", Pictures(folder, size)
    from torchvision import datasets, transforms
    half = (0.5, 0.5, 0.5)
    steps = transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size), transforms.ToTensor(),
                                transforms.Normalize(half, half)])
    return f"torchvision {vision.__version__}", datasets.ImageFolder(str(folder), steps)


def processor_seconds() -> float:
    """Of this process and of the workers that have ended."""
    return sum(os.times()[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="has the images in sub-folders, as ImageFolder wants it")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--drawn-from", type=Path, metavar="PHOTOGRAPHS", help="make the folder first")
    parser.add_argument("--count", type=int, default=2400, help="images to make")
    options = parser.parse_args()
    if options.drawn_from:
        draw(options.drawn_from, options.folder / "all", options.count)
    torch.set_num_threads(1)

    reader, data = pictures(options.folder, options.size)
    loader = DataLoader(data, batch_size=options.batch, num_workers=options.workers)
    for _ in DataLoader(torch.utils.data.Subset(data, range(min(64, len(data))))):
        pass  # imports, first touch of memory
    spent, start = processor_seconds(), time.perf_counter()
    images = sum(len(batch) for batch, _ in loader)
    seconds, spent = time.perf_counter() - start, processor_seconds() - spent
    print(f"{reader}, {options.workers} workers: {images} images, {1000 * spent / images:.3f} ms of processor each")
    print(f"images/s {images / seconds:.1f}")


if __name__ == "__main__":
    main()
