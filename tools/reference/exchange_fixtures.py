#!/usr/bin/env python3
"""Writes Tests/PluginTests/Fixtures/exchange.safetensors: PyTorch's state_dict of the net of exchange.xml beside it, after
some training steps, with an input and the output that PyTorch computes in evaluation mode.

usage: tools/reference/exchange_fixtures.py
       needs: pip install torch safetensors
"""
import pathlib
from collections import OrderedDict
import torch
from safetensors.torch import save_file

FILE = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/PluginTests/Fixtures/exchange.safetensors"


def main():
    torch.manual_seed(5)
    net = torch.nn.Sequential(OrderedDict(
        conv1=torch.nn.Conv2d(3, 16, 3, padding=1), norm1=torch.nn.BatchNorm2d(16), relu1=torch.nn.ReLU(),
        conv2=torch.nn.Conv2d(16, 12, 5, padding=2), pool=torch.nn.MaxPool2d(2),
        conv3=torch.nn.Conv2d(12, 12, 3, padding=1, bias=False), norm2=torch.nn.BatchNorm2d(12), relu2=torch.nn.ReLU(),
        conv4=torch.nn.Conv2d(12, 24, 3, stride=2, padding=1, groups=2), flatten=torch.nn.Flatten(),
        fc=torch.nn.Linear(384, 5)))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    for _ in range(20):
        loss = torch.nn.functional.cross_entropy(net(torch.randn(16, 3, 16, 16)), torch.randint(0, 5, (16,)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    arrays = {name: array.detach().clone() for name, array in net.state_dict().items()}
    arrays["example.input"] = torch.randn(4, 3, 16, 16)
    with torch.no_grad():
        arrays["example.output"] = net(arrays["example.input"])
    save_file(arrays, FILE)
    print(f"{FILE.name}: {FILE.stat().st_size} bytes, outputs up to {arrays['example.output'].abs().max():.3f}")


if __name__ == "__main__":
    main()
