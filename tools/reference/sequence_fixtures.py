#!/usr/bin/env python3
"""Writes what PyTorch computes, in double precision, for layers of sequences whose samples have lengths of their own.

    python3 tools/reference/sequence_fixtures.py > Tests/PluginTests/Fixtures/sequences.txt

Needs torch and numpy. The form is that of layer_fixtures.py, with two more lines:

    lengths N ...                 the steps of each sample, of every input
    entries N                     the inputs hold indices, of which there are so many

Each sample is computed by itself, cut to its length. Beyond it inputs and targets are nan, results and gradients 0.
"""
import numpy as np
import torch
import torch.nn.functional as F

WEIGHT = 0.7
torch.set_default_dtype(torch.float64)
random = np.random.RandomState(24)
STEPS, LENGTHS = 5, [3, 5, 1]


def draw(*shape, spread=1.5):
    return np.round(random.standard_normal(shape) * spread, 4)


def write(name, array):
    if isinstance(array, torch.Tensor):
        array = array.detach().numpy()
    print("array", name, *(repr(float(v)) for v in np.asarray(array, dtype=np.float64).ravel()))


def padded(rows, fill):
    """Arrays of n steps each as one array of all steps."""
    rows = [row.detach().numpy() if isinstance(row, torch.Tensor) else np.asarray(row, dtype=np.float64) for row in rows]
    result = np.full((len(rows), STEPS, *rows[0].shape[1:]), float(fill))
    for target, row in zip(result, rows):
        target[:len(row)] = row
    return result


def case(name, attributes, shape, function, parameters=(), entries=None, keeps=True, lengths=LENGTHS, loss=None):
    """function(parameters, steps x features of one sample) gives the output; loss(outputs, targets) the loss of all."""
    print(" ".join(["case", name] + [f'{k}="{v}"' for k, v in attributes.items()]))
    print("shapes", "x".join(map(str, shape)))
    print("target 0")
    print("lengths", *lengths)
    if entries:
        print("entries", entries)
        inputs = [torch.tensor(random.randint(0, entries, (n, *shape[1:])).astype(np.float64)) for n in lengths]
    else:
        inputs = [torch.tensor(draw(n, *shape[1:]), requires_grad=True) for n in lengths]
    write("x1", padded(inputs, np.nan))
    parameters = [(n, torch.tensor(draw(*s, spread=0.6), requires_grad=True)) for n, s in parameters]
    for n, a in parameters:
        write(n, a)
    outputs = [function([p for _, p in parameters], x) for x in inputs]
    if loss:
        targets = loss[0](outputs)
        write("t1", padded(targets, np.nan))
        write("y1", padded([loss[2](y) for y in outputs], 0))
        total = WEIGHT * loss[1](outputs, targets)
    else:
        targets = [torch.tensor(draw(*y.shape, spread=1)) for y in outputs]
        write("t1.1", padded(targets, np.nan) if keeps else torch.stack(targets))
        write("y1", padded(outputs, 0) if keeps else torch.stack(outputs))
        total = WEIGHT * sum((y * t).sum() for y, t in zip(outputs, targets)) + sum(0 * p.sum() for _, p in parameters)
    write("total", total)
    total.backward()
    if not entries:
        write("gradient.x1", padded([x.grad for x in inputs], 0))
    for n, a in parameters:
        write("gradient." + n, a.grad)


def sines(steps, features):
    angles = torch.arange(steps)[:, None] / 10000 ** (torch.arange(0, features, 2) / features)
    table = torch.zeros(steps, features)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, :features // 2]
    return table


def embeddings():
    for options in ({}, {"padding": 2}):
        def look_up(p, x):
            # torch.nn.Embedding has zeros in the row of the padding.
            rows = torch.arange(4)[:, None] != options.get("padding", -1)
            return F.embedding(x.long(), p[0] * rows, padding_idx=options.get("padding"))
        case("embedding", {"size": 3, **options}, (STEPS,), look_up, [("weight", (4, 3))], entries=4)


def positions():
    for features in (4, 5):
        case("position", {}, (STEPS, features), lambda p, x: x + sines(len(x), features))
    case("position", {"kind": "learned"}, (STEPS, 3), lambda p, x: x + p[0][:len(x)], [("weight", (STEPS, 3))])


def pools():
    for take, function in (("last", lambda p, x: x[-1]), ("mean", lambda p, x: x.mean(0)),
                           ("max", lambda p, x: x.max(0).values)):
        case("poolSequence", {"take": take}, (STEPS, 3), function, keeps=False)


