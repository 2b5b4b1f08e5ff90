"""Composites images with transparency by Pillow and numpy into transparency.txt: python3 make_transparency.py

Needs pillow and numpy. The images are not made here: rgba_cutout, rgba_magenta, pal_alpha (palette and tRNS) and trns_rgb (a
colour key) have a transparent ground over hidden black, magenta, magenta and green; la_blackhidden, la_whitehidden and
la_bkgd (with a white bKGD) black ink as grey with alpha over hidden black, white and black. Each line of transparency.txt
has a file's name, the background, and the checksum of the RGB pixels (FNV-1a, 64 bits).
"""

import os

import numpy
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))


def checksum(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


with open(os.path.join(here, "transparency.txt"), "w") as out:
    for name in ["la_bkgd", "la_blackhidden", "la_whitehidden", "pal_alpha", "rgba_cutout", "rgba_magenta", "trns_rgb"]:
        image = Image.open(os.path.join(here, f"{name}.png")).convert("RGBA")
        rgba = numpy.asarray(image).astype(numpy.float64)
        colours, alpha = rgba[..., :3], rgba[..., 3:]
        for text, colour in [("white", (255, 255, 255)), ("black", (0, 0, 0)), ("#8090a0", (0x80, 0x90, 0xA0))]:
            exact = (colours * alpha + numpy.array(colour) * (255 - alpha)) / 255
            out.write(f"{name}.png {text} {checksum(numpy.rint(exact).astype(numpy.uint8).tobytes()):016x}\n")
        out.write(f"{name}.png ignore {checksum(colours.astype(numpy.uint8).tobytes()):016x}\n")
