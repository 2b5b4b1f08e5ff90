"""Writes the corpora that fuzzing begins with to Corpus/: small files of each format, some sound, some not.

Run once with Python 3 alone; what comes out is committed. Files whose names begin with "good" are sound.
"""

import gzip
import json
import pathlib
import struct
import zlib

here = pathlib.Path(__file__).parent
fixtures = here.parent


def write(parser, name, content):
    folder = here / "Corpus" / parser
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


# PNG (W3C, third edition)


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width, height, depth, colour, rows, interlace=0, before=b"", level=9):
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", zlib.compress(rows, level))
        + chunk(b"IEND", b"")
    )


def rows(width, height, bits, filters=(0, 1, 2, 3, 4)):
    count = (width * bits + 7) // 8
    return b"".join(
        bytes([filters[y % len(filters)]]) + bytes((7 * x + 31 * y) & 255 for x in range(count)) for y in range(height)
    )


def adam7(side, bits):
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    content = b""
    for x, y, dx, dy in passes:
        columns, lines = len(range(x, side, dx)), len(range(y, side, dy))
        if columns:
            content += rows(columns, lines, bits)
    return content


palette = chunk(b"PLTE", bytes(range(48)))
for depth in (1, 2, 4, 8, 16):
    write("png", f"good-grey-{depth}", png(5, 6, depth, 0, rows(5, 6, depth)))
for depth in (8, 16):
    write("png", f"good-rgb-{depth}", png(5, 6, depth, 2, rows(5, 6, 3 * depth)))
    write("png", f"good-rgba-{depth}", png(5, 6, depth, 6, rows(5, 6, 4 * depth)))
    write("png", f"good-grey-alpha-{depth}", png(5, 6, depth, 4, rows(5, 6, 2 * depth)))
    write("png", f"good-interlaced-{depth}", png(8, 8, depth, 2, adam7(8, 3 * depth), interlace=1))
write("png", "good-palette-4", png(5, 6, 4, 3, rows(5, 6, 4), before=palette))
write("png", "palette-outside", png(5, 6, 8, 3, rows(5, 6, 8), before=palette))
write("png", "good-chunks", png(
    2, 2, 8, 0, rows(2, 2, 8),
    before=chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"zTXt", b"k\0\0" + zlib.compress(b"text"))
    + chunk(b"iCCP", b"p\0\0" + zlib.compress(b"profile")) + chunk(b"tRNS", b"\0\1")))
zeros = zlib.compress(bytes(10 << 20), 9)
exif = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 8)
write("png", "good-exif", png(5, 6, 8, 0, rows(5, 6, 8), before=chunk(b"eXIf", exif)))
write("png", "good-bomb-text", png(1, 1, 8, 0, b"\0\7", before=chunk(b"zTXt", b"k\0\0" + zeros)))
write("png", "good-bomb-profile", png(1, 1, 8, 0, b"\0\7", before=chunk(b"iCCP", b"p\0\0" + zeros)))
write("png", "bomb-data", png(1, 1, 8, 0, bytes(10 << 20)))
write("png", "huge", png(60000, 60000, 8, 2, b"\0"))

# JPEG: an 8 × 8 image of middle grey (ITU-T T.81), baseline and progressive


def segment(marker, content):
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def huffman(kind):
    return segment(0xC4, bytes([kind, 1] + [0] * 15 + [0]))


quantization = segment(0xDB, b"\0" + b"\1" * 64)
start = b"\xff\xd8" + quantization


def jpeg(marker, components, scans, extra=b""):
    frame = struct.pack(">BHHB", 8, 8, 8, components) + b"".join(bytes([i + 1, 0x11, 0]) for i in range(components))
    return start + extra + segment(marker, frame) + huffman(0x00) + huffman(0x10) + scans + b"\xff\xd9"


