#!/usr/bin/env python3
"""Numbers that scikit-learn and NumPy make of a small table, for Tests/NNDataTests/Fixtures/columns.txt.

usage: tools/reference/column_fixtures.py > Tests/NNDataTests/Fixtures/columns.txt        needs: pip install scikit-learn

Each line: the attributes of an element of <columns>, the fields (a gap is empty), and the numbers of each row, by
SimpleImputer and a scaler, or by OneHotEncoder.
"""
import numpy as np
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, RobustScaler, StandardScaler

random = np.random.RandomState(4)


def text(value):
    return "" if value != value else repr(float(value))


def line(attributes, fields, rows):
    numbers = ";".join(" ".join(repr(float(x)) for x in row) for row in rows)
    print("|".join([attributes, ",".join(fields), numbers]))


signed_log = FunctionTransformer(lambda x: np.sign(x) * np.log1p(np.abs(x)))
for missing in ["mean", "median", "mode", "constant"]:
    for scale in ["standard", "minMax", "robust", "log", "none"]:
        x = np.round(random.lognormal(2, 1.5, 24) - 4, 2)
        x[random.choice(24, 5, replace=False)] = np.nan
        x[[1, 6, 9]] = 7.25
        column = x[:, None]
        strategy = {"mode": "most_frequent"}.get(missing, missing)
        filled = SimpleImputer(strategy=strategy, fill_value=-3.5).fit_transform(column)
        if scale == "log":
            filled = signed_log.transform(filled)
        scalers = {"standard": StandardScaler(), "log": StandardScaler(), "minMax": MinMaxScaler(), "robust": RobustScaler()}
        scaled = scalers[scale].fit_transform(filled) if scale in scalers else filled
        gaps = MissingIndicator(features="all").fit_transform(column)
        attributes = f'number missing="{missing}" scale="{scale}" indicator="true"'
        if missing == "constant":
            attributes += ' fill="-3.5"'
        line(attributes, [text(v) for v in x], np.hstack([scaled, gaps]))

words = np.array(["red", "green", "blue", "sea green", "7", "31", "grey"])
for count in [1, 2, 4]:
    fields = words[random.choice(7, 30, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.07, 0.03])]
    encoder = OneHotEncoder(min_frequency=count if count > 1 else None, sparse_output=False, handle_unknown="ignore")
    rows = encoder.fit_transform(fields[:, None])
    line(f'category minimumCount="{count}"', list(fields), rows)
