#!/usr/bin/env python3
"""Writes csv.json, the tables that Tests/NNDataTests reads: random ones in many dialects, written and read by Python's csv.

usage: tools/reference/csv_fixtures.py [FOLDER]

Each table is an object: its text, its separator, its fields as csv.reader gives them, whether the first row is a header,
and what the columns but the last hold as numbers.
"""
import csv, io, json, pathlib, random, sys

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                      else pathlib.Path(__file__).parents[2] / "Tests" / "NNDataTests" / "Fixtures")
lottery = random.Random(20)
separators = {",": "comma", ";": "semicolon", "\t": "tab", " ": "space"}
letters = list("abcxyzABCéß,;.'\"- ") + ["\n"]


def word():
    text = "".join(lottery.choice(letters) for _ in range(lottery.randrange(7)))
    return (lottery.choice("abcdefg") + text + lottery.choice("hijklm")).replace("\n", "\n" if lottery.random() < 0.3 else "n")


def number():
    kind = lottery.randrange(4)
    if kind == 0:
        return str(lottery.randrange(-50, 100))
    if kind == 1:
        return repr(round(lottery.gauss(0, 10), lottery.randrange(1, 6)))
    if kind == 2:
        return f"{lottery.gauss(0, 1e6):.4e}"
    return repr(lottery.random())


tables = []
# Small tables, and then some that are wider and longer than any block that a reader may work in.
large = [(1, 129), (7, 97), (11, 31), (33, 9), (65, 5), (13, 17), (19, 23), (5, 61)]
for size in [None] * 200 + large:
    delimiter = lottery.choice(list(separators))
    columns, rows = size or (lottery.randrange(1, 6), lottery.randrange(3, 9))
    has_decimal_comma = delimiter != "," and lottery.random() < 0.4
    numbers = [[number() for _ in range(columns)] for _ in range(rows)]
    written = [[n.replace(".", ",") if has_decimal_comma else n for n in row] for row in numbers]
    kind = lottery.randrange(3)
    classes = list(dict.fromkeys(word() for _ in range(3)))
    for row in written:
        row.append(lottery.choice(classes) if kind == 0 else str(lottery.randrange(3)) if kind == 1 else row[0])
    header = lottery.choice(["none", "words", "numbers"])
    if header == "numbers" and columns < 3:
        header = "words"
    if header == "words":
        names = list(dict.fromkeys(word() for _ in range(40 if size is None else 400)))[:columns + 1]
        written.insert(0, names)
    elif header == "numbers":
        written.insert(0, [str(i) for i in range(columns + 1)])
    text = io.StringIO(newline="")
    # Python leaves a line feed without quotes where lines end in a carriage return alone.
    ends = ["\n", "\r\n"] + ["\r"] * (not any("\n" in field for row in written for field in row))
    csv.writer(text, delimiter=delimiter, lineterminator=lottery.choice(ends),
               quoting=lottery.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])).writerows(written)
    text = text.getvalue()
    fields = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert fields == written
    tables.append({
        "text": lottery.choice(["", "\ufeff"]) + text, "separator": separators[delimiter], "fields": fields,
        "header": header != "none", "numbers": [[float(n) for n in row] for row in numbers]})
with open(folder / "csv.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(table) for table in tables) + "\n]\n")
