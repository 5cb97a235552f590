#!/usr/bin/env python3
"""Writes the archives and arrays of nets with several inputs that Tests/CommandTests reads, with NumPy.

usage: tools/reference/binding_fixtures.py [FOLDER]        needs: numpy

two.npz        a (12 x 3), b (12 x 2) and the class y that the first of a decides
a.npy, b.npy   the arrays of two.npz
pictures.npz   vec (16 x 4), pic (16 x 3 x 8 x 8) and y
last.npy       pictures with the channels last, 5 x 8 x 8 x 3
"""
import pathlib, sys
import numpy as np

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                      else pathlib.Path(__file__).parents[2] / "Tests" / "CommandTests" / "Fixtures" / "binding")
folder.mkdir(parents=True, exist_ok=True)
random = np.random.RandomState(3)
a = random.randn(12, 3).astype(np.float32)
b = random.randn(12, 2).astype(np.float32)
y = (a[:, 0] > 0).astype(np.int64)
np.savez(folder / "two.npz", a=a, b=b, y=y)
np.save(folder / "a.npy", a)
np.save(folder / "b.npy", b)
pic = random.randint(0, 256, (16, 3, 8, 8)).astype(np.uint8)
np.savez_compressed(folder / "pictures.npz", vec=random.randn(16, 4).astype(np.float32), pic=pic,
                    y=(np.arange(16) % 2).astype(np.int64))
np.save(folder / "last.npy", np.moveaxis(pic[:5], 1, -1))
