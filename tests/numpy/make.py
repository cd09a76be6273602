"""Wrote the files beside it, by numpy 2.4; run it to write them again."""

import numpy

numpy.save("bytes.npy", numpy.arange(12, dtype=numpy.uint8).reshape(2, 2, 3) * 20)
numpy.save("singles.npy", numpy.linspace(0, 1, 12, dtype=numpy.float32).reshape(2, 6))
numpy.save("doubles_big_endian.npy", numpy.linspace(0, 1, 12).reshape(2, 6).astype(">f8"))
numpy.save("halves.npy", numpy.array([[0, 1, 0.5, -2.5, 6e-8, 65504, numpy.inf, 1 / 3]], dtype=numpy.float16))
numpy.save("fortran.npy", numpy.asfortranarray(numpy.ones((2, 3), dtype=numpy.float32)))
numpy.save("integers.npy", numpy.arange(6).reshape(2, 3))
numpy.save("objects.npy", numpy.array([[1, "one"]], dtype=object))
colours = numpy.arange(24, dtype=numpy.uint8).reshape(2, 2, 2, 3)
numpy.save("channels_last.npy", colours)
numpy.save("channels_first.npy", numpy.ascontiguousarray(colours.transpose(0, 3, 1, 2)))
