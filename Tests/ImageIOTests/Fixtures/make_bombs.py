"""Makes HEIC and AVIF files whose headers state 64 × 64 pixels, and whose data hold 12,000 × 12,000.

python3 make_bombs.py needs pillow 11.3 and pillow_heif, and a minute. Of the HEIC file the beginning is kept, with the
decoder's configuration.
"""

import io
import os
import struct

import pillow_heif
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))
pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None
for name, side, options, kept in [
    ("bomb.avif", 12000, {"quality": 10, "speed": 10}, None), ("bomb.heic", 11900, {"quality": 1}, 1000),
]:
    data = io.BytesIO()
    Image.new("RGB", (side, side)).save(data, name[-4:], **options)
    content = bytearray(data.getvalue())
    at = content.find(b"ispe")
    while at >= 0:
        content[at + 8 : at + 16] = struct.pack(">II", 64, 64)
        at = content.find(b"ispe", at + 4)
    open(os.path.join(here, name), "wb").write(content[:kept])
