"""Writes Tests/NNDataTests/Fixtures/images: small pictures in many forms, and what Pillow makes of them.

For each file NAME a file NAME.rgb holds width, height (a byte each), then Pillow's red, green and blue; for sizes.png also
sizes-WxH.rgb after Image.resize with BILINEAR, and sizes.grey after convert("L"). Run with Pillow and NumPy installed:

    python3 tools/reference/image_fixtures.py
"""

import io
import pathlib

import numpy as np
from PIL import Image

folder = pathlib.Path(__file__).resolve().parents[2] / "Tests/NNDataTests/Fixtures/images"
folder.mkdir(parents=True, exist_ok=True)
y, x = np.mgrid[0:13, 0:17]
smooth = np.stack([x * 15, y * 19, (x * 7 + y * 11) % 256], axis=2).astype(np.uint8)
noise = np.random.RandomState(3).randint(0, 256, (13, 17, 3)).astype(np.uint8)


def keep(name, image, expected=None, **options):
    image.save(folder / name, **options)
    shown = expected or Image.open(folder / name).convert("RGB")
    (folder / f"{name}.rgb").write_bytes(bytes(shown.size) + shown.tobytes())


keep("colour.png", Image.fromarray(noise))
keep("grey.png", Image.fromarray(noise[:, :, 0]))
keep("palette.png", Image.fromarray(smooth).quantize(16))
keep("one-bit.png", Image.fromarray(noise[:, :, 0]).convert("1"))
alpha = np.dstack([noise, np.where(x < 8, 255, 0).astype(np.uint8)])
keep("alpha.png", Image.fromarray(alpha, "RGBA"))
sixteen = noise[:, :, 0].astype(np.uint16) * 257
keep("sixteen.png", Image.fromarray(sixteen), Image.fromarray(noise[:, :, 0]).convert("RGB"))
keep("colour.jpg", Image.fromarray(smooth), quality=90, subsampling=0)
keep("subsampled.jpg", Image.fromarray(smooth), quality=90, subsampling=2)
keep("progressive.jpg", Image.fromarray(smooth), quality=85, progressive=True)
keep("grey.jpg", Image.fromarray(smooth[:, :, 0]), quality=90)
keep("print.jpg", Image.fromarray(smooth).convert("CMYK"), quality=95)

sizes = Image.fromarray(noise)
sizes.save(folder / "sizes.png")
for width, height in ((17, 13), (8, 6), (5, 13), (34, 26), (20, 7), (1, 1), (3, 29)):
    small = sizes.resize((width, height), Image.BILINEAR)
    (folder / f"sizes-{width}x{height}.rgb").write_bytes(bytes(small.size) + small.tobytes())
(folder / "sizes.grey").write_bytes(bytes(sizes.size) + sizes.convert("L").tobytes())

data = io.BytesIO()
Image.fromarray(smooth).save(data, "JPEG")
(folder / "early.jpg").write_bytes(data.getvalue()[: len(data.getvalue()) * 2 // 3])
data = io.BytesIO()
Image.fromarray(noise).save(data, "PNG")
(folder / "early.png").write_bytes(data.getvalue()[: len(data.getvalue()) // 2])