def scan(components, first, last, approximation, data=b"\x3f"):
    names = b"".join(bytes([i + 1, 0]) for i in range(components))
    return segment(0xDA, bytes([components]) + names + bytes([first, last, approximation])) + data


write("jpeg", "good-grey", jpeg(0xC0, 1, scan(1, 0, 63, 0)))
write("jpeg", "good-colour", jpeg(0xC0, 3, scan(3, 0, 63, 0, b"\x03")))
write("jpeg", "good-cmyk", jpeg(0xC0, 4, scan(4, 0, 63, 0, b"\x00"), segment(0xEE, b"Adobe\0\x64\0\0\0\0\2")))
write("jpeg", "good-exif", jpeg(0xC0, 3, scan(3, 0, 63, 0, b"\x03"), segment(0xE1, b"Exif\0\0" + exif)))
write("jpeg", "good-progressive", jpeg(
    0xC2, 1, scan(1, 0, 0, 0, b"\x7f") + b"".join(scan(1, k, k, 0, b"\x7f") for k in range(1, 64))))
write("jpeg", "restarts", jpeg(0xC0, 1, scan(1, 0, 63, 0, b"\x3f\xff\xd0\x3f"), segment(0xDD, b"\0\1")))
write("jpeg", "without-end", jpeg(0xC0, 1, scan(1, 0, 63, 0))[:-3])
for name in ("baseline-420", "progressive", "cmyk"):
    write("jpeg", f"good-{name}.jpg", (fixtures / "ImageIOTests/Fixtures" / f"{name}.jpg").read_bytes())

# WebP, TIFF, BMP, GIF, HEIC and AVIF: files of the tests of images


def fixture(parser, *names):
    for name in names:
        write(parser, f"good-{name}", (fixtures / "ImageIOTests/Fixtures" / name).read_bytes())


fixture("webp", "lossy.webp", "alpha-lossy.webp", "lossless.webp", "on-canvas.webp", "oriented6.webp")
fixture("webp", "profile-p3.webp")
write("webp", "huge", b"RIFF\x11\0\0\0WEBPVP8L\x05\0\0\0\x2f\xff\xff\xff\x0f\0")
write("webp", "without-frame", b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\7\0\0" * 2)
fixture(
    "tiff", "rgb-jpeg.tif", "rgb-lzw.tif", "rgb-deflate.tif", "rgb-packbits.tif", "fax.tif", "ycbcr.tif", "cmyk.tif",
    "palette-4.tif", "grey-2.tif", "planes.tif", "tiles.tif", "associated.tif", "oriented6.tif", "profile-adobe.tif")


def tiff(*entries):
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(entries)]
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + b"".join(entries) + bytes(4)


grey = ((258, 8), (259, 1), (262, 1), (277, 1))
write("tiff", "huge", tiff(*grey, (256, 1 << 30), (257, 1 << 30), (273, 8), (278, 1 << 30), (279, 9)))
write("tiff", "huge-tiles", tiff(
    *grey, (256, 65500), (257, 1), (322, 16), (323, 1 << 24), (324, 8), (325, 9)))
write("tiff", "floats", tiff((258, 32), (339, 3), *grey[1:], (256, 1), (257, 1), (273, 8), (278, 1), (279, 4)))
fixture(
    "bmp", "core.bmp", "one-bit.bmp", "four-bits.bmp", "palette.bmp", "555.bmp", "565.bmp", "alpha-v4.bmp",
    "runs-4.bmp", "runs-8.bmp", "top-down.bmp")
