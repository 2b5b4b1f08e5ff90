"""Writes the MATLAB files that the tests of SVHN's format read: python3 make_svhn.py, with numpy and scipy.

svhn.mat is compressed and svhn-plain.mat is not, as scipy writes them; svhn-swapped.mat is big-endian, put together by
MathWorks' "MAT-File Format", since no library at hand writes that. svhn.ppm has the three images one below the other.
"""

import io
import os
import struct

import numpy
import scipy.io

folder = os.path.dirname(os.path.abspath(__file__))
random = numpy.random.default_rng(10)
# Columns of few values keep the compressed file small, and differ in every direction.
X = (random.integers(0, 16, (32, 1, 3, 3)) * 13 + random.integers(0, 4, (32, 32, 3, 3)) * 17).astype(numpy.uint8)
y = numpy.array([[10], [1], [7]], numpy.uint8)


def write(name, data):
    # The header's text names the time; a fixed one keeps the fixtures as they are.
    text = b"MATLAB 5.0 MAT-file, made for a test".ljust(124)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(text + data[124:])


def by_scipy(arrays, compressed):
    stream = io.BytesIO()
    scipy.io.savemat(stream, arrays, do_compression=compressed)
    return stream.getvalue()


write("svhn.mat", by_scipy({"X": X, "y": y}, True))
write("svhn-plain.mat", by_scipy({"y": y, "X": X}, False))
write("svhn-double.mat", by_scipy({"X": X[..., :1] / 255.0, "y": y}, True))
write("svhn-grey.mat", by_scipy({"X": X[:, :, 0, :2], "y": y}, True))
write("svhn-one.mat", by_scipy({"X": X[..., :1], "y": y[:1]}, True))
write("svhn-labels.mat", by_scipy({"y": y}, True))


def element(kind, data):
    return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)


miINT8, miUINT8, miINT32, miUINT32, miMATRIX, mxUINT8 = 1, 2, 5, 6, 14, 9
matrix = (
    element(miUINT32, struct.pack(">II", mxUINT8, 0))
    + element(miINT32, struct.pack(">4i", *X.shape))
    + element(miINT8, b"X")
    + element(miUINT8, X.tobytes(order="F"))
)
write("svhn-swapped.mat", bytes(124) + b"\x01\x00MI" + element(miMATRIX, matrix))

pictures = X.transpose(3, 0, 1, 2).reshape(96, 32, 3)
with open(os.path.join(folder, "svhn.ppm"), "wb") as file:
    file.write(b"P6\n32 96\n255\n" + pictures.tobytes())
