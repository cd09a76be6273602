"""Wrote the files beside it, by scipy 1.17 (and by hand what scipy does not write, read back by scipy); run it to write them again."""

import struct

import numpy
import scipy.io
import scipy.sparse

cube = numpy.arange(24).reshape(2, 3, 4)
KINDS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "single", "double"]
numeric = {kind: (cube * 5).astype(kind) for kind in KINDS}
numeric["int16"] = (cube * -1000).astype("int16")
numeric["double"] = cube / 7 - 1
numeric["one"] = numpy.array([[42]], dtype="uint8")
numeric["none"] = numpy.zeros((0, 3))
numeric["flag"] = numpy.array([[True, False, True]])
scipy.io.savemat("plain.mat", numeric)
scipy.io.savemat("compressed.mat", numeric, do_compression=True)
scipy.io.savemat("level4.mat", {"x": numpy.eye(3)}, format="4")

others = {
    "text": "a sentence",
    "cells": numpy.array([numpy.arange(3), "two"], dtype=object),
    "record": {"a": 1, "b": "c"},
    "sparse": scipy.sparse.csc_matrix(numpy.eye(3)),
    "complex": numpy.array([[1 + 2j, 3]]),
    "last": numpy.array([[1.5, 2.5]]),
}
scipy.io.savemat("others.mat", others, do_compression=True)


# A small Toronto Face Database: 60 images of 6 rows and 5 columns, thirty without a label, the others in turns for training, validation and test.
i, row, column = numpy.ogrid[:60, :6, :5]
labelled = numpy.arange(60) % 2
turn = numpy.arange(60)[:, None] // 2 + numpy.arange(5)
folds = labelled[:, None] * numpy.array([1, 1, 1, 2, 3])[turn % 5]
tfd = {
    "images": ((i * 31 + row * 7 + column * 3) % 256).astype("uint8"),
    "labs_ex": (labelled * (1 + numpy.arange(60) % 7)).astype("int8")[:, None],
    "labs_id": (labelled * (1 + numpy.arange(60) % 9)).astype("int16")[:, None],
    "folds": folds.astype("double"),
}
scipy.io.savemat("tfd.mat", tfd, do_compression=True)


def element(kind, data):
    """A data element of a big-endian file."""
    return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)


def variable(name, of_class, kind, values, shape):
    """A variable of a big-endian file, its numbers already in MATLAB's order."""
    parts = [
        element(6, struct.pack(">II", of_class, 0)),
        element(5, struct.pack(f">{len(shape)}i", *shape)),
        element(1, name.encode()),
        element(kind, values.tobytes()),
    ]
    return element(14, b"".join(parts))


# As MATLAB on a big-endian machine: a double array whose numbers are stored as 16-bit integers, and one of singles.
shorts, singles = (cube * 300).astype(">i2"), (cube / 8).astype(">f4")
with open("big_endian.mat", "wb") as file:
    file.write(b"MATLAB 5.0 MAT-file, written by hand".ljust(116) + bytes(8) + struct.pack(">H", 0x0100) + b"MI")
    file.write(variable("shorts", 6, 3, shorts.flatten(order="F"), cube.shape))
    file.write(variable("singles", 7, 7, singles.flatten(order="F"), cube.shape))
back = scipy.io.loadmat("big_endian.mat")
assert (back["shorts"] == shorts).all() and (back["singles"] == singles).all()
