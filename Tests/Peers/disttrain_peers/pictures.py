"""Images in files and arrays: photographs in, grids out."""

import re
from pathlib import Path

import numpy as np
from PIL import Image

SUFFIXES = {".png", ".jpg", ".jpeg"}


def photograph(path: Path, size: int, channels: int = 3) -> np.ndarray:
    """Shorter side to `size` (bilinear, antialiased), centre crop: [channels, size, size] in [-1, 1], float32."""
    with Image.open(path) as image:
        image = image.convert("RGB" if channels == 3 else "L")
        scale = size / min(image.size)
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BILINEAR)
        left, top = (image.width - size) // 2, (image.height - size) // 2
        pixels = np.asarray(image.crop((left, top, left + size, top + size)), dtype=np.float32)
    pixels = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
    return pixels / 127.5 - 1.0


def numbered(paths: list[Path]) -> list[Path]:
    """In the order of the numbers in their names: 2.jpg before 10.jpg."""
    return sorted(paths, key=lambda path: [int(part) if part.isdigit() else part
                                           for part in re.split(r"(\d+)", path.name)])


def folder(path: Path, size: int, channels: int = 3) -> np.ndarray:
    """Every image of a folder, in the order of their numbers: [n, channels, size, size] in [-1, 1]."""
    files = numbered([file for file in Path(path).iterdir() if file.suffix.lower() in SUFFIXES])
    if not files:
        raise SystemExit(f"{path}: no PNG or JPEG images found")
    return np.stack([photograph(file, size, channels) for file in files])


def levels(images: np.ndarray) -> np.ndarray:
    """[-1, 1] to grey levels 0 to 255."""
    return np.clip(np.rint((images.astype(np.float64) + 1.0) * 127.5), 0, 255).astype(np.uint8)


def grid(images: np.ndarray, columns: int = 8, padding: int = 2) -> np.ndarray:
    """Images [n, c, h, w] in [-1, 1] as one [H, W, c] of bytes: black padding around each, as torchvision's."""
    count, channels, height, width = images.shape
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet = np.zeros((rows * (height + padding) + padding, columns * (width + padding) + padding, channels), np.uint8)
    for index, picture in enumerate(levels(images)):
        y = (index // columns) * (height + padding) + padding
        x = (index % columns) * (width + padding) + padding
        sheet[y:y + height, x:x + width] = picture.transpose(1, 2, 0)
    return sheet


def cells(sheet: np.ndarray, size: int, padding: int = 2) -> np.ndarray:
    """Cuts a grid [H, W] or [H, W, c] of bytes into its images: [n, c, size, size] in [-1, 1]."""
    sheet = sheet[..., None] if sheet.ndim == 2 else sheet
    pitch = size + padding
    if (sheet.shape[0] - padding) % pitch or (sheet.shape[1] - padding) % pitch:
        raise SystemExit(f"a grid of {sheet.shape[1]}×{sheet.shape[0]} is not made of cells of {size}, {padding} apart")
    cut = [sheet[y:y + size, x:x + size]
           for y in range(padding, sheet.shape[0], pitch) for x in range(padding, sheet.shape[1], pitch)]
    return np.stack(cut).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1.0


def save(path: Path, pixels: np.ndarray) -> None:
    """Writes [H, W, c] of bytes as PNG."""
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(path)
