#!/usr/bin/env python3
"""Writes what PyTorch computes, in double precision, for layers of sequences with lengths.

    python3 tools/reference/recurrent_fixtures.py > Tests/PluginTests/Fixtures/recurrent.txt

Needs torch. The form is that of layer_fixtures.py, with one kind of line more, before the arrays:

    lengths INPUT STEPS STEPS ...     the valid steps of each sample of an input, from 1; without it all are valid

Padding is 0 in inputs and outputs. Lengths go through packed sequences and key_padding_mask.
"""
import random

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

WEIGHT, BATCH = 0.7, 3
torch.set_default_dtype(torch.float64)
torch.manual_seed(24)
choose = random.Random(24)


def draw(*shape, spread=1.0):
    return torch.round(torch.randn(*shape) * spread, decimals=3)


def write(name, tensor):
    print("array", name, *(repr(round(float(v), 15)) for v in tensor.detach().reshape(-1)))


def valid(lengths, steps):
    """1 at valid steps, 0 at padding: batch x steps x 1."""
    return (torch.arange(steps)[None] < torch.tensor(lengths)[:, None]).double()[..., None]


def case(name, attributes, inputs, lengths, module, run):
    """Writes a case: run(module, inputs) gives the output."""
    print(" ".join(["case", name] + [f'{k}="{v}"' for k, v in attributes.items()]))
    print("shapes", *("x".join(map(str, x.shape[1:])) for x in inputs))
    for index, given in enumerate(lengths):
        if given:
            print("lengths", index + 1, *given)
    inputs = [(x * valid(given, x.shape[1]) if given else x).requires_grad_() for x, given in zip(inputs, lengths)]
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(draw(*parameter.shape, spread=0.5))
    output = run(module, inputs)
    target = draw(*output.shape)
    arrays = [(f"x{i + 1}", x) for i, x in enumerate(inputs)] + list(module.named_parameters())
    for array in arrays:
        write(*array)
    write("t1.1", target)
    write("y1", output)
    total = WEIGHT * (output * target).sum()
    write("total", total)
    total.backward()
    for array, tensor in arrays:
        write("gradient." + array, tensor.grad)


def reversed_steps(x, lengths):
    return torch.stack([torch.cat([row[:n].flip(0), row[n:]]) for row, n in zip(x, lengths)])


def recurrent(name, direction, everything, layers, bias, steps, features, units, varies):
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[name]
    both = direction == "both"
    module = kind(features, units, num_layers=layers, bias=bias, batch_first=True, bidirectional=both)
    given = [choose.randint(1, steps) for _ in range(BATCH)] if varies else None
    attributes = {"units": units, "direction": direction, "return": "all" if everything else "last", "layers": layers,
                  "bias": str(bias).lower()}

    def run(module, inputs):
        counts = given or [steps] * BATCH
        x = reversed_steps(inputs[0], counts) if direction == "backward" else inputs[0]
        packed = pack_padded_sequence(x, counts, batch_first=True, enforce_sorted=False)
        out, state = module(packed)
        if not everything:
            state = state[0] if name == "lstm" else state
            return torch.cat(list(state[-2:] if both else state[-1:]), 1)
        y = pad_packed_sequence(out, batch_first=True, total_length=steps)[0]
        return reversed_steps(y, counts) if direction == "backward" else y

    case(name, attributes, [draw(BATCH, steps, features)], [given], module, run)


def attention(heads, width, queries, keys, causal, bias, varies):
    """Self-attention if there are no keys."""
    features = heads * width
    module = torch.nn.MultiheadAttention(features, heads, bias=bias, batch_first=True)
    steps = [queries] + ([keys] if keys else [])
    lengths = [[choose.randint(1, n) for _ in range(BATCH)] if v else None for n, v in zip(steps, varies)]

    def run(module, inputs):
        memory = inputs[-1]
        masked = 1 - valid(lengths[-1] or [memory.shape[1]] * BATCH, memory.shape[1])[..., 0]
        mask = torch.triu(torch.ones(queries, memory.shape[1]), 1).bool() if causal else None
        y = module(inputs[0], memory, memory, key_padding_mask=masked.bool(), attn_mask=mask, need_weights=False)[0]
        return y * valid(lengths[0] or [queries] * BATCH, queries)

    case("attention", {"heads": heads, "causal": str(causal).lower(), "bias": str(bias).lower()},
         [draw(BATCH, n, features) for n in steps], lengths, module, run)


print("# Written by tools/reference/recurrent_fixtures.py with PyTorch", torch.__version__.split("+")[0])
for cell in ("rnn", "lstm", "gru"):
    for varies in (False, True):
        for direction in ("forward", "backward", "both"):
            deep = direction != "backward" and choose.random() < 0.5
            recurrent(cell, direction, choose.random() < 0.5, 2 if deep else 1, choose.random() < 0.8,
                      choose.randint(2, 5), choose.randint(1, 4), choose.randint(1, 4), varies)
recurrent("lstm", "both", True, 3, True, 4, 2, 2, True)
for count in range(5):
    attention(choose.randint(1, 3), choose.randint(1, 4), choose.randint(2, 6), 0, count % 2 == 1, count != 2,
              [count > 1])
for varies in ([False, False], [True, False], [False, True], [True, True]):
    attention(2, choose.randint(1, 4), choose.randint(2, 5), choose.randint(2, 6), False, True, varies)
