"""Writes Tests/NNDataTests/Fixtures/png: small PNG files of every colour type, with and without chunks about gamma,
profiles and transparency, and what Pillow makes of them.

For each file NAME.png a file NAME.rgb holds width, height (a byte each), then red, green and blue of Pillow's
convert("RGB"), and NAME.grey the same of convert("L"). Of grey pixels with 16 bits, which Pillow clips instead of scaling,
they hold the upper eight bits, as Pillow gives them for colours. Run with Pillow and NumPy installed:

    python3 tools/reference/png_fixtures.py
"""

import pathlib
import struct
import zlib

import numpy as np
from PIL import Image

folder = pathlib.Path(__file__).resolve().parents[2] / "Tests/NNDataTests/Fixtures/png"
folder.mkdir(parents=True, exist_ok=True)
WIDTH, HEIGHT = 11, 7
random = np.random.RandomState(8)
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(kind, depth, chunks=(), palette=b"", after=()):
    """A file of random pixels: chunks before the palette, the palette, chunks after it."""
    bits = WIDTH * CHANNELS[kind] * depth
    rows = b"".join(b"\0" + random.bytes((bits + 7) // 8) for _ in range(HEIGHT))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *chunks]
    if palette:
        parts.append(chunk(b"PLTE", palette))
    parts += [*after, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


linear = chunk(b"gAMA", struct.pack(">I", 100_000))
dark = chunk(b"gAMA", struct.pack(">I", 20_000))
primaries = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))
intent = chunk(b"sRGB", b"\0")
background = chunk(b"bKGD", struct.pack(">3H", 255, 0, 0))
significant = chunk(b"sBIT", b"\5\6\5")
colours = random.bytes(48)

files = {
    "grey-1": png(GREY, 1),
    "grey-2": png(GREY, 2),
    "grey-4": png(GREY, 4, [linear]),
    "grey-8-gamma": png(GREY, 8, [linear]),
    "grey-8-transparent": png(GREY, 8, after=[chunk(b"tRNS", struct.pack(">H", 7))]),
    "grey-16": png(GREY, 16),
    "grey-16-gamma": png(GREY, 16, [dark]),
    "colour-8-gamma": png(COLOUR, 8, [linear]),
    "colour-8-dark": png(COLOUR, 8, [dark, primaries]),
    "colour-8-srgb": png(COLOUR, 8, [intent]),
    "colour-8-bits": png(COLOUR, 8, [significant], after=[background]),
    "colour-8-transparent": png(COLOUR, 8, after=[chunk(b"tRNS", struct.pack(">3H", 1, 2, 3))]),
    "colour-16": png(COLOUR, 16),
    "colour-16-gamma": png(COLOUR, 16, [linear]),
    "palette-4": png(PALETTE, 4, palette=colours),
    "palette-4-transparent": png(PALETTE, 4, [linear], colours, [chunk(b"tRNS", bytes(range(0, 160, 10)))]),
    "grey-alpha-8": png(GREY_ALPHA, 8),
    "grey-alpha-8-gamma": png(GREY_ALPHA, 8, [linear]),
    "grey-alpha-16": png(GREY_ALPHA, 16),
    "colour-alpha-8": png(COLOUR_ALPHA, 8, after=[background]),
    "colour-alpha-8-gamma": png(COLOUR_ALPHA, 8, [dark]),
    "colour-alpha-16": png(COLOUR_ALPHA, 16),
}
for name, data in files.items():
    (folder / f"{name}.png").write_bytes(data)
    image = Image.open(folder / f"{name}.png")
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image).astype(np.int64) >> 8).astype(np.uint8))
    for mode, ending in (("RGB", "rgb"), ("L", "grey")):
        shown = image.convert(mode)
        (folder / f"{name}.{ending}").write_bytes(bytes(shown.size) + shown.tobytes())