information = struct.pack("<IiiHHIIiiII", 40, 65000, 65000, 1, 8, 1, 0, 0, 0, 0, 0)
write("bmp", "huge", b"BM" + struct.pack("<IHHI", 0, 0, 0, 54) + information)
fixture("gif", "still.gif", "rows.gif", "transparent.gif", "animated.gif", "on-screen.gif")
frame = b"\x2c" + bytes(4) + b"\xff" * 4 + b"\x80" + bytes(6) + b"\2\0;"
write("gif", "huge", b"GIF89a" + b"\xff" * 4 + bytes(3) + frame)
write("gif", "without-image", b"GIF89a\1\0\1\0\0\0\0;")
fixture("heif", "colour.heic", "alpha.heic", "oriented6.heic", "colour.avif", "alpha.avif", "profile-p3.heic")
for name in ("bomb.avif", "bomb.heic"):
    write("heif", name, (fixtures / "ImageIOTests/Fixtures" / name).read_bytes())
write("heif", "brands-alone", b"\0\0\0\x14ftypavif\0\0\0\0avif")

# IDX (LeCun, Cortes & Burges)


def idx(sizes, data):
    return bytes([0, 0, 8, len(sizes)]) + b"".join(struct.pack(">I", size) for size in sizes) + data


for name, content in (("images", idx([2, 3, 4], bytes(range(24)))), ("labels", idx([5], bytes(range(5))))):
    write("idx", f"good-{name}", content)
    write("idx", f"good-{name}.gz", gzip.compress(content, mtime=0))
write("idx", "overflow", idx([2**32 - 1] * 3, b""))
write("idx", "promise.gz", gzip.compress(idx([1000, 28, 28], bytes(10)), mtime=0))

# MATLAB 5 (MathWorks, MAT-File Format)


def mat(elements, order="<"):
    mark = b"\0\1IM" if order == "<" else b"\1\0MI"
    return b"MATLAB 5.0 MAT-file".ljust(124) + mark + elements


