#!/usr/bin/env python3
"""Writes what PyTorch computes, in double precision, for layers and losses of the project.

    python3 tools/reference/layer_fixtures.py > Tests/PluginTests/Fixtures/layers.txt

Needs torch and numpy. A case is some lines of text:

    case NAME ATTRIBUTE="VALUE" ...
    shapes SHAPE SHAPE ...        one sample of each input
    target N                      which target form a loss is judged by
    array NAME NUMBERS ...

Arrays: the inputs x1 ..., the parameters, what the loss is judged by (t1; for a layer that is no loss, t1.1 ... are
what its outputs are multiplied with), then the results: the outputs y1 ... (of a loss, its prediction), the total, and
the gradients of the total. The total is 0.7 times the loss, or 0.7 times the sum of products of outputs and targets.
"""
import numpy as np
import torch
import torch.nn.functional as F

WEIGHT = 0.7
BATCH = 3
torch.set_default_dtype(torch.float64)
random = np.random.RandomState(20)


def draw(*shape, spread=1.5):
    return np.round(random.standard_normal(shape) * spread, 4)


def write(name, array):
    if isinstance(array, torch.Tensor):
        array = array.detach().numpy()
    print("array", name, *(repr(float(v)) for v in np.asarray(array, dtype=np.float64).ravel()))


def head(name, attributes, shapes, target=0):
    print(" ".join(["case", name] + [f'{k}="{v}"' for k, v in attributes.items()]))
    print("shapes", *("x".join(map(str, s)) for s in shapes))
    print("target", target)


def leaf(array):
    return torch.tensor(array, requires_grad=True)


def finish(arrays, total):
    write("total", total)
    total.backward()
    for name, tensor in arrays:
        write("gradient." + name, tensor.grad if tensor.grad is not None else torch.zeros_like(tensor))


def layer(name, attributes, shapes, function, parameters=(), inputs=None):
    """A layer: function(parameters, inputs) gives the list of outputs."""
    head(name, attributes, shapes)
    inputs = [leaf(x) for x in (inputs or [draw(BATCH, *s) for s in shapes])]
    parameters = [(n, leaf(draw(*s, spread=0.6))) for n, s in parameters]
    outputs = function([p for _, p in parameters], inputs)
    targets = [torch.tensor(draw(*y.shape, spread=1)) for y in outputs]
    arrays = [(f"x{i + 1}", x) for i, x in enumerate(inputs)] + parameters
    for n, a in arrays:
        write(n, a)
    for i, t in enumerate(targets):
        write(f"t1.{i + 1}", t)
    for i, y in enumerate(outputs):
        write(f"y{i + 1}", y)
    finish(arrays, WEIGHT * sum((y * t).sum() for y, t in zip(outputs, targets)) + 0 * inputs[0].sum())


def loss(name, attributes, shape, function, predict, target, form=0, values=None):
    """A loss: function(input, target) gives the loss, predict(input) the prediction."""
    head(name, attributes, [shape], form)
    x = leaf(draw(BATCH, *shape) if values is None else values)
    write("x1", x)
    write("t1", target)
    write("y1", predict(x))
    finish([("x1", x)], WEIGHT * function(x, torch.tensor(target)))


EXTREME = np.array([[-1e4, -100.0, -30.0, -1.0, 0.0, 1.0, 30.0, 100.0, 1e4]])
KINKS = np.array([[-2.0, -1.0, 0.0, 1.0, 2.0]])


def dense():
    layer("dense", {"units": 4}, [(5,)], lambda p, x: [F.linear(x[0], *p)], [("weight", (4, 5)), ("bias", (4,))])
    layer("dense", {"units": 3, "bias": "false"}, [(2,)], lambda p, x: [F.linear(x[0], *p)], [("weight", (3, 2))])
    layer("dense", {"units": 1}, [(1,)], lambda p, x: [F.linear(x[0], *p)], [("weight", (1, 1)), ("bias", (1,))])


