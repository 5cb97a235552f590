#!/usr/bin/env python3
"""Writes the quantiles of symmetric beta distributions that Tests/NNDataTests compares random numbers with.

usage: tools/reference/augmentation_fixtures.py [FOLDER]        needs: scipy

A line of beta.txt is alpha, and then the values below which 5, 10, 25, 40, 60, 75, 90 and 95 percent of Beta(alpha,
alpha) lie.
"""
import pathlib, sys
from scipy.stats import beta

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                      else pathlib.Path(__file__).parents[2] / "Tests" / "NNDataTests" / "Fixtures")
with open(folder / "beta.txt", "w") as file:
    for alpha in [0.1, 0.2, 0.5, 0.7, 1, 2, 8]:
        quantiles = [beta.ppf(q, alpha, alpha) for q in [0.05, 0.1, 0.25, 0.4, 0.6, 0.75, 0.9, 0.95]]
        file.write(" ".join(repr(float(x)) for x in [alpha, *quantiles]) + "\n")
