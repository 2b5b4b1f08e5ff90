"""Makes WebP, TIFF, BMP, GIF, HEIC and AVIF files, and what Pillow makes of them: python3 make_formats.py

Needs numpy, pillow 11.3 and pillow_heif. Files that Pillow cannot write are put together here by their specifications;
their pixels are known, and where Pillow can read them it must agree. Each line of formats.txt has a file's name, a
background, width, height and the checksum of the RGB pixels over it (FNV-1a, 64 bits). HEIC and AVIF, whose decoders
may differ in the last bit, have Pillow's pixels beside them (.decoded.ppm).
"""

import io
import os
import struct

import numpy
import pillow_heif
from PIL import Image, ImageCms, ImageOps

here = os.path.dirname(os.path.abspath(__file__))
pillow_heif.register_heif_opener()
WIDTH, HEIGHT = 23, 18


def path(name):
    return os.path.join(here, name)


def checksum(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


lines = []


def expect(name, pixels, upright=False):
    """`pixels`: grey, RGB or RGBA, as the file's decoder must give them; nil for Pillow's own reading."""
    image = Image.open(path(name))
    if not upright:
        image = ImageOps.exif_transpose(image)
    if pixels is None:
        pixels = numpy.asarray(image.convert("RGBA"))
    pixels = numpy.asarray(pixels)
    if pixels.ndim == 2:
        pixels = numpy.stack([pixels] * 3, axis=2)
    alpha = pixels[..., 3:] if pixels.shape[2] == 4 else numpy.full(pixels.shape[:2] + (1,), 255)
    colours = pixels[..., :3].astype(numpy.float64)
    height, width = pixels.shape[:2]
    for text, colour in [("white", (255, 255, 255)), ("#8090a0", (0x80, 0x90, 0xA0)), ("ignore", None)]:
        exact = colours
        if colour is not None:
            exact = (colours * alpha + numpy.array(colour) * (255 - alpha.astype(float))) / 255
        sum_ = checksum(numpy.rint(exact).astype(numpy.uint8).tobytes())
        lines.append(f"{name} {text} {width} {height} {sum_:016x}\n")


def agree(name, pixels):
    """Pillow reads the file as these pixels, too."""
    found = numpy.asarray(Image.open(path(name)).convert("RGBA" if pixels.shape[-1] == 4 else "RGB"))
    wanted = pixels if pixels.ndim == 3 else numpy.stack([pixels] * 3, axis=2)
    assert (found == wanted).all(), name


random = numpy.random.default_rng(15)
noise = random.integers(0, 256, (HEIGHT, WIDTH, 4), numpy.uint8)
y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
smooth = numpy.stack([x * 11, y * 14, (x + y) * 6], axis=2).astype(numpy.uint8)
rgb, rgba = Image.fromarray(smooth), Image.fromarray(noise)
grey = Image.fromarray(noise[..., 0])
palette_image = rgb.quantize(12)
exif = Image.Exif()
exif[0x0112] = 6

# WebP

rgb.save(path("lossy.webp"), quality=80)
rgb.save(path("lossless.webp"), lossless=True)
rgba.save(path("alpha-lossless.webp"), lossless=True, exact=True)
Image.fromarray(numpy.dstack([smooth, noise[..., 3]])).save(path("alpha-lossy.webp"), quality=80)
rgb.save(path("oriented6.webp"), lossless=True, exif=exif)
rgb.save(path("animated.webp"), lossless=True, save_all=True, append_images=[ImageOps.invert(rgb)])
for name in ["lossy", "lossless", "alpha-lossless", "alpha-lossy", "oriented6", "animated"]:
    expect(f"{name}.webp", None)


def webp_chunk(kind, content):
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def number24(value):
    return struct.pack("<I", value)[:3]


def webp_on_canvas(image, width, height, left, top):
    """An animation whose only frame covers a part of its canvas."""
    data = io.BytesIO()
    image.save(data, "webp", lossless=True)
    frame = number24(left // 2) + number24(top // 2) + number24(image.width - 1) + number24(image.height - 1)
    frame += number24(100) + b"\0" + data.getvalue()[12:]
    body = webp_chunk(b"VP8X", bytes([0x12, 0, 0, 0]) + number24(width - 1) + number24(height - 1))
    body += webp_chunk(b"ANIM", bytes(6)) + webp_chunk(b"ANMF", frame)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


open(path("on-canvas.webp"), "wb").write(webp_on_canvas(rgb, 31, 26, 4, 6))
expect("on-canvas.webp", None)

# TIFF


def tiff(entries, data, order="<"):
    """One directory of SHORTs and LONGs behind the data; `entries`: tag, values."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    at = 8 + len(data)
    directory = struct.pack(order + "H", len(entries))
    values_at = at + 2 + 12 * len(entries) + 4
    values = b""
    for tag, numbers in sorted(entries):
        is_long = tag in (256, 257, 273, 278, 279, 322, 323, 324, 325)
        packed = struct.pack(order + f"{len(numbers)}{'I' if is_long else 'H'}", *numbers)
        directory += struct.pack(order + "HHI", tag, 4 if is_long else 3, len(numbers))
        if len(packed) > 4:
            directory += struct.pack(order + "I", values_at + len(values))
            values += packed
        else:
            directory += packed.ljust(4, b"\0")
    return mark + struct.pack(order + "I", at) + data + directory + b"\0" * 4 + values


def plain_tiff(pixels, bits, photometric, extra=(), order="<", planes=1, more=()):
    height, width, samples = pixels.shape
    kind = {8: "u1", 16: order + "u2"}[bits]
    parts = [pixels] if planes == 1 else [pixels[..., i : i + 1] for i in range(samples)]
    chunks = [part.astype(kind).tobytes() for part in parts]
    offsets = [8 + sum(map(len, chunks[:i])) for i in range(len(chunks))]
    entries = [
        (256, [width]), (257, [height]), (258, [bits] * samples), (259, [1]), (262, [photometric]), (273, offsets),
        (277, [samples]), (278, [height]), (279, [len(chunk) for chunk in chunks]), (284, [planes]), *more,
    ]
    if extra:
        entries.append((338, list(extra)))
    return tiff(entries, b"".join(chunks), order)


def tiled_tiff(pixels, side):
    height, width, samples = pixels.shape
    tiles = []
    for top in range(0, height, side):
        for left in range(0, width, side):
            tile = numpy.zeros((side, side, samples), numpy.uint8)
            part = pixels[top : top + side, left : left + side]
            tile[: part.shape[0], : part.shape[1]] = part
            tiles.append(tile.tobytes())
    offsets = [8 + i * len(tiles[0]) for i in range(len(tiles))]
    return tiff(
        [
            (256, [width]), (257, [height]), (258, [8] * samples), (259, [1]), (262, [2]), (277, [samples]), (284, [1]),
            (322, [side]), (323, [side]), (324, offsets), (325, [len(tiles[0])] * len(tiles)),
        ],
        b"".join(tiles))


def small_tiff(values, bits, photometric, palette=()):
    """Grey or palette of fewer than 8 bits, each row from a new byte on."""
    height, width = values.shape
    spread = (values[..., None] >> numpy.arange(bits - 1, -1, -1)) & 1
    data = numpy.packbits(spread.reshape(height, width * bits).astype(numpy.uint8), axis=1).tobytes()
    entries = [
        (256, [width]), (257, [height]), (258, [bits]), (259, [1]), (262, [photometric]), (273, [8]), (277, [1]),
        (278, [height]), (279, [len(data)]),
    ]
    if len(palette):
        entries.append((320, list(palette)))
    return tiff(entries, data)


for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"]:
    name = f"rgb-{compression.replace('tiff_', '').replace('adobe_', '')}.tif"
    rgb.save(path(name), compression=compression)
    expect(name, None)
grey.save(path("grey.tif"), compression="tiff_lzw")
rgba.save(path("alpha.tif"))
palette_image.save(path("palette.tif"))
grey.convert("1").save(path("fax.tif"), compression="group4")
rgb.convert("CMYK").save(path("cmyk.tif"), compression="tiff_lzw")
rgb.convert("YCbCr").save(path("ycbcr.tif"), compression="tiff_lzw")
for name in ["grey", "alpha", "palette", "fax", "cmyk", "ycbcr"]:
    expect(f"{name}.tif", None)

wide = random.integers(0, 65536, (HEIGHT, WIDTH, 3), numpy.uint16)
open(path("rgb-16-big.tif"), "wb").write(plain_tiff(wide, 16, 2, order=">"))
open(path("grey-16.tif"), "wb").write(plain_tiff(wide[..., :1], 16, 1))
open(path("planes.tif"), "wb").write(plain_tiff(noise, 8, 2, extra=[2], planes=2))
open(path("white-is-zero.tif"), "wb").write(plain_tiff(noise[..., :1], 8, 0))
open(path("tiles.tif"), "wb").write(tiled_tiff(smooth, 16))
open(path("oriented6.tif"), "wb").write(plain_tiff(smooth, 8, 2, more=[(274, [6])]))
# What a program that multiplies colours by alpha writes; Pillow divides them again.
multiplied = (noise[..., :3].astype(int) * noise[..., 3:] // 255).astype(numpy.uint8)
open(path("associated.tif"), "wb").write(plain_tiff(numpy.dstack([multiplied, noise[..., 3]]), 8, 2, extra=[1]))
two = noise[..., 1] & 3
open(path("grey-2.tif"), "wb").write(small_tiff(two, 2, 1))
four = noise[..., 2] & 15
colours = random.integers(0, 65536, 48, numpy.uint16)
open(path("palette-4.tif"), "wb").write(small_tiff(four, 4, 3, colours.tolist()))

expect("rgb-16-big.tif", wide >> 8)
agree("rgb-16-big.tif", (wide >> 8).astype(numpy.uint8))
expect("grey-16.tif", wide[..., 0] >> 8)
expect("planes.tif", noise)
expect("white-is-zero.tif", 255 - noise[..., 0])
agree("white-is-zero.tif", 255 - noise[..., 0])
expect("tiles.tif", None)
expect("oriented6.tif", numpy.rot90(smooth, 3), upright=True)
expect("associated.tif", None)
expect("grey-2.tif", two * 85)
expect("palette-4.tif", (colours.reshape(3, 16).T >> 8)[four])

# BMP (Microsoft, "Bitmap Storage")


def bmp(width, height, bits, compression, data, palette=b"", masks=b"", header=40):
    size = len(data)
    info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, size, 0, 0, len(palette) // 4, 0)
    info += masks
    info = info.ljust(header, b"\0") if header > 40 else info
    at = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", at + size, 0, 0, at) + info + palette + data


def rows(packed):
    """From bottom to top, each of a multiple of four bytes."""
    return b"".join(row.tobytes() + b"\0" * (-len(row.tobytes()) % 4) for row in packed[::-1])


rgb.save(path("rgb.bmp"))
rgba.save(path("alpha-unused.bmp"))
grey.save(path("grey.bmp"))
grey.convert("1").save(path("one-bit.bmp"))
palette_image.save(path("palette.bmp"))
expect("rgb.bmp", smooth)
agree("rgb.bmp", smooth)
for name in ["grey", "one-bit", "palette"]:
    expect(f"{name}.bmp", None)
# Without a mask the fourth byte is not alpha.
expect("alpha-unused.bmp", noise[..., :3])

top_down = smooth[..., ::-1]
open(path("top-down.bmp"), "wb").write(bmp(WIDTH, -HEIGHT, 24, 0, rows(top_down[::-1])))
expect("top-down.bmp", smooth)
agree("top-down.bmp", smooth)
core = b"BM" + struct.pack("<IHHI", 0, 0, 0, 26) + struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24) + rows(top_down)
open(path("core.bmp"), "wb").write(core)
expect("core.bmp", smooth)
agree("core.bmp", smooth)

five = noise[..., :3] >> 3
word = five[..., 0].astype("<u2") << 10 | five[..., 1].astype("<u2") << 5 | five[..., 2]
open(path("555.bmp"), "wb").write(bmp(WIDTH, HEIGHT, 16, 0, rows(word)))
expect("555.bmp", five.astype(int) * 255 // 31)
agree("555.bmp", (five.astype(int) * 255 // 31).astype(numpy.uint8))
six = noise[..., 1] >> 2
word = five[..., 0].astype("<u2") << 11 | six.astype("<u2") << 5 | five[..., 2]
masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
open(path("565.bmp"), "wb").write(bmp(WIDTH, HEIGHT, 16, 3, rows(word), masks=masks))
scaled = five.astype(int) * 255 // 31
expanded = numpy.dstack([scaled[..., 0], six.astype(int) * 255 // 63, scaled[..., 2]])
expect("565.bmp", expanded)
agree("565.bmp", expanded.astype(numpy.uint8))
masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
bgra = noise[..., [2, 1, 0, 3]]
open(path("alpha-v4.bmp"), "wb").write(bmp(WIDTH, HEIGHT, 32, 3, rows(bgra), masks=masks, header=108))
expect("alpha-v4.bmp", noise)
agree("alpha-v4.bmp", noise)

sixteen = random.integers(0, 256, (16, 4), numpy.uint8)
sixteen[:, 3] = 0
nibbles = four[:, : WIDTH // 2 * 2]
packed = nibbles[:, ::2] << 4 | nibbles[:, 1::2]
open(path("four-bits.bmp"), "wb").write(bmp(nibbles.shape[1], HEIGHT, 4, 0, rows(packed), sixteen.tobytes()))
expect("four-bits.bmp", sixteen[nibbles][..., [2, 1, 0]])
agree("four-bits.bmp", sixteen[nibbles][..., [2, 1, 0]])

# Runs, pixels as they are (with padding), a jump, and ends of line and of bitmap: 8 × 4 pixels, the bottom row first.
runs8 = bytes([5, 1, 0, 3, 2, 3, 4, 0, 0, 0, 4, 7, 0, 2, 1, 1, 3, 9, 0, 0, 8, 6, 0, 1])
wanted8 = numpy.zeros((4, 8), int)
wanted8[3] = [1, 1, 1, 1, 1, 2, 3, 4]
wanted8[2, :4] = 7
wanted8[1, 5:8] = 9
wanted8[0] = 6
open(path("runs-8.bmp"), "wb").write(bmp(8, 4, 8, 1, runs8, sixteen.tobytes()))
expect("runs-8.bmp", sixteen[wanted8][..., [2, 1, 0]])
agree("runs-8.bmp", sixteen[wanted8][..., [2, 1, 0]])
runs4 = bytes([5, 0x12, 0, 3, 0x34, 0x50, 0, 0, 8, 0x77, 0, 0, 8, 0xAB, 0, 0, 0, 8, 0x12, 0x34, 0x56, 0x78, 0, 1])
wanted4 = numpy.array([[1, 2, 3, 4, 5, 6, 7, 8], [10, 11] * 4, [7] * 8, [1, 2, 1, 2, 1, 3, 4, 5]])
open(path("runs-4.bmp"), "wb").write(bmp(8, 4, 4, 2, runs4, sixteen.tobytes()))
expect("runs-4.bmp", sixteen[wanted4][..., [2, 1, 0]])
agree("runs-4.bmp", sixteen[wanted4][..., [2, 1, 0]])

# GIF

palette_image.save(path("still.gif"), interlace=1)
palette_image.save(path("rows.gif"), interlace=0)
palette_image.save(path("transparent.gif"), transparency=palette_image.getpixel((3, 3)))
rgb.save(path("animated.gif"), save_all=True, append_images=[ImageOps.invert(rgb)], duration=100)
for name in ["still", "rows", "transparent", "animated"]:
    expect(f"{name}.gif", None)
# The same on a larger screen, of which it covers the corner.
small = bytearray(open(path("rows.gif"), "rb").read())
small[6:10] = struct.pack("<HH", 31, 26)
open(path("on-screen.gif"), "wb").write(small)
covered = numpy.zeros((26, 31, 4), numpy.uint8)
covered[:HEIGHT, :WIDTH, :3] = numpy.asarray(palette_image.convert("RGB"))
covered[:HEIGHT, :WIDTH, 3] = 255
expect("on-screen.gif", covered)

# HEIC and AVIF: smooth enough for their ways to compress, large enough for their blocks


def decoded(name):
    image = Image.open(path(name))
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    pixels = white.convert("RGB")
    open(path(name + ".decoded.ppm"), "wb").write(b"P6\n%d %d\n255\n" % pixels.size + pixels.tobytes())


ramp = numpy.mgrid[0:48, 0:64]
waves = numpy.stack([ramp[1] * 4, ramp[0] * 5, (ramp[0] + ramp[1]) * 2], axis=2).astype(numpy.uint8)
alpha = (ramp[1] * 4).astype(numpy.uint8)
for kind in ["heic", "avif"]:
    Image.fromarray(waves).save(path(f"colour.{kind}"), quality=90)
    Image.fromarray(numpy.dstack([waves, alpha])).save(path(f"alpha.{kind}"), quality=90)
    decoded(f"colour.{kind}")
    decoded(f"alpha.{kind}")
heif = pillow_heif.from_pillow(Image.fromarray(waves))
heif.info["exif"] = exif.tobytes()
heif.save(path("oriented6.heic"), quality=90)
decoded("oriented6.heic")
deep = (numpy.stack([ramp[1] * 1000, ramp[0] * 1300, ramp[1] * 500], axis=2)).astype(numpy.uint16)
pillow_heif.encode("RGB;16", (64, 48), deep.tobytes(), path("ten-bits.heic"), quality=90)
decoded("ten-bits.heic")

with open(path("formats.txt"), "w") as out:
    out.writelines(lines)
