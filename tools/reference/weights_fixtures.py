#!/usr/bin/env python3
"""Writes the safetensors files that Tests/NNWeightsTests reads, with Python's safetensors and PyTorch.

usage: tools/reference/weights_fixtures.py [FOLDER]        needs: safetensors, torch

values.txt lists, for each array, the file's name, the array's name, its type, its sizes and its elements.
"""
import json, pathlib, struct, sys
import torch
from safetensors.torch import save_file

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                      else pathlib.Path(__file__).parents[2] / "Tests" / "NNWeightsTests" / "Fixtures")
folder.mkdir(parents=True, exist_ok=True)
words = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL"}
lines = []


def note(name, arrays):
    for key, value in arrays.items():
        sizes = "x".join(str(size) for size in value.shape) or "scalar"
        elements = " ".join(repr(float(x)) for x in value.reshape(-1))
        lines.append(f"{name}\t{key}\t{words[value.dtype]}\t{sizes}\t{elements}")


def save(name, arrays, metadata=None):
    save_file(arrays, folder / name, metadata=metadata)
    note(name, arrays)


torch.manual_seed(0)
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 2))
save("state-dict.safetensors", net.state_dict(), {"format": "pt"})
numbers = torch.tensor([[0.5, -1.25, 3.0], [65504.0, 0.1, -0.0]], dtype=torch.float64)
save("types.safetensors", {
    "double": numbers, "single": numbers.float(), "half": numbers.half(), "brain": numbers.bfloat16(),
    "long": torch.tensor([1, -2, 2**40]), "int": torch.tensor([1, -2], dtype=torch.int32),
    "short": torch.tensor([-300], dtype=torch.int16), "tiny": torch.tensor([-128, 127], dtype=torch.int8),
    "byte": torch.tensor([0, 255], dtype=torch.uint8), "flag": torch.tensor([True, False]),
    "empty": torch.zeros(0, 3), "scalar": torch.tensor(2.5),
}, {"författare": "Ωμέγα \"quoted\"\n新しい 🎉"})
# A header whose length is no multiple of eight, in an order of its own.
values = torch.tensor([1.5, -2.5])
header = json.dumps({"b": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, separators=(",", ":")).encode()
header += b" " * (3 if (len(header) + 3) % 8 else 4)
(folder / "unaligned.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + values.numpy().tobytes())
note("unaligned.safetensors", {"b": values})
(folder / "values.txt").write_text("\n".join(lines) + "\n")