def activations():
    table = [
        ("identity", {}, lambda x: x * 1),
        ("step", {}, lambda x: (x > 0).to(x.dtype)),
        ("sigmoid", {}, torch.sigmoid),
        ("tanh", {}, torch.tanh),
        ("relu", {}, F.relu),
        ("leakyRelu", {}, F.leaky_relu),
        ("leakyRelu", {"slope": 0.3}, lambda x: F.leaky_relu(x, 0.3)),
        ("leakyRelu", {"slope": -0.3}, lambda x: F.leaky_relu(x, -0.3)),
        ("elu", {}, F.elu),
        ("elu", {"alpha": 0.5}, lambda x: F.elu(x, 0.5)),
        ("selu", {}, F.selu),
        ("softplus", {}, F.softplus),
        ("softsign", {}, F.softsign),
        ("gelu", {}, F.gelu),
        ("gelu", {"approximation": "tanh"}, lambda x: F.gelu(x, approximate="tanh")),
        ("silu", {}, F.silu),
        # F.hardsigmoid's backward pass multiplies by 1/6 in single precision, whatever the precision of its input.
        ("hardSigmoid", {}, lambda x: torch.clamp(x / 6 + 0.5, 0, 1)),
        ("hardSwish", {}, F.hardswish),
        ("softmax", {}, lambda x: F.softmax(x, -1)),
        ("logSoftmax", {}, lambda x: F.log_softmax(x, -1)),
    ]
    for name, attributes, f in table:
        apply = lambda p, x: [f(x[0])]
        layer(name, attributes, [(5,)], apply)
        layer(name, attributes, [(2, 1, 3)], apply, inputs=[draw(BATCH, 2, 1, 3, spread=4)])
        layer(name, attributes, [(9,)], apply, inputs=[EXTREME])
        layer(name, attributes, [(5,)], apply, inputs=[KINKS])


def prelu():
    f = lambda p, x: [F.prelu(x[0], p[0])]
    layer("prelu", {}, [(5,)], f, [("weight", (1,))])
    layer("prelu", {}, [(5,)], f, [("weight", (1,))], inputs=[KINKS])
    layer("prelu", {}, [(2, 1, 3)], f, [("weight", (1,))])
    layer("prelu", {"perChannel": "true"}, [(4,)], f, [("weight", (4,))])
    layer("prelu", {"perChannel": "true"}, [(2, 2, 3)], f, [("weight", (2,))])


def maxout():
    def f(pieces):
        return lambda p, x: [x[0].reshape(x[0].shape[0], -1, pieces, *x[0].shape[2:]).max(2).values]
    layer("maxout", {}, [(6,)], f(2))
    layer("maxout", {"pieces": 3}, [(6,)], f(3))
    layer("maxout", {"pieces": 2}, [(4, 2, 2)], f(2))


def shapes():
    layer("flatten", {}, [(2, 1, 3)], lambda p, x: [x[0].flatten(1)])
    layer("reshape", {"shape": "3x2"}, [(2, 1, 3)], lambda p, x: [x[0].reshape(-1, 3, 2)])
    for axis, dim, sizes in [("channels", 1, [(2, 2), (1, 2)]), ("last", 2, [(3, 2), (3, 1), (3, 3)]),
                             ("2", 2, [(1, 2, 2), (1, 3, 2)])]:
        layer("concat", {"axis": axis}, sizes, lambda p, x: [torch.cat(x, dim)])
    layer("slice", {"length": 2}, [(5,)], lambda p, x: [x[0][:, :2]])
    layer("slice", {"start": 1, "length": 2, "axis": "last"}, [(2, 4)], lambda p, x: [x[0][:, :, 1:3]])
    layer("split", {"parts": 2}, [(4, 2)], lambda p, x: list(x[0].chunk(2, 1)))
    layer("split", {"sizes": "1 3", "axis": "last"}, [(2, 4)], lambda p, x: list(x[0].split([1, 3], 2)))


def distributions(*shape):
    x = np.exp(random.standard_normal((BATCH, *shape)))
    return x / x.sum(-1, keepdims=True)


