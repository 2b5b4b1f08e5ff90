"""Decodes PngSuite with Pillow into pngsuite.txt: python3 make_pngsuite_checksums.py <folder of PngSuite>

One line a valid file: name, width, height, FNV-1a (64 bits) of its RGB bytes and of its grey bytes. Pillow keeps the
high byte of 16-bit colours and drops alpha, as libpng's strip_16 and strip_alpha; of 16-bit grey it keeps 16 bits, cut
here. Netpbm's pngtopnm, which calls libpng, gives the same but for the four files whose sBIT it follows (cs3*, cs5*).
"""

import os
import sys

import numpy
from PIL import Image

folder = sys.argv[1]


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "pngsuite.txt"), "w") as out:
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".png") or name.startswith("x"):
            continue
        picture = Image.open(os.path.join(folder, name))
        picture.load()
        if picture.mode.startswith("I"):
            picture = Image.fromarray((numpy.asarray(picture).astype(numpy.uint32) >> 8).astype(numpy.uint8))
        rgb = picture.convert("RGB")
        grey = rgb.convert("L")
        print(name, *rgb.size, fnv(rgb.tobytes()), fnv(grey.tobytes()), file=out)
