"""The lecture's net of two layers in plain NumPy: writes its arrays, trains, prints the loss of every step.

    python3 tools/reference/two_layer.py models/data/two-layer
    nnrun weights pack start.safetensors w1.weight=models/data/two-layer/w1.npy \
        w2.weight=models/data/two-layer/w2.npy --transpose
    nnrun train models/lecture/two-layer-npy.xml --weights start.safetensors

With --small it writes a net of 20-6-3 on 8 samples instead, 40 steps, and the losses to losses.txt: the fixture of the
tests.
"""

import pathlib
import sys

import numpy as np

small = "--small" in sys.argv
folder = pathlib.Path([word for word in sys.argv[1:] if word != "--small"][0])
folder.mkdir(parents=True, exist_ok=True)
n, d, h, c, steps, rate = (8, 20, 6, 3, 40, 1e-2) if small else (64, 1000, 100, 10, 1000, 1e-4)

random = np.random.RandomState(0)
x, y = random.randn(n, d), random.randn(n, c)
w1, w2 = random.randn(d, h), random.randn(h, c)
for name, array in (("x", x), ("y", y), ("w1", w1), ("w2", w2)):
    np.save(folder / f"{name}.npy", array)

losses = []
for t in range(steps):
    hidden = 1 / (1 + np.exp(-x.dot(w1)))
    prediction = hidden.dot(w2)
    loss = np.square(prediction - y).sum()
    losses.append(loss)
    if not small:
        print(t, loss)
    grad_prediction = 2 * (prediction - y)
    grad_w2 = hidden.T.dot(grad_prediction)
    grad_hidden = grad_prediction.dot(w2.T)
    grad_w1 = x.T.dot(grad_hidden * hidden * (1 - hidden))
    w1 -= rate * grad_w1
    w2 -= rate * grad_w2
if small:
    (folder / "losses.txt").write_text("".join(f"{float(loss)!r}\n" for loss in losses))