def cross_entropies():
    softmax = lambda x: F.softmax(x, -1)
    labels = np.array([3, 0, 1])
    weights = [1, 0.5, 2, 3, 0.25]
    w = torch.tensor(weights, dtype=torch.float64)
    written = "1 0.5 2 3 0.25"
    variants = [
        ({}, {}), ({"reduction": "sum"}, {"reduction": "sum"}),
        ({"labelSmoothing": 0.1}, {"label_smoothing": 0.1}),
        ({"classWeights": written}, {"weight": w}),
        ({"classWeights": written, "reduction": "sum"}, {"weight": w, "reduction": "sum"}),
        ({"classWeights": written, "labelSmoothing": 0.2}, {"weight": w, "label_smoothing": 0.2}),
    ]
    for attributes, options in variants:
        f = lambda x, t: F.cross_entropy(x, t, **options)
        loss("softmaxCrossEntropy", attributes, (5,), f, softmax, labels)
        loss("softmaxCrossEntropy", attributes, (5,), f, softmax, distributions(5), form=1)
    for ignored, there in [(0, labels), (9, np.array([3, 9, 1]))]:
        for attributes, options in variants:
            f = lambda x, t: F.cross_entropy(x, t, ignore_index=ignored, **options)
            loss("softmaxCrossEntropy", {"ignoredLabel": ignored, **attributes}, (5,), f, softmax, there)
    extreme = np.array([[-1e4, 0, 1e4, 3, 3], [100, -100, 30, 1, 0], [0, 0, 0, 0, 0.0]])
    for attributes, options in variants[:3]:
        loss("softmaxCrossEntropy", attributes, (5,), lambda x, t: F.cross_entropy(x, t, **options), softmax, labels,
             values=extreme)


def binary():
    name = "binaryCrossEntropy"
    f = F.binary_cross_entropy_with_logits
    answers = np.round(random.uniform(size=(BATCH, 5)), 3)
    loss(name, {}, (1,), f, torch.sigmoid, np.array([[1.0], [0.0], [1.0]]))
    loss(name, {}, (5,), f, torch.sigmoid, answers)
    loss(name, {"reduction": "sum"}, (5,), lambda x, t: f(x, t, reduction="sum"), torch.sigmoid, answers)
    weighted = lambda x, t: f(x, t, pos_weight=torch.tensor(3.0))
    loss(name, {"positiveWeight": 3}, (5,), weighted, torch.sigmoid, answers)
    for t in (0.0, 0.25, 1.0):
        for attributes, function in [({}, f), ({"positiveWeight": 3}, weighted)]:
            loss(name, attributes, (9,), function, torch.sigmoid, np.full((1, 9), t), values=EXTREME)


def regressions():
    same = lambda x: x * 1
    options = [("squaredError", {}, F.mse_loss, {}), ("absoluteError", {}, F.l1_loss, {}),
               ("huber", {}, F.huber_loss, {}), ("huber", {"delta": 0.4}, F.huber_loss, {"delta": 0.4})]
    for name, attributes, f, given in options:
        for reduction in ("mean", "sum"):
            g = lambda x, t: f(x, t.reshape(x.shape), reduction=reduction, **given)
            a = {**attributes, "reduction": reduction}
            loss(name, a, (5,), g, same, draw(BATCH, 5))
            loss(name, a, (2, 3), g, same, draw(BATCH, 6), form=1)
        if not given:
            loss(name, attributes, (5,), f, same, np.zeros((1, 5)), values=KINKS)


def divergence():
    for reduction, own in (("batchmean", "mean"), ("sum", "sum")):
        f = lambda x, t: F.kl_div(x, t, reduction=reduction)
        target = distributions(5)
        target[1] = [0, 0.5, 0.5, 0, 0]
        loss("klDivergence", {"reduction": own}, (5,), f, torch.exp, target,
             values=np.log(distributions(5)))


def hinge():
    def f(margin, reduction):
        def value(x, t):
            terms = torch.relu(x - x.gather(1, t[:, None]) + margin)
            total = (terms * (1 - F.one_hot(t, x.shape[1]))).sum()
            return total / x.shape[0] if reduction == "mean" else total
        return value
    for margin in (1, 0.3):
        for reduction in ("mean", "sum"):
            loss("hinge", {"margin": margin, "reduction": reduction}, (5,), f(margin, reduction), lambda x: x * 1,
                 np.array([3, 0, 1]))