def element(kind, data, order="<"):
    return struct.pack(order + "II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def array(name, sizes, data, order="<"):
    content = (
        element(6, struct.pack(order + "II", 9, 0), order)
        + element(5, struct.pack(order + f"{len(sizes)}i", *sizes), order) + element(1, name, order)
        + element(2, data, order)
    )
    return element(14, content, order)


picture = bytes(x // 24 % 256 for x in range(3072))
plain = array(b"X", [32, 32, 3, 1], picture)
write("mat", "good-plain", mat(plain))
write("mat", "good-swapped", mat(array(b"X", [32, 32, 3, 1], picture, ">"), ">"))
compressed = zlib.compress(plain, 9)
write("mat", "good-compressed", mat(struct.pack("<II", 15, len(compressed)) + compressed))
write("mat", "good-after-labels", mat(array(b"y", [1, 1], b"\1") + plain))
write("mat", "promise", mat(array(b"X", [32, 32, 3, 2**30], picture)))
write("mat", "version-7.3", b"MATLAB 7.3 MAT-file".ljust(512))

# CelebA's lists

write("celeba", "good-partition", b"000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n")
write("celeba", "html", b"<html>\n404\n")
write("celeba", "good-attributes", b"2\nEyeglasses Male Young\n000001.jpg -1  1  1\r\n000002.jpg  1 -1 -1\n")

# safetensors


def safetensors(header, data):
    text = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(shape, start, end, kind="F32"):
    return {"dtype": kind, "shape": shape, "data_offsets": [start, end]}


facts = {
    "format": "disttrain checkpoint 1", "step": "3", "epoch": "0", "shards": "8", "seed": "1", "updates.generator": "3",
    "updates.discriminator": "3", "instructionSet": "avx2", "data": "0", "changes": "", "file": "0" * 64,
    "quality": "lossHeldOut 0.5", "configuration": "data: {source: synthetic}\ntrain: {steps: 5}\n",
}
tensors = {"a": entry([2, 3], 0, 24), "b": entry([], 24, 28), "c": entry([0, 7], 28, 28), "d": entry([2], 28, 30, "U8")}
write("safetensors", "good-checkpoint", safetensors({"__metadata__": facts, **tensors}, bytes(30)))
write("safetensors", "tensors", safetensors(tensors, bytes(30)))
write("safetensors", "empty", safetensors({}, b""))
write("safetensors", "escapes", safetensors(rb'{"__metadata__":{"k\u00e9":"\ud83d\ude00\n"}}', b""))
write("safetensors", "length", b"\xff" * 8 + b"{}")
write("safetensors", "overlap", safetensors({"a": entry([1], 0, 4), "b": entry([1], 0, 4)}, bytes(4)))
write("safetensors", "overflow", safetensors({"a": entry([2**62, 4], 0, 0)}, b""))

# NumPy's arrays


def npy(text, data, version=1):
    header = text.encode()
    length = struct.pack("<H", len(header)) if version == 1 else struct.pack("<I", len(header))
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + data


def described(kind, shape, order="False"):
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n" % (kind, order, shape)


write("npy", "good-float", npy(described("<f4", "(2, 3)"), bytes(24)))
write("npy", "good-double", npy(described("<f8", "(2,)"), bytes(16), version=2))
write("npy", "good-empty", npy(described("<f4", "(0, 5)"), b""))
write("npy", "nan", npy(described("<f4", "(1, 1)"), b"\xff\xff\xff\xff"))
write("npy", "fortran", npy(described("<f4", "(2, 3)", "True"), bytes(24)))
write("npy", "overflow", npy(described("<f4", "(4611686018427387904, 4)"), b""))

# ONNX: the models of the operators' tests, without the largest

stored = (fixtures / "GANTests/Fixtures/onnx.safetensors").read_bytes()
length = struct.unpack("<Q", stored[:8])[0]
for name, place in json.loads(stored[8:8 + length]).items():
    first, last = place.get("data_offsets", (0, 0))
    is_variant = name.startswith(("nearest-", "Sub-", "Div-")) and "half_pixel-ceil-up" not in name
    if name.endswith("/model") and (last - first < 1500 or name.startswith("pytorch-dcgan")) and not is_variant:
        prefix = "good-" if name.startswith("pytorch-") else ""
        write("onnx", prefix + name.removesuffix("/model"), stored[8 + length + first:8 + length + last])

# Configurations; behind a NUL what --set gives

for path in sorted((here / "../../configs").glob("*.yaml")):
    write("yaml", f"good-{path.name}", path.read_bytes())
least = b"data: {source: synthetic}\ntrain: {steps: 1}\n"
write("yaml", "good-least", least)
write("yaml", "good-set", least + b"\0train.batch=64")
write("yaml", "good-layers", least + b"""\
model:
  latent: {size: 4}
  generator:
    layers: [{dense: {units: 64}}, {reshape: {channels: 4, size: 4}}, {upsample: {scale: 16, mode: nearest}},
      {convolution: {channels: 3, kernel: 3, padding: 1}}, {tanh: {}}]
  discriminator:
    layers:
      - flatten: {}
      - dense: {units: 1}
""")
write("yaml", "good-texts", b'name: "a b"\ndata: {source: folder, path: "/x: y", pattern: "[a]*.png"}\ntrain: {epochs: 2}\n')
write("yaml", "aliases", b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n")
write("yaml", "deep", b"[" * 500)
write("yaml", "tags", b"seed: !!int 3\ntrain: !!set {a}\n<<: *x\n")

# Hostfiles

for path in sorted((here / "../../hostfiles").iterdir()):
    write("hostfile", f"good-{path.name}", path.read_bytes())
write("hostfile", "good-all", b"node1 slots=4 max_slots=8 # fast\n\tuser@node-2.local slots = 2\r\n10.0.0.3\nnode3 max-slots=3\n")
write("hostfile", "good-other-forms", b"\xef\xbb\xbfa:2 # MPICH\r\nn[08-10,2]-ib cpu = 2\r\na\r\nbob@r[1-2]\r\n")
write("hostfile", "rankfile", b"rank 0=node1 slot=0\n")
write("hostfile", "address", b"[::1]:2\n")
write("hostfile", "option", b"-oProxyCommand=evil slots=1\n")
