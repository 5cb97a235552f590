#!/usr/bin/env python3
"""Writes Tests/CommandTests/Fixtures/adoption: state_dicts of one net as PyTorch's programs save them, rows, and the
probabilities that PyTorch computes for them.

usage: tools/reference/adoption_fixtures.py
       needs: pip install torch safetensors
"""
import pathlib
from collections import OrderedDict
import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/CommandTests/Fixtures/adoption"


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(11)
    net = torch.nn.Sequential(OrderedDict(
        fc1=torch.nn.Linear(4, 5), bn=torch.nn.BatchNorm1d(5), relu=torch.nn.ReLU(), fc2=torch.nn.Linear(5, 3)))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(net(torch.randn(16, 4)), torch.randint(0, 3, (16,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    arrays = {name: array.detach().clone() for name, array in net.state_dict().items()}
    save_file(arrays, FOLDER / "plain.safetensors")
    # As torch.nn.DataParallel names them, in half precision; and as one file for two nets.
    save_file({f"module.{name}": array.half() if array.is_floating_point() else array for name, array in arrays.items()},
              FOLDER / "module.safetensors")
    save_file({f"{prefix}.{name}": array.clone() for prefix in ("net", "ema") for name, array in arrays.items()},
              FOLDER / "twice.safetensors")
    rows = torch.randn(6, 4)
    with torch.no_grad():
        probabilities = torch.softmax(net(rows), 1)
    for name, values in (("rows.csv", rows), ("probabilities.csv", probabilities)):
        (FOLDER / name).write_text("".join(",".join(repr(x) for x in row) + "\n" for row in values.tolist()))
    print(f"loss {loss:.3f}; probabilities from {probabilities.min():.3f} to {probabilities.max():.3f}")


if __name__ == "__main__":
    main()
