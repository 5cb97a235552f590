#!/usr/bin/env python3
"""A long table in random order and the sequences that pandas makes of it, for Tests/NNDataTests/Fixtures/long.

usage: tools/reference/long_table_fixtures.py        needs: pip install pandas

table.csv has one row for each step. sequences.txt has a line for each group, in the order of the groups' first rows: its
name, its steps as numbers of the columns level and "flow, in", its label, and the labels of its steps. The first line holds
mean and population deviation of level over the rows of every second group.
"""
import os

import numpy as np
import pandas as pd

folder = os.path.join(os.path.dirname(__file__), "..", "..", "Tests", "NNDataTests", "Fixtures", "long")
random = np.random.RandomState(5)
rows = []
for group in range(14):
    start = pd.Timestamp("2023-12-28") + pd.Timedelta(days=int(random.randint(9)))
    for step in range(random.randint(1, 8)):
        rows.append(
            {
                "day": (start + pd.Timedelta(days=3 * step)).strftime("%d.%m.%Y"),
                "level": round(float(random.normal(40, 9)), 3),
                "sensor": f'"{group}", hall',
                "flow, in": round(float(random.lognormal(1, 2)), 4),
                "kind": ["calm", "rough"][group % 2],
                "state": ["idle", "busy", "off"][random.randint(3)],
            }
        )
table = pd.DataFrame(rows).sample(frac=1, random_state=2)
os.makedirs(folder, exist_ok=True)
table.to_csv(os.path.join(folder, "table.csv"), index=False)

table["time"] = pd.to_datetime(table["day"], dayfirst=True)
groups = [(name, rows.sort_values("time")) for name, rows in table.groupby("sensor", sort=False)]
half = pd.concat([rows for _, rows in groups[::2]])
with open(os.path.join(folder, "sequences.txt"), "w") as file:
    print(repr(float(half["level"].mean())), repr(float(half["level"].std(ddof=0))), file=file)
    for name, rows in groups:
        steps = ";".join(f"{level!r} {flow!r}" for level, flow in zip(rows["level"].tolist(), rows["flow, in"].tolist()))
        print(name, steps, rows["kind"].iloc[0], " ".join(rows["state"]), sep="|", file=file)
