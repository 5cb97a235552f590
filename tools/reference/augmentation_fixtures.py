#!/usr/bin/env python3
"""Writes what Tests/NNDataTests compares random changes to samples with: NumPy's and SciPy's results.

usage: tools/reference/augmentation_fixtures.py [FOLDER]        needs: numpy, scipy

A line of beta.txt is alpha, and then the values below which 5, 10, 25, 40, 60, 75, 90 and 95 percent of Beta(alpha,
alpha) lie.

A line of augmented.txt is a change, its parameters, a colon, and the changed numbers of a picture of 3 x 7 x 11; its
number i is i * i % 101 - 40.
"""
import pathlib, sys
import numpy as np
from scipy.ndimage import affine_transform
from scipy.stats import beta

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                      else pathlib.Path(__file__).parents[2] / "Tests" / "NNDataTests" / "Fixtures")
with open(folder / "beta.txt", "w") as file:
    for alpha in [0.1, 0.2, 0.5, 0.7, 1, 2, 8]:
        quantiles = [beta.ppf(q, alpha, alpha) for q in [0.05, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, 0.95]]
        file.write(" ".join(repr(float(x)) for x in [alpha, *quantiles]) + "\n")

channels, height, width = 3, 7, 11
numbers = np.arange(channels * height * width)
picture = (numbers * numbers % 101 - 40.0).reshape(channels, height, width)


def translated(picture, right, down, fill):
    """A crop of the padded picture, as torchvision's RandomCrop makes it."""
    margin = max(abs(right), abs(down))
    mode = {"mode": "edge"} if fill == "edge" else {"mode": "constant"}
    padded = np.pad(picture, ((0, 0), (margin, margin), (margin, margin)), **mode)
    top, left = margin - down, margin - right
    return padded[:, top:top + height, left:left + width]


def resampled(matrix, offset):
    """The picture at matrix @ (row, column) + offset, seen from its middle; bilinear, zeros beyond the edges."""
    middle = np.array([(height - 1) / 2, (width - 1) / 2])
    start = middle + offset - matrix @ middle
    return np.stack([affine_transform(plane, matrix, start, order=1, mode="grid-constant") for plane in picture])


def rotated(degrees):
    """Counterclockwise for the eye, rows counting downwards."""
    angle = np.deg2rad(degrees)
    return resampled(np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]), 0)


def covered(side, column, row):
    result = picture.copy()
    left, top = column - side // 2, row - side // 2
    result[:, max(0, top):max(0, top + side), max(0, left):max(0, left + side)] = 0
    return result


lines = [("flip horizontal", picture[:, :, ::-1]), ("flip vertical", picture[:, ::-1])]
for right, down in [(0, 0), (3, 0), (-5, 2), (1, -4), (-2, -1), (4, 5)]:
    for fill in ["zero", "edge"]:
        lines.append((f"translate {right} {down} {fill}", translated(picture, right, down, fill)))
# The views of test-time augmentation with mirroring and a shift of 3, in their order.
views = [translated(picture, right, down, "zero") for right, down in [(0, 0), (-3, 0), (3, 0), (0, -3), (0, 3)]]
for index, view in enumerate(views + [view[:, :, ::-1] for view in views]):
    lines.append((f"view {index}", view))
for degrees in [10, -37.5, 90, 180]:
    lines.append((f"rotate {degrees}", rotated(degrees)))
for share, x, y in [(0.8, 0, 0), (0.55, 1.75, -0.5), (0.3, -3.5, 2)]:
    lines.append((f"zoom {share} {x} {y}", resampled(np.eye(2) * share, np.array([y, x]))))
for side, column, row in [(3, 5, 3), (4, 0, 6), (5, 10, 1), (2, 9, 0), (9, 4, 2)]:
    lines.append((f"cutout {side} {column} {row}", covered(side, column, row)))
with open(folder / "augmented.txt", "w") as file:
    for change, result in lines:
        file.write(change + " : " + " ".join(f"{x:.12g}" for x in result.reshape(-1)) + "\n")