def arithmetic():
    def positive(*shapes):
        return [np.abs(draw(BATCH, *s)) + 0.25 for s in shapes]
    combinations = [
        ("add", lambda x: x[0] + x[1], False), ("subtract", lambda x: x[0] - x[1], False),
        ("multiply", lambda x: x[0] * x[1], False), ("divide", lambda x: x[0] / x[1], False),
        ("max", lambda x: torch.maximum(*x), False), ("min", lambda x: torch.minimum(*x), False),
        ("power", lambda x: x[0] ** x[1], True),
    ]
    for name, function, needs_positive in combinations:
        for shapes in ([(5,), (5,)], [(2, 3), (2, 3)], [(2, 3), (2, 1)], [(2, 1), (1, 3)]):
            layer(name, {}, shapes, lambda p, x: [function(x)], inputs=positive(*shapes) if needs_positive else None)
    layer("add", {}, [(4,)] * 3, lambda p, x: [x[0] + x[1] + x[2]])
    layer("multiply", {}, [(4,)] * 3, lambda p, x: [x[0] * x[1] * x[2]])
    functions = [
        ("negate", {}, torch.neg, False), ("square", {}, torch.square, False), ("squareRoot", {}, torch.sqrt, True),
        ("absolute", {}, torch.abs, False), ("reciprocal", {}, torch.reciprocal, False), ("exp", {}, torch.exp, False),
        ("log", {}, torch.log, True), ("sin", {}, torch.sin, False), ("cos", {}, torch.cos, False),
        ("addConstant", {"value": -3}, lambda x: x - 3, False),
        ("multiplyConstant", {"value": 0.25}, lambda x: 0.25 * x, False),
        ("power", {"exponent": 3}, lambda x: x ** 3, False), ("power", {"exponent": -0.5}, lambda x: x ** -0.5, True),
        ("sum", {}, lambda x: x.flatten(1).sum(1, keepdim=True), False),
        ("mean", {}, lambda x: x.flatten(1).mean(1, keepdim=True), False),
    ]
    for name, attributes, function, needs_positive in functions:
        for shape in ((5,), (2, 3)):
            layer(name, attributes, [shape], lambda p, x: [function(x[0])],
                  inputs=positive(shape) if needs_positive else None)
    layer("dot", {}, [(5,), (5,)], lambda p, x: [(x[0] * x[1]).sum(1, keepdim=True)])
    layer("matmul", {}, [(3, 4), (4,)], lambda p, x: [torch.bmm(x[0], x[1][:, :, None])[:, :, 0]])
    layer("matmul", {}, [(3, 4), (4, 2)], lambda p, x: [torch.bmm(*x)])


def written(pair):
    return pair[0] if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"


