"""Makes images with EXIF orientations, and what Pillow's ImageOps.exif_transpose makes of them: python3 make_orientation.py

Needs pillow and numpy. exif1.jpg to exif8.jpg and exif6.png are not made here: they have red, green, blue and yellow
quadrants and big-endian EXIF, in JPEG as a camera writes it, in PNG as the chunk eXIf. Each line of orientation.txt has a
file's name, width, height and the checksum of its RGB pixels (FNV-1a, 64 bits).
"""

import os

import numpy
from PIL import Image, ImageOps

here = os.path.dirname(os.path.abspath(__file__))


def checksum(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def exif(orientation, byte_order):
    exif = Image.Exif()
    exif.endian = byte_order
    # Entries before and behind the orientation.
    exif[0x010F], exif[0x0112], exif[0x0131] = "a camera", orientation, "a program"
    return exif.tobytes()


names = [f"exif{orientation}.jpg" for orientation in range(1, 9)] + ["exif6.png"]
random = numpy.random.default_rng(6)
pixels = Image.fromarray(random.integers(0, 256, (5, 7, 3), numpy.uint8))
waves = Image.fromarray(numpy.fromfunction(lambda y, x, c: (x * 5 + y * 3 + c * 40) % 256, (27, 41, 3)).astype(numpy.uint8))
for orientation in range(1, 9):
    byte_order = "<" if orientation % 2 else ">"
    names += [f"oriented{orientation}.png", f"oriented{orientation}.jpg"]
    pixels.save(os.path.join(here, names[-2]), exif=exif(orientation, byte_order))
    waves.save(os.path.join(here, names[-1]), quality=90, exif=exif(orientation, byte_order))

with open(os.path.join(here, "orientation.txt"), "w") as out:
    for name in sorted(names):
        image = ImageOps.exif_transpose(Image.open(os.path.join(here, name))).convert("RGB")
        out.write(f"{name} {image.width} {image.height} {checksum(image.tobytes()):016x}\n")
