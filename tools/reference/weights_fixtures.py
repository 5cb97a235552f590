#!/usr/bin/env python3
"""Writes the safetensors files that Tests/NNWeightsTests reads, with Python's safetensors and PyTorch.

usage: tools/reference/weights_fixtures.py [FOLDER]        needs: safetensors, torch

values.txt lists, for each array, the file's name, the array's name, its type, its sizes and its elements.
"""
import json, pathlib, struct, sys, zlib
import torch
from safetensors.torch import load, save_file

folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1
                      else pathlib.Path(__file__).parents[2] / "Tests" / "NNWeightsTests" / "Fixtures")
folder.mkdir(parents=True, exist_ok=True)
words = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
         torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2"}
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
# Every eight-bit number, and sixteen-bit ones at the edges: subnormal, largest, infinite, not a number.
codes = torch.arange(256, dtype=torch.uint8)
halves = torch.tensor([0x0001, 0x8001, 0x03FF, 0x0400, 0x7BFF, 0x7C00, 0xFC00, 0x7E00, 0x3555], dtype=torch.uint16)
save("small-floats.safetensors", {
    "e4m3": codes.view(torch.float8_e4m3fn), "e5m2": codes.clone().view(torch.float8_e5m2),
    "half": halves.view(torch.float16), "brain": halves.clone().view(torch.bfloat16),
})
# The file that TensorFileTests.golden writes, made here from the format's definition; Python's reader must take it.
arrays = {"fc1.weight": torch.tensor([[1.5, -0.0, 3.0], [0.1, 1e-40, -65504.0]]), "fc1.bias": torch.tensor([0.25, 7.0]),
          "none": torch.zeros(0, 3), "scale": torch.tensor(0.1, dtype=torch.float64)}
data, header = b"", {"__metadata__": {}}
for key, value in arrays.items():
    raw = value.numpy().tobytes()
    header[key] = {"dtype": words[value.dtype], "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
    data += raw
texts = {"format": "pt", "classes": "[\"a\\\"b\",\"naïve\\n🎉\"]", "control": "\u0001\t\r\n\u007f\\ /"}


def number(value):
    return struct.pack("<Q", value)


def text_bytes(text):
    return number(len(text.encode())) + text.encode()


# The checksum covers texts, names, types, shapes and places before the arrays' bytes.
described = number(len(texts)) + b"".join(text_bytes(key) + text_bytes(texts[key]) for key in sorted(texts))
described += number(len(arrays))
for key in sorted(arrays):
    entry = header[key]
    described += text_bytes(key) + text_bytes(entry["dtype"]) + number(len(entry["shape"]))
    described += b"".join(number(size) for size in entry["shape"]) + number(entry["data_offsets"][0])
texts["nnrun.checksum"] = f"2:{zlib.crc32(data, zlib.crc32(described)):08x}"
header["__metadata__"] = dict(sorted(texts.items()))
text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
text += b" " * (-len(text) % 8)
golden = struct.pack("<Q", len(text)) + text + data
for key, value in load(golden).items():
    assert value.dtype == arrays[key].dtype and torch.equal(value, arrays[key]), key
(folder / "golden.safetensors").write_bytes(golden)
(folder / "values.txt").write_text("\n".join(lines) + "\n")
