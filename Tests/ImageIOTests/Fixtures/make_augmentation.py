"""Writes what Pillow makes of small.ppm and wide-grey.pgm: python3 make_augmentation.py, with numpy and Pillow.

torchvision's adjust_brightness and adjust_contrast of a PIL image are these two calls of ImageEnhance. A line of
augmentation.txt is an image, its flip, brightness, contrast, which of both is first, and FNV-1a of the pixels; and
one image is whole.
"""

import os

import numpy
from PIL import Image, ImageEnhance, ImageOps

folder = os.path.dirname(os.path.abspath(__file__))


def changed(picture, flip, brightness, contrast, first):
    if flip:
        picture = ImageOps.mirror(picture)
    for name in ("brightness", "contrast") if first == "brightness" else ("contrast", "brightness"):
        if name == "brightness":
            picture = ImageEnhance.Brightness(picture).enhance(brightness)
        else:
            picture = ImageEnhance.Contrast(picture).enhance(contrast)
    return picture


def checksum(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


random = numpy.random.default_rng(11)
with open(os.path.join(folder, "augmentation.txt"), "w") as lines:
    for name in ("small.ppm", "wide-grey.pgm"):
        picture = Image.open(os.path.join(folder, name))
        factors = [(1, 1), (0, 1), (1, 0), (0.9, 1.1), (1.1, 0.9), (1.9, 0.3), (0.2, 2)]
        factors += [tuple(numpy.float32(random.uniform(0.5, 1.5, 2))) for _ in range(20)]
        for number, (brightness, contrast) in enumerate(factors):
            for first in ("brightness", "contrast"):
                flip = (number + (first == "contrast")) % 2
                made = changed(picture, flip, float(brightness), float(contrast), first)
                values = f"{flip} {float(brightness)!r} {float(contrast)!r} {first}"
                lines.write(f"{name} {values} {checksum(made.tobytes()):016x}\n")
changed(Image.open(os.path.join(folder, "small.ppm")), 1, 1.1, 0.9, "contrast").save(
    os.path.join(folder, "small.augmented.ppm")
)
