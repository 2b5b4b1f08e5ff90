"""Makes images with colour profiles: python3 make_profiles.py

Needs numpy, pillow 11.3 and pillow_heif. gamma1.png (gAMA of 1) and cicp_pq.png (cICP) are not made here. The profiles
are put together from the published chromaticities and gammas (ICC.1:2022), adapted to D50 by Bradford's matrix;
profile-littlecms.jpg has that of LittleCMS. Each line of profiles.txt has a file's name and the colours that its profile
stands for, "-" for sRGB.
"""

import io
import os
import struct
import zlib

import numpy
import pillow_heif
from PIL import Image, ImageCms

here = os.path.dirname(os.path.abspath(__file__))
pillow_heif.register_heif_opener()
BRADFORD = numpy.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
D50, D65 = (0.3457, 0.3585), (0.3127, 0.3290)


def xyz(point):
    x, y = point
    return numpy.array([x / y, 1, (1 - x - y) / y])


def colorants(red, green, blue, white):
    """Columns: X, Y and Z of the primaries under D50."""
    primaries = numpy.stack([xyz(red), xyz(green), xyz(blue)], axis=1)
    scaled = primaries * numpy.linalg.solve(primaries, xyz(white))
    gains = (BRADFORD @ xyz(D50)) / (BRADFORD @ xyz(white))
    return numpy.linalg.inv(BRADFORD) @ numpy.diag(gains) @ BRADFORD @ scaled


def fixed(value):
    return struct.pack(">i", round(value * 65536))


def profile(space, name, curve, columns=None):
    text = name.encode()
    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text) + 1) + text + bytes(1 + 78)}
    if columns is None:
        tags[b"kTRC"] = curve
    else:
        for tag, column in zip([b"rXYZ", b"gXYZ", b"bXYZ"], columns.T):
            tags[tag] = b"XYZ " + bytes(4) + b"".join(map(fixed, column))
        for tag in [b"rTRC", b"gTRC", b"bTRC"]:
            tags[tag] = curve
    tags[b"wtpt"] = b"XYZ " + bytes(4) + b"".join(map(fixed, xyz(D50)))
    at, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for tag, content in tags.items():
        content += bytes(-len(content) % 4)
        table += tag + struct.pack(">II", at + len(data), len(content))
        data += content
    size = at + len(data)
    header = struct.pack(">I", size) + bytes(4) + bytes([2, 0x40, 0, 0]) + b"mntr" + space + b"XYZ "
    header = header + bytes(12) + b"acsp"
    header = header.ljust(68, b"\0") + b"".join(map(fixed, xyz(D50)))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def gamma(value):
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256))


def table(function):
    values = [round(65535 * function(i / 255)) for i in range(256)]
    return b"curv" + bytes(4) + struct.pack(">I256H", 256, *values)


def srgb_curve(value):
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


numbers = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
parametric = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + b"".join(map(fixed, numbers))
bt709 = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
p3, adobe = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
prophoto = ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
rec2020, apple = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)), ((0.625, 0.34), (0.28, 0.595), (0.155, 0.07))
profiles = {
    "srgb": (profile(b"RGB ", "made here", table(srgb_curve), colorants(*bt709, D65)), "-"),
    "srgb-gamma": (profile(b"RGB ", "made here", gamma(2.2), colorants(*bt709, D65)), "-"),
    "linear": (profile(b"RGB ", "made here", gamma(1.0), colorants(*bt709, D65)), "another gamma"),
    "p3": (profile(b"RGB ", "P3", parametric, colorants(*p3, D65)), "Display P3"),
    "adobe": (profile(b"RGB ", "Adobe", gamma(563 / 256), colorants(*adobe, D65)), "Adobe RGB"),
    "prophoto": (profile(b"RGB ", "ROMM", gamma(1.8), colorants(*prophoto, D50)), "ProPhoto RGB"),
    "rec2020": (profile(b"RGB ", "2020", parametric, colorants(*rec2020, D65)), "Rec. 2020"),
    "apple": (profile(b"RGB ", "Apple", gamma(1.8), colorants(*apple, D65)), "others"),
    "grey": (profile(b"GRAY", "2.2", gamma(2.2)), "-"),
    "grey-linear": (profile(b"GRAY", "1.0", gamma(1.0)), "grey"),
}
colour, grey = Image.new("RGB", (4, 3), (200, 100, 50)), Image.new("L", (4, 3), 99)
lines = ["gamma1.png another gamma\n", "cicp_pq.png HDR (PQ)\n"]


def write(image, name, kind, ending, **options):
    content, expected = profiles[kind]
    image.save(os.path.join(here, name + ending), icc_profile=content, **options)
    lines.append(f"{name}{ending} {expected}\n")


for kind in profiles:
    write(grey if "grey" in kind else colour, f"profile-{kind}", kind, ".png")
write(colour, "profile-p3", "p3", ".jpg")
write(colour, "profile-p3", "p3", ".webp", lossless=True)
write(colour, "profile-adobe", "adobe", ".tif")
write(colour, "profile-p3", "p3", ".heic")
write(colour, "profile-srgb", "srgb", ".heic")
write(colour, "profile-p3", "p3", ".avif")
littlecms = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
colour.save(os.path.join(here, "profile-littlecms.jpg"), icc_profile=littlecms)
lines.append("profile-littlecms.jpg -\n")
# In three parts of one profile.
cut = Image.new("RGB", (4, 3))
cut.save(os.path.join(here, "profile-parts.jpg"))
plain = open(os.path.join(here, "profile-parts.jpg"), "rb").read()
parts = [profiles["adobe"][0][i : i + 200] for i in range(0, len(profiles["adobe"][0]), 200)]
segments = b""
for number, part in reversed(list(enumerate(parts, 1))):
    content = b"ICC_PROFILE\0" + bytes([number, len(parts)]) + part
    segments += b"\xff\xe2" + struct.pack(">H", len(content) + 2) + content
open(os.path.join(here, "profile-parts.jpg"), "wb").write(plain[:2] + segments + plain[2:])
lines.append("profile-parts.jpg Adobe RGB\n")


def png(name, chunks, expected):
    """The chunks stand behind IHDR, which ends at byte 33."""
    data = io.BytesIO()
    colour.save(data, "png")
    plain, added = data.getvalue(), b""
    for kind, content in chunks:
        added += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    open(os.path.join(here, name), "wb").write(plain[:33] + added + plain[33:])
    lines.append(f"{name} {expected}\n")


def chromaticities(*numbers):
    return struct.pack(">8I", *[round(number * 100_000) for number in numbers])


png("gama-srgb.png", [(b"gAMA", struct.pack(">I", 45455)), (b"cHRM", chromaticities(*D65, *sum(bt709, ())))], "-")
png("gama-beside-srgb.png", [(b"gAMA", struct.pack(">I", 100_000)), (b"sRGB", b"\0")], "-")
png("chrm-p3.png", [(b"cHRM", chromaticities(*D65, *sum(p3, ())))], "others")
png("cicp-p3.png", [(b"cICP", bytes([12, 13, 0, 1]))], "Display P3")
png("cicp-srgb.png", [(b"cICP", bytes([1, 13, 0, 1])), (b"gAMA", struct.pack(">I", 100_000))], "-")
png("profile-broken.png", [(b"iCCP", b"name\0\0" + b"no deflate data")], "-")
png("profile-bomb.png", [(b"iCCP", b"name\0\0" + zlib.compress(profiles["p3"][0] + bytes(10 << 20), 9))], "Display P3")

with open(os.path.join(here, "profiles.txt"), "w") as out:
    out.writelines(lines)