def dense():
    case("dense", {"units": 4, "each": "step"}, (STEPS, 3), lambda p, x: F.linear(x, *p),
         [("weight", (4, 3)), ("bias", (4,))])
    case("dense", {"units": 2, "each": "step", "bias": "false"}, (STEPS, 3), lambda p, x: F.linear(x, *p),
         [("weight", (2, 3))])


def rows():
    for name, function in (("layerNorm", lambda p, x: F.layer_norm(x, (4,), *p)),):
        case(name, {}, (STEPS, 4), function, [("weight", (4,)), ("bias", (4,))])
    case("softmax", {}, (STEPS, 4), lambda p, x: torch.softmax(x, -1))
    case("sigmoid", {}, (STEPS, 4), lambda p, x: torch.sigmoid(x))
    case("exp", {}, (STEPS, 4), lambda p, x: torch.exp(x))


def losses():
    def labels(count, ignored=None):
        def make(outputs):
            found = [torch.tensor(random.randint(0, count, len(y)).astype(np.float64)) for y in outputs]
            if ignored is not None:
                found[0][0] = ignored
            return found
        return make

    def entropy(outputs, targets, **options):
        return F.cross_entropy(torch.cat(outputs), torch.cat(targets).long(), **options)

    weights = torch.tensor([0.5, 2, 1, 1.5])
    for attributes, options in (({}, {}), ({"reduction": "sum"}, {"reduction": "sum"}),
                                ({"ignoredLabel": -100}, {"ignore_index": -100}),
                                ({"labelSmoothing": 0.1}, {"label_smoothing": 0.1}),
                                ({"classWeights": "0.5 2 1 1.5"}, {"weight": weights})):
        case("softmaxCrossEntropy", {"each": "step", **attributes}, (STEPS, 4), lambda p, x: x,
             loss=(labels(4, -100 if "ignoredLabel" in attributes else None),
                   lambda y, t: entropy(y, t, **options), lambda y: torch.softmax(y, -1)))

    def numbers(outputs):
        return [torch.tensor(draw(*y.shape)) for y in outputs]

    for name, function in (("squaredError", F.mse_loss), ("absoluteError", F.l1_loss), ("huber", F.huber_loss)):
        for reduction in ("mean", "sum"):
            case(name, {"reduction": reduction}, (STEPS, 3), lambda p, x: x,
                 loss=(numbers, lambda y, t: function(torch.cat(y), torch.cat(t), reduction=reduction), lambda y: y))
    case("binaryCrossEntropy", {}, (STEPS, 2), lambda p, x: x,
         loss=(lambda outputs: [torch.tensor(np.round(random.rand(*y.shape), 3)) for y in outputs],
               lambda y, t: F.binary_cross_entropy_with_logits(torch.cat(y), torch.cat(t)), torch.sigmoid))


def alignments():
    def ctc(attributes, counts, classes, lengths):
        blank = attributes.get("blank", 0)

        def labels(outputs):
            kinds = [c for c in range(classes) if c != blank]
            # As many labels as steps are all the same, which no alignment has blanks enough for.
            return [torch.tensor((random.choice(kinds, n) if n != length else np.full(n, kinds[-1])).astype(np.float64))
                    for n, length in zip(counts, lengths)]

        def loss(outputs, targets):
            scores = torch.nn.utils.rnn.pad_sequence([torch.log_softmax(y, -1) for y in outputs])
            return F.ctc_loss(scores, torch.cat(targets).long(), torch.tensor(lengths), torch.tensor(counts), blank=blank,
                              reduction=attributes.get("reduction", "mean"),
                              zero_infinity=attributes.get("zeroInfinity") == "true")

        case("ctc", attributes, (STEPS, classes), lambda p, x: x, lengths=lengths,
             loss=(labels, loss, lambda y: torch.softmax(y, -1)))

    ctc({}, [1, 3, 1], 7, LENGTHS)
    ctc({"blank": 2}, [2, 2, 0], 4, LENGTHS)
    ctc({"reduction": "sum"}, [1, 2, 1], 3, LENGTHS)
    ctc({"zeroInfinity": "true"}, [2, 4, 2], 5, [4, 5, 2])
    ctc({"zeroInfinity": "true", "reduction": "sum", "blank": 1}, [3, 5, 0, 2], 2, [5, 5, 3, 4])
    ctc({"blank": 5}, [2, 2, 1, 2, 0, 1], 6, [5, 5, 3, 4, 5, 1])


print("# Written by tools/reference/sequence_fixtures.py with PyTorch", torch.__version__.split("+")[0])
for family in (embeddings, positions, pools, dense, rows, losses, alignments):
    family()
