#!/usr/bin/env python3
"""Writes the letters with accents, and what is left of each without, as Sources/NNData/Text/AccentTable.swift.

usage: tools/reference/accent_table.py > Sources/NNData/Text/AccentTable.swift

An entry is a scalar and what remains of its canonical decomposition (NFD) without nonspacing marks, in hexadecimal digits.
Syllables of Hangul are left out: they are computed.
"""
import sys, textwrap, unicodedata

entries = []
for code in range(0x80, 0x110000):
    character = chr(code)
    if unicodedata.category(character) in ("Mn", "Cs") or 0xAC00 <= code <= 0xD7A3:
        continue
    rest = [c for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn"]
    if rest != [character]:
        entries.append(",".join(f"{ord(c):x}" for c in [character] + rest))
print("/// Scalars and what is left of them without accents, in hexadecimal digits. tools/reference/accent_table.py writes the")
print(f"/// table from Unicode {unicodedata.unidata_version}.")
print('let accentTable = """')
for line in textwrap.wrap(" ".join(entries), 116):
    print("  " + line)
print('  """')
print(f"{len(entries)} entries", file=sys.stderr)
