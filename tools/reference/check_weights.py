#!/usr/bin/env python3
"""Loads weights of a trained mlp with Python's safetensors and PyTorch and compares the predictions.

usage: tools/reference/check_weights.py WEIGHTS INPUT.npy PREDICTIONS.npy
       needs: pip install numpy torch safetensors

WEIGHTS are of a net of dense layers named fc1, fc2 ... with relu between them and a softmax at the end; PREDICTIONS what
`nnrun predict WEIGHTS INPUT.npy --format npy` wrote. Preprocessing is read from the file's metadata.
"""
import json
import sys
import numpy as np, torch
from safetensors import safe_open
from safetensors.torch import load_file


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    weights, inputs, predictions = sys.argv[1:]
    state = load_file(weights)
    names = sorted({name.split(".")[0] for name in state})
    layers = []
    for index, name in enumerate(names):
        outputs, width = state[f"{name}.weight"].shape
        layers += [(name, torch.nn.Linear(width, outputs))]
        layers += [(f"relu{index}", torch.nn.ReLU())] if index < len(names) - 1 else [("softmax", torch.nn.Softmax(1))]
    from collections import OrderedDict
    net = torch.nn.Sequential(OrderedDict(layers)).to(state[f"{names[0]}.weight"].dtype)
    net.load_state_dict(state, strict=True)
    with safe_open(weights, "np") as file:
        metadata = file.metadata()
    steps = list(json.loads(metadata["nnrun.record"])["data"]["preprocessing"].values()) or [{"scales": [1], "shifts": [0]}]
    scale, shift = np.array(steps[0]["scales"]), np.array(steps[0]["shifts"])
    x = torch.tensor(np.load(inputs) * scale + shift, dtype=next(net.parameters()).dtype)
    with torch.no_grad():
        difference = np.abs(net(x).numpy() - np.load(predictions)).max()
    print(f"{len(state)} arrays loaded strictly; largest difference of a prediction: {difference:.2e}")
    sys.exit(0 if difference < 1e-5 else 1)


if __name__ == "__main__":
    main()
