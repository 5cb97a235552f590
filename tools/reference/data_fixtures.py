#!/usr/bin/env python3
"""Writes the data files that Tests/NNDataTests reads, with NumPy.

usage: tools/reference/data_fixtures.py [FOLDER]        needs: numpy

Every npy and IDX file holds 3 samples of 2 by 2 elements whose values are listed in values.txt: the file's name, then
the elements in row-major order.
"""
import gzip, pathlib, struct, sys
import numpy as np

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                      else pathlib.Path(__file__).parents[2] / "Tests" / "NNDataTests" / "Fixtures")
folder.mkdir(parents=True, exist_ok=True)
values = []


def note(name, array):
    values.append(name + " " + " ".join(repr(float(x)) for x in np.asarray(array).reshape(-1)))


def save(name, array, version=(1, 0)):
    with open(folder / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)
    note(name, array)


fractions = np.array([0.5, -1.25, 3, 65504, -6.103515625e-05, 5.960464477539063e-08, 0, -0.0, 1000, 0.1, -2, 7]).reshape(3, 2, 2)
whole = np.array([0, 1, 2, 127, 100, 5, 6, 7, 8, 9, 10, 11]).reshape(3, 2, 2)
for kind in ["f2", "f4", "f8"]:
    for order, word in [("<", "little"), (">", "big")]:
        save(f"{kind}-{word}.npy", fractions.astype(order + kind))
for kind in ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
    signed = whole * (-1 if kind[0] == "i" else 1)
    save(f"{kind}-little.npy", signed.astype("<" + kind))
    save(f"{kind}-big.npy", signed.astype(">" + kind))
save("bool.npy", whole % 2 == 1)
save("fortran.npy", np.asfortranarray(fractions.astype("<f4")))
save("fortran-bytes.npy", np.asfortranarray(whole.astype("u1")))
save("version2.npy", whole.astype("<f4"), (2, 0))
save("version3.npy", whole.astype("<f4"), (3, 0))
save("vector.npy", np.arange(5, dtype="<f4"))
save("labels.npy", np.array([2, 0, 1], dtype="<i8"))
np.save(folder / "scalar.npy", np.float32(3))
np.save(folder / "none.npy", np.zeros((0, 4), "<f4"))
np.save(folder / "complex.npy", np.zeros((3, 2), "<c8"))
np.save(folder / "text.npy", np.array(["a", "bc"]))
np.save(folder / "structured.npy", np.zeros(3, dtype=[("a", "<f4"), ("b", "<i4")]))
np.savez(folder / "stored.npz", x=fractions.astype("<f4"), y=np.array([2, 0, 1]))
np.savez_compressed(folder / "deflated.npz", x=fractions.astype("<f4"), y=np.array([2, 0, 1]))
codes = {"u1": 8, "i1": 9, "i2": 0xB, "i4": 0xC, "f4": 0xD, "f8": 0xE}
for kind, code in codes.items():
    array = (fractions if kind[0] == "f" else whole).astype(">" + kind)
    content = bytes([0, 0, code, 3]) + struct.pack(">3I", *array.shape) + array.tobytes()
    (folder / f"{kind}.idx").write_bytes(content)
    note(f"{kind}.idx", array)
    if kind == "u1":
        (folder / "u1.idx.gz").write_bytes(gzip.compress(content, mtime=0))
        note("u1.idx.gz", array)
(folder / "labels.idx").write_bytes(bytes([0, 0, 8, 1]) + struct.pack(">I", 3) + bytes([2, 0, 1]))
(folder / "values.txt").write_text("\n".join(values) + "\n")
