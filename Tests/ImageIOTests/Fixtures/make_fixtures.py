"""Makes the small images in this folder, and what Pillow and OpenCV make of them: python3 make_fixtures.py

Needs pillow, opencv-python-headless and numpy. Expected images are binary PGM and PPM.
"""

import gzip
import os
import struct

import cv2
import numpy
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))


def path(name):
    return os.path.join(here, name)


def save(name, array):
    Image.fromarray(array).save(path(name + (".ppm" if array.ndim == 3 else ".pgm")))


def noisy(height, width, seed):
    """Edges, a gradient and noise, so that an error of place, weight or rounding shows."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    smooth = numpy.stack([x * 255 / width, y * 255 / height, (x + y) * 255 / (width + height)], -1)
    blocks = ((x // 5 + y // 7) % 2 * 120)[..., None]
    return numpy.clip(smooth * 0.5 + blocks + random.integers(0, 60, (height, width, 3)), 0, 255).astype(numpy.uint8)


def fitted(array, size, fit, resize):
    """Torchvision's Resize(size) and CenterCrop(size); stretching; padding with black."""
    height, width = array.shape[:2]
    if fit == "stretch":
        return resize(array, size, size)
    short, long = min(width, height), max(width, height)
    if fit == "crop":
        longer = int(size * long / short)
        w, h = (size, longer) if width <= height else (longer, size)
        top, left = int(round((h - size) / 2.0)), int(round((w - size) / 2.0))
        return resize(array, w, h)[top : top + size, left : left + size]
    shorter = max(1, round(size * short / long))
    w, h = (shorter, size) if width <= height else (size, shorter)
    canvas = numpy.zeros((size, size) + array.shape[2:], numpy.uint8)
    top, left = (size - h) // 2, (size - w) // 2
    canvas[top : top + h, left : left + w] = resize(array, w, h)
    return canvas


def by_pillow(array, width, height):
    """Horizontally, then vertically, each rounded to 8 bits: what one call does up to Pillow 12.

    Since Pillow 13 one call begins vertically where that is cheaper, which moves some pixels by one level.
    """
    picture = Image.fromarray(array)
    at_once = numpy.asarray(picture.resize((width, height), Image.BILINEAR)).astype(int)
    level = picture.resize((width, picture.height), Image.BILINEAR)
    result = numpy.asarray(level.resize((width, height), Image.BILINEAR))
    assert abs(at_once - result).max() <= 1
    return result


def by_opencv(array, width, height):
    return cv2.resize(array, (width, height), interpolation=cv2.INTER_LINEAR)


sources = {"wide": noisy(47, 83, 1), "tall": noisy(90, 41, 2), "small": noisy(12, 9, 3), "line": noisy(1, 40, 4)}
for name, array in sources.items():
    save(f"{name}", array)
    for size in (16, 29):
        for fit in ("crop", "stretch", "pad"):
            save(f"{name}.{fit}.{size}.antialias", fitted(array, size, fit, by_pillow))
            save(f"{name}.{fit}.{size}.bilinear", fitted(array, size, fit, by_opencv))
grey = numpy.asarray(Image.fromarray(sources["wide"]).convert("L"))
save("wide-grey", grey)
save("wide-grey.crop.16.antialias", fitted(grey, 16, "crop", by_pillow))
save("wide-grey.crop.16.bilinear", fitted(grey, 16, "crop", by_opencv))


def jpeg(name, picture, **options):
    picture.save(path(name + ".jpg"), quality=85, **options)
    expect(name)


def expect(name):
    save(name + ".decoded", numpy.asarray(Image.open(path(name + ".jpg")).convert("RGB")))
    save(name + ".decoded-grey", numpy.asarray(Image.open(path(name + ".jpg")).convert("RGB").convert("L")))


picture = Image.fromarray(noisy(21, 35, 5))
jpeg("baseline-420", picture, subsampling="4:2:0")
jpeg("baseline-422", picture, subsampling="4:2:2")
jpeg("baseline-444", picture, subsampling="4:4:4")
jpeg("progressive", picture, progressive=True)
jpeg("grey", picture.convert("L"))
jpeg("cmyk", picture.convert("CMYK"))
# The Adobe marker's last byte turns the same data from CMYK into YCCK.
data = bytearray(open(path("cmyk.jpg"), "rb").read())
data[data.index(b"Adobe") + 11] = 2
open(path("ycck.jpg"), "wb").write(data)
expect("ycck")

images = numpy.random.default_rng(6).integers(0, 256, (3, 4, 5), numpy.uint8)
idx = struct.pack(">IIII", 0x803, *images.shape) + images.tobytes()
labels = struct.pack(">II", 0x801, 3) + bytes([7, 2, 9])
open(path("train-images-idx3-ubyte"), "wb").write(idx)
open(path("train-labels-idx1-ubyte"), "wb").write(labels)
page = b"<!DOCTYPE html>\n<html><title>404</title></html>\n"
for name, data in (("images.gz", idx), ("labels.gz", labels), ("page.gz", page)):
    open(path(name), "wb").write(gzip.compress(data, mtime=0))
# A header that promises 3 images of 60,000 × 60,000 pixels.
open(path("promises.gz"), "wb").write(gzip.compress(struct.pack(">IIII", 0x803, 3, 60000, 60000), mtime=0))


def photograph(width, height, seed):
    """Smooth shapes with some edges, lit from a side: as much detail as a photograph has."""
    random = numpy.random.default_rng(seed)
    small = random.integers(0, 256, (height // 12 + 2, width // 12 + 2, 3), numpy.uint8)
    smooth = numpy.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC)).astype(int)
    y, x = numpy.mgrid[0:height, 0:width]
    light = ((x // 23 + y // 31) % 2 * 60 + y * 60 // height)[..., None]
    grainy = smooth * 3 // 5 + light + random.integers(-4, 5, smooth.shape)
    return Image.fromarray(numpy.clip(grainy, 0, 255).astype(numpy.uint8))


def by_pillow_in_part(array, width, height, extent):
    """As by_pillow, of the part of an image that begins at its corner and is `extent` wide and high."""
    across = Image.fromarray(array).resize((width, array.shape[0]), Image.BILINEAR, (0, 0, extent[0], array.shape[0]))
    return numpy.asarray(across.resize((width, height), Image.BILINEAR, (0, 0, width, extent[1])))


# Of the size of CelebA's, and one that a decoder can halve, with half a pixel left on either side.
photograph(178, 218, 9).save(path("portrait.jpg"), quality=90)
decoded = numpy.asarray(Image.open(path("portrait.jpg")).convert("RGB"))
save("portrait.crop.64", fitted(decoded, 64, "crop", by_pillow))
photograph(149, 189, 8).save(path("halved.jpg"), quality=90)
picture = Image.open(path("halved.jpg"))
picture.draft("RGB", (74, 94))
halved = numpy.asarray(picture)
assert halved.shape == (95, 75, 3)
save("halved.crop.64", by_pillow_in_part(halved, 64, int(64 * 189 / 149), (74.5, 94.5))[8:72])
