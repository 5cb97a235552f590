"""Writes Tests/NNExplainTests/Fixtures/expressions.txt: random formulas with their values and gradients.

Values are Python's, gradients PyTorch's in double precision. Run with PyTorch installed:

    python3 tools/reference/expressions.py
"""

import math
import pathlib
import random

import torch

FUNCTIONS = ["exp", "log", "sin", "cos", "tanh", "sigmoid", "relu", "abs", "sqrt"]
NAMES = ["x", "y", "z", "w"]


def formula(depth, rng):
    """A random formula of our grammar."""
    if depth == 0 or rng.random() < 0.1:
        return rng.choice(NAMES) if rng.random() < 0.75 else rng.choice(["2", "0.5", "1e-1", ".25", "3"])
    kind = rng.random()
    if kind < 0.55:
        sign = rng.choice(["+", "-", "*", "/"])
        return f"({formula(depth - 1, rng)} {sign} {formula(depth - 1, rng)})"
    if kind < 0.62:
        return f"-{formula(depth - 1, rng)}"
    if kind < 0.70:
        return f"({formula(depth - 1, rng)})^{rng.choice(['2', '3', '-1', '0.5', 'x'])}"
    if kind < 0.80:
        arguments = ", ".join(formula(depth - 1, rng) for _ in range(rng.choice([2, 2, 3])))
        return f"{rng.choice(['max', 'min'])}({arguments})"
    return f"{rng.choice(FUNCTIONS)}({formula(depth - 1, rng)})"


def torch_max(*values):
    result = values[0]
    for value in values[1:]:
        result = torch.where(value > result, value, result)
    return result


def torch_min(*values):
    result = values[0]
    for value in values[1:]:
        result = torch.where(value < result, value, result)
    return result


def tensor(value):
    return value if isinstance(value, torch.Tensor) else torch.tensor(float(value), dtype=torch.float64)


def lifted(function):
    return lambda *values: function(*[tensor(value) for value in values])


TORCH = {
    "exp": lifted(torch.exp), "log": lifted(torch.log), "sin": lifted(torch.sin), "cos": lifted(torch.cos),
    "tanh": lifted(torch.tanh), "sigmoid": lifted(torch.sigmoid), "relu": lifted(torch.relu),
    "abs": lifted(torch.abs), "sqrt": lifted(torch.sqrt), "max": lifted(torch_max), "min": lifted(torch_min),
}
PYTHON = {
    "exp": math.exp, "log": math.log, "sin": math.sin, "cos": math.cos, "tanh": math.tanh,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)), "relu": lambda x: max(x, 0.0), "abs": abs, "sqrt": math.sqrt,
    "max": max, "min": min,
}


def main():
    rng = random.Random(7)
    lines = []
    while len(lines) < 400:
        text = formula(rng.choice([2, 3, 3, 4]), rng)
        used = [name for name in NAMES if name in set(text.replace("exp", "").replace("max", "").replace("relu", ""))]
        if not used or len(text) > 160:
            continue
        values = {name: round(rng.uniform(-2.5, 2.5), 3) for name in used}
        program = text.replace("^", "**")
        try:
            expected = eval(program, {"__builtins__": {}}, {**PYTHON, **values})
            leaves = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
                      for name, value in values.items()}
            result = tensor(eval(program, {"__builtins__": {}}, {**TORCH, **leaves}))
            if result.requires_grad:
                result.backward()
        except (ValueError, ZeroDivisionError, OverflowError, TypeError):
            continue
        gradients = {name: float(leaf.grad) if leaf.grad is not None else 0.0 for name, leaf in leaves.items()}
        numbers = [expected, *gradients.values()]
        if not all(isinstance(number, (int, float)) and math.isfinite(number) and abs(number) < 1e6
                   for number in numbers):
            continue
        assert abs(expected - float(result.detach())) <= 1e-9 * max(1, abs(expected)), text
        point = " ".join(f"{name}={value!r}" for name, value in values.items())
        slopes = " ".join(f"{name}={value!r}" for name, value in gradients.items())
        lines.append(f"{text}\t{point}\t{float(expected)!r}\t{slopes}")
    folder = pathlib.Path(__file__).resolve().parents[2] / "Tests/NNExplainTests/Fixtures"
    (folder / "expressions.txt").write_text("\n".join(lines) + "\n")


main()