def convolutions():
    choose = np.random.RandomState(21)
    pick = lambda low, high: (int(choose.randint(low, high)), int(choose.randint(low, high)))
    count = 0
    while count < 40:
        groups = int(choose.choice([1, 1, 2, 3]))
        inputs, outputs = groups * int(choose.randint(1, 4)), groups * int(choose.randint(1, 4))
        size, kernel, stride, padding, dilation = pick(1, 12), pick(1, 5), pick(1, 4), pick(0, 3), pick(1, 3)
        if count % 4 == 0:
            size = (1, 1)
        options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)
        if any(d * (k - 1) + 1 > n + 2 * p for d, k, n, p in zip(dilation, kernel, size, padding)):
            continue
        count += 1
        bias = bool(choose.randint(2))
        attributes = {"channels": outputs, "kernel": written(kernel), "bias": str(bias).lower(), "groups": groups}
        attributes.update((n, written(options[n])) for n in ("stride", "padding", "dilation"))
        parameters = [("weight", (outputs, inputs // groups, *kernel))] + ([("bias", (outputs,))] if bias else [])
        layer("conv2d", attributes, [(inputs, *size)], lambda p, x: [F.conv2d(x[0], *p, **options)], parameters)
    for kernel in ((3, 3), (2, 4), (5, 1)):
        for padding in ("same", "valid"):
            layer("conv2d", {"channels": 2, "kernel": written(kernel), "padding": padding, "bias": "false"},
                  [(2, 5, 6)], lambda p, x: [F.conv2d(x[0], *p, padding=padding)], [("weight", (2, 2, *kernel))])
    layer("conv2d", {"depthwise": "true", "kernel": 3, "padding": 1}, [(3, 4, 5)],
          lambda p, x: [F.conv2d(x[0], *p, padding=1, groups=3)], [("weight", (3, 1, 3, 3)), ("bias", (3,))])
    layer("conv2d", {"depthwise": "true", "channels": 6, "kernel": "1x3", "bias": "false"}, [(3, 4, 5)],
          lambda p, x: [F.conv2d(x[0], *p, groups=3)], [("weight", (6, 1, 1, 3))])


def poolings():
    choose = np.random.RandomState(22)
    pick = lambda low, high: (int(choose.randint(low, high)), int(choose.randint(low, high)))
    count = 0
    while count < 24:
        size, kernel, stride = pick(1, 10), pick(1, 5), pick(1, 4)
        padding = tuple(int(choose.randint(0, k // 2 + 1)) for k in kernel)
        ceil, counted = bool(choose.randint(2)), bool(choose.randint(2))
        if any(k > n + 2 * p for k, n, p in zip(kernel, size, padding)):
            continue
        count += 1
        options = dict(stride=stride, padding=padding, ceil_mode=ceil)
        attributes = {"kernel": written(kernel), "stride": written(stride), "padding": written(padding),
                      "ceil": str(ceil).lower()}
        shape = (int(choose.randint(1, 4)), *size)
        layer("maxPool2d", attributes, [shape], lambda p, x: [F.max_pool2d(x[0], kernel, **options)])
        layer("averagePool2d", {**attributes, "countPadding": str(counted).lower()}, [shape],
              lambda p, x: [F.avg_pool2d(x[0], kernel, count_include_pad=counted, **options)])
    layer("maxPool2d", {"kernel": 2}, [(1, 4, 4)], lambda p, x: [F.max_pool2d(x[0], 2)], inputs=[np.ones((2, 1, 4, 4))])
    layer("averagePool2d", {"kernel": "2x3"}, [(2, 4, 7)], lambda p, x: [F.avg_pool2d(x[0], (2, 3))])
    for size in ((3, 5), (1, 1)):
        layer("globalAveragePool", {}, [(2, *size)], lambda p, x: [F.adaptive_avg_pool2d(x[0], 1)])
        layer("globalMaxPool", {}, [(2, *size)], lambda p, x: [F.adaptive_max_pool2d(x[0], 1)])


def normalizations():
    def affine(*shape):
        return [("weight", shape), ("bias", shape)]
    for shape in ((5,), (3, 4), (2, 3, 5), (3, 1, 1)):
        for attributes, options in (({}, {}), ({"epsilon": 0.01}, {"eps": 0.01})):
            layer("batchNorm", attributes, [shape],
                  lambda p, x: [F.batch_norm(x[0], None, None, *p, training=True, **options)], affine(shape[0]))
        layer("batchNorm", {"affine": "false"}, [shape], lambda p, x: [F.batch_norm(x[0], None, None, training=True)])
        layer("localResponseNorm", {}, [shape], lambda p, x: [lrn(x[0], 5, 1e-4, 0.75, 1.0)])
        for size in (1, 2, 3):
            layer("localResponseNorm", {"size": size, "alpha": 0.5, "beta": 1.5, "k": 2}, [shape],
                  lambda p, x: [lrn(x[0], size, 0.5, 1.5, 2.0)])
    for shape, dimensions in (((5,), 1), ((3, 4), 1), ((3, 4), 2), ((2, 3, 5), 2), ((2, 3, 5), 3)):
        row = shape[len(shape) - dimensions:]
        attributes = {"dimensions": dimensions}
        layer("layerNorm", attributes, [shape], lambda p, x: [F.layer_norm(x[0], row, *p)], affine(*row))
        layer("layerNorm", {**attributes, "affine": "false", "epsilon": 0.1}, [shape],
              lambda p, x: [F.layer_norm(x[0], row, eps=0.1)])
        layer("rmsNorm", attributes, [shape], lambda p, x: [F.rms_norm(x[0], row, *p, eps=1e-6)], [("weight", row)])
        layer("rmsNorm", {**attributes, "affine": "false", "epsilon": 0.1}, [shape],
              lambda p, x: [F.rms_norm(x[0], row, eps=0.1)])
    for shape, groups in (((6,), 1), ((6,), 3), ((4, 5), 2), ((4, 2, 3), 4)):
        layer("groupNorm", {"groups": groups}, [shape], lambda p, x: [F.group_norm(x[0], groups, *p)],
              affine(shape[0]))
        layer("groupNorm", {"groups": groups, "affine": "false"}, [shape], lambda p, x: [F.group_norm(x[0], groups)])
    for shape in ((4, 5), (3, 2, 4)):
        layer("instanceNorm", {}, [shape], lambda p, x: [F.instance_norm(x[0])])
        layer("instanceNorm", {"affine": "true"}, [shape],
              lambda p, x: [F.instance_norm(x[0], weight=p[0], bias=p[1])], affine(shape[0]))


def transposed():
    choose = np.random.RandomState(23)
    pick = lambda low, high: (int(choose.randint(low, high)), int(choose.randint(low, high)))
    count = 0
    while count < 16:
        groups = int(choose.choice([1, 1, 2]))
        inputs, outputs = groups * int(choose.randint(1, 4)), groups * int(choose.randint(1, 4))
        size, kernel, stride, padding, dilation = pick(1, 6), pick(1, 4), pick(1, 4), pick(0, 2), pick(1, 3)
        extra = tuple(int(choose.randint(0, s)) for s in stride)
        options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups, output_padding=extra)
        if any((n - 1) * s - 2 * p + d * (k - 1) + e + 1 < 1
               for n, s, p, d, k, e in zip(size, stride, padding, dilation, kernel, extra)):
            continue
        count += 1
        attributes = {"channels": outputs, "kernel": written(kernel), "groups": groups, "outputPadding": written(extra)}
        attributes.update((n, written(options[n])) for n in ("stride", "padding", "dilation"))
        layer("convTranspose2d", attributes, [(inputs, *size)],
              lambda p, x: [F.conv_transpose2d(x[0], *p, **options)],
              [("weight", (inputs, outputs // groups, *kernel)), ("bias", (outputs,))])
    for count in range(12):
        groups = int(choose.choice([1, 2]))
        inputs, outputs = groups * int(choose.randint(1, 4)), groups * int(choose.randint(1, 4))
        length, kernel = int(choose.randint(7, 20)), int(choose.randint(1, 4))
        options = dict(zip(("stride", "padding", "dilation", "groups"), (*pick(1, 3), int(choose.randint(1, 3)), groups)))
        layer("conv1d", {"channels": outputs, "kernel": kernel, **options}, [(inputs, length)],
              lambda p, x: [F.conv1d(x[0], *p, **options)],
              [("weight", (outputs, inputs // groups, kernel)), ("bias", (outputs,))])
    for kernel in (3, 4):
        layer("conv1d", {"channels": 2, "kernel": kernel, "padding": "same", "bias": "false"}, [(2, 6)],
              lambda p, x: [F.conv1d(x[0], *p, padding="same")], [("weight", (2, 2, kernel))])


def resampling():
    for size in ((5, 7), (1, 1), (3, 4)):
        for output in ((2, 3), (1, 1), (4, 4)):
            shape = (2, *size)
            layer("adaptiveAveragePool2d", {"size": written(output)}, [shape],
                  lambda p, x: [F.adaptive_avg_pool2d(x[0], output)])
            layer("adaptiveMaxPool2d", {"size": written(output)}, [shape],
                  lambda p, x: [F.adaptive_max_pool2d(x[0], output)])
    for top, bottom, left, right in ((1, 1, 1, 1), (0, 2, 1, 3), (2, 0, 3, 1)):
        given = {"padding": f"{top} {bottom} {left} {right}"}
        sides = (left, right, top, bottom)
        layer("pad2d", {**given, "value": 0.5}, [(2, 3, 4)], lambda p, x: [F.pad(x[0], sides, value=0.5)])
        for mode in ("reflect", "replicate"):
            layer("pad2d", {**given, "mode": mode}, [(2, 3, 4)], lambda p, x: [F.pad(x[0], sides, mode=mode)])
    for size in ((3, 4), (1, 2), (1, 1)):
        for scale in ((2, 2), (3, 1), (1, 4)):
            shape, attributes = (2, *size), {"scale": written(scale)}
            layer("upsample", attributes, [shape], lambda p, x: [F.interpolate(x[0], scale_factor=scale)])
            for align in (False, True):
                layer("upsample", {**attributes, "mode": "bilinear", "alignCorners": str(align).lower()}, [shape],
                      lambda p, x: [F.interpolate(x[0], scale_factor=scale, mode="bilinear", align_corners=align)])
    for groups in (1, 2, 3):
        layer("channelShuffle", {"groups": groups}, [(6, 2, 2)], lambda p, x: [F.channel_shuffle(x[0], groups)])
    for factor in (1, 2):
        layer("pixelShuffle", {"factor": factor}, [(8, 2, 3)], lambda p, x: [F.pixel_shuffle(x[0], factor)])


def quantiles():
    for level in (0.5, 0.9, 0.05):
        for reduction in ("mean", "sum"):
            def f(x, t):
                d = t.reshape(x.shape) - x
                return getattr(torch.where(d >= 0, level * d, (level - 1) * d), reduction)()
            attributes = {"level": level, "reduction": reduction}
            loss("quantile", attributes, (5,), f, lambda x: x * 1, draw(BATCH, 5))
            loss("quantile", attributes, (2, 3), f, lambda x: x * 1, draw(BATCH, 6), form=1)


def focal():
    """The softmax form by its formula, the sigmoid form as torchvision.ops.sigmoid_focal_loss."""
    weights = [1, 0.5, 2, 3, 0.25]
    for gamma in (2, 0, 0.5, 3):
        for reduction in ("mean", "sum"):
            for given in (None, weights):
                def softmax(x, t):
                    log = F.log_softmax(x, -1).gather(1, t[:, None])[:, 0]
                    w = torch.tensor(given or [1.0] * 5, dtype=torch.float64)[t]
                    total = -(w * (1 - log.exp()) ** gamma * log).sum()
                    return total / w.sum() if reduction == "mean" else total
                attributes = {"gamma": gamma, "reduction": reduction}
                if given:
                    attributes["classWeights"] = " ".join(map(str, given))
                loss("focal", attributes, (5,), softmax, lambda x: F.softmax(x, -1), np.array([3, 0, 1]))
            for alpha in (None, 0.25):
                def sigmoid(x, t):
                    p, ce = torch.sigmoid(x), F.binary_cross_entropy_with_logits(x, t, reduction="none")
                    value = ce * (1 - (p * t + (1 - p) * (1 - t))) ** gamma
                    if alpha is not None:
                        value = value * (alpha * t + (1 - alpha) * (1 - t))
                    return getattr(value, reduction)()
                attributes = {"activation": "sigmoid", "gamma": gamma, "reduction": reduction}
                if alpha is not None:
                    attributes["alpha"] = alpha
                loss("focal", attributes, (1,), sigmoid, torch.sigmoid, np.array([[1.0], [0.0], [1.0]]))
                loss("focal", attributes, (5,), sigmoid, torch.sigmoid, np.round(random.uniform(size=(BATCH, 5)), 3))


def lrn(x, *options):
    """torch's function wants at least three dimensions."""
    return F.local_response_norm(x[:, :, None] if x.dim() == 2 else x, *options).reshape(x.shape)


def sequences():
    """The layers of sequence_fixtures.py without lengths."""
    layer("transpose", {}, [(3, 4)], lambda p, x: [x[0].mT])
    layer("dense", {"units": 2, "each": "step"}, [(3, 4)], lambda p, x: [F.linear(x[0], *p)],
          [("weight", (2, 4)), ("bias", (2,))])
    layer("poolSequence", {"take": "mean"}, [(3, 4)], lambda p, x: [x[0].mean(1)])


print("# Written by tools/reference/layer_fixtures.py with PyTorch", torch.__version__.split("+")[0])
for family in (dense, activations, prelu, maxout, shapes, cross_entropies, binary, regressions, divergence, hinge,
               arithmetic, convolutions, poolings, normalizations, transposed, resampling, quantiles, focal):
               arithmetic, convolutions, poolings, normalizations, transposed, resampling, sequences):
    family()
