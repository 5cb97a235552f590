"""Cases whose files are each sound but do not belong together. What is right is known: refused, or the same answer."""

import io
import re

import numpy as np

import damage
import damaged
import formats
from damaged import ONE_EPOCH, expects_refusal
from seeds import NAMESPACE, model, table


def numbers(random, count, columns):
    return [[round(random.uniform(-3, 3), 3) for _ in range(columns)] for _ in range(count)]


def classes_of(rows, count):
    return [chr(97 + int(abs(sum(r)) * 10) % count) for r in rows]


def csv(rows, answers=None, header=None):
    return table([r + ([a] if answers is not None else []) for r, a in zip(rows, answers or rows)], header)


def classifier(width, classes, data, extra="", loss="<softmaxCrossEntropy/>", batch=4, optimizer='<sgd rate="0.1"/>'):
    return model("m", ("", data), f'<input name="x" shape="{width}"/><dense name="fc1" units="3"/><relu/>'
                 f'<dense name="fc2" units="{classes}"/>{loss}', optimizer, extra, 2, batch)


def trains(case, *options):
    return case.run("train", "m.xml", "-q", "--output", "r", *options)


def width_of_another_set(case):
    """The validation or test table has other columns, or the evaluated one."""
    random = case.random
    width, other = random.sample(range(1, 9), 2)
    classes = random.choice([2, 3])
    rows, strange = numbers(random, 12, width), numbers(random, 9, other)
    case.write("t.csv", csv(rows, classes_of(rows, classes)))
    case.write("o.csv", csv(strange, classes_of(strange, classes)))
    role = random.choice(["validation", "test", "evaluate", "predict"])
    data = '<csv role="train" path="t.csv"/>'
    if role in ("validation", "test"):
        data += f'<csv role="{role}" path="o.csv"/>'
    names = " ".join(sorted(set(classes_of(rows, classes)) | set(classes_of(strange, classes))))
    case.write("m.xml", classifier(width, max(2, len(names.split())), data).replace(
        "<data>", f'<data classes="{names if len(names) > 1 else "a b"}">'))
    result = trains(case)
    if role in ("validation", "test"):
        return expects_refusal(case, result, f"a {role} table of {other} columns for {width}")
    if not result.done:
        return None
    if role == "evaluate":
        return expects_refusal(case, case.run("evaluate", "r/weights.safetensors", "--data", "o.csv"),
                               f"an evaluated table of {other} columns for {width}")
    result = case.run("predict", "r/weights.safetensors", "o.csv", "--label", "last")
    return expects_refusal(case, result, f"a predicted table of {other} columns for {width}")


def targets_of_another_set(case):
    """Another number of target values, or classes beyond those of training."""
    random = case.random
    width, units, other = random.randint(1, 5), *random.sample(range(1, 5), 2)
    rows = numbers(random, 10, width)
    case.write("t.npz", formats.npz({"x": np.array(rows, "f4"), "y": np.array(numbers(random, 10, units), "f4")}))
    case.write("o.npz", formats.npz({"x": np.array(rows, "f4"), "y": np.array(numbers(random, 10, other), "f4")}))
    role = random.choice(["validation", "test", "evaluate"])
    data = '<npz role="train" path="t.npz"/>' + ("" if role == "evaluate" else f'<npz role="{role}" path="o.npz"/>')
    case.write("m.xml", classifier(width, units, data, loss=random.choice(["<squaredError/>", "<absoluteError/>", "<huber/>"])))
    result = trains(case)
    if role != "evaluate":
        return expects_refusal(case, result, f"a {role} set of {other} targets for {units}")
    if result.done:
        result = case.run("evaluate", "r/weights.safetensors", "--data", "o.npz")
        expects_refusal(case, result, f"an evaluated set of {other} targets for {units}")


def labels_beyond(case):
    """A later set has a label that training never saw."""
    random = case.random
    rows = numbers(random, 8, 2)
    kind = random.choice(["csv", "npz"])
    if kind == "csv":
        case.write("t.csv", csv(rows, ["a", "b"] * 4))
        case.write("o.csv", csv(rows, ["a", "b", "a", "new"] * 2))
        data, role = '<csv role="train" path="t.csv"/>', '<csv role="{}" path="o.csv"/>'
    else:
        x = np.array(rows, "f4")
        case.write("t.npz", formats.npz({"x": x, "y": np.array([0, 1] * 4)}))
        case.write("o.npz", formats.npz({"x": x, "y": np.array([0, 1, random.choice([2, -1, 255, 2 ** 40]), 1] * 2)}))
        data, role = '<npz role="train" path="t.npz"/>', '<npz role="{}" path="o.npz"/>'
    where = random.choice(["validation", "test", "evaluate"])
    case.write("m.xml", classifier(2, 2, data + ("" if where == "evaluate" else role.format(where))))
    result = trains(case)
    if where != "evaluate":
        return expects_refusal(case, result, f"a label of {where} that training has not")
    if result.done:
        result = case.run("evaluate", "r/weights.safetensors", "--data", "o." + kind)
        expects_refusal(case, result, "a label of evaluation that training has not")


def columns_in_another_order(case):
    """A table with the same names in another order predicts the same, or is refused."""
    random = case.random
    width = random.randint(2, 5)
    names = [f"c{i}" for i in range(width)]
    rows = numbers(random, 14, width)
    answers = classes_of(rows, 2)
    case.write("t.csv", csv(rows, answers, ",".join(names + ["y"])))
    case.write("m.xml", classifier(width, 2, '<csv role="train" path="t.csv" label="y"/>'))
    order = list(range(width))
    while order == list(range(width)):
        random.shuffle(order)
    turned = [[r[i] for i in order] for r in rows]
    turned_names = [names[i] for i in order]
    if not trains(case, "--set", "training.epochs=9").done:
        return
    answer_first = random.random() < 0.3
    if answer_first:
        case.write("o.csv", table([[a] + r for r, a in zip(turned, answers)], ",".join(["y"] + turned_names)))
    else:
        case.write("o.csv", csv(turned, answers, ",".join(turned_names + ["y"])))
    verb = random.choice(["predict", "evaluate"])
    if verb == "predict":
        right = case.run("predict", "r/weights.safetensors", "t.csv", "--label", "y")
        other = case.run("predict", "r/weights.safetensors", "o.csv", "--label", "y")
    else:
        right = case.run("evaluate", "r/weights.safetensors", "--data", "t.csv", "--label", "y", "--json")
        other = case.run("evaluate", "r/weights.safetensors", "--data", "o.csv", "--label", "y", "--json")
    if right.done and other.done and right.out != other.out:
        case.find("wrong answer", "columns in another order predict otherwise")


def other_columns(case):
    """A table whose names are not those of training is refused."""
    random = case.random
    rows = numbers(random, 10, 3)
    case.write("t.csv", csv(rows, classes_of(rows, 2), "a,b,c,y"))
    case.write("m.xml", classifier(3, 2, '<csv role="train" path="t.csv" label="y"/>'))
    case.write("o.csv", csv(rows, None, random.choice(["a,b,d", "u,v,w", "a,a,c", "A,B,C1"])))
    if trains(case).done:
        expects_refusal(case, case.run("predict", "r/weights.safetensors", "o.csv"), "a table with other columns")


def npz_names_and_shapes(case):
    """Arrays of an archive swapped, missing, of other shapes, or with other numbers of samples."""
    random = case.random
    shapes = {"a": random.choice([(3,), (4,), (1, 2)]), "b": random.choice([(2,), (5,), (2, 2), (6,)])}
    count = random.choice([5, 8])

    def draw(shape, samples=count):
        return np.array([random.uniform(-1, 1) for _ in range(samples * int(np.prod(shape)))], "f4").reshape((samples,) + shape)
    arrays = {k: draw(s) for k, s in shapes.items()}
    arrays["y"] = np.array([i % 2 for i in range(count)])
    order = random.choice([["a", "b"], ["b", "a"]])
    inputs = "".join(
        f'<input name="{n}" shape="{"x".join(map(str, shapes[n]))}"/><flatten name="f{n}"/>' for n in order)
    listed = random.choice(["a b", "b a"])
    case.write("t.npz", formats.npz(arrays))
    case.write("m.xml", model("m", ("", f'<npz role="train" path="t.npz" inputs="{listed}" targets="y"/>'),
                              inputs + '<concat from="fa fb"/><dense units="2"/><softmaxCrossEntropy/>', batch=4))
    result = trains(case)
    if not result.done:
        return
    damaged.after_training(case)
    before = case.run("predict", "r/weights.safetensors", "t.npz")
    kind = random.randrange(5)
    other = dict(arrays)
    if kind == 0:
        other["a"], other["b"] = other["b"], other["a"]
    elif kind == 1:
        del other[random.choice(["a", "b"])]
    elif kind == 2:
        other["b"] = draw(shapes["b"] + (2,)) if random.random() < 0.5 else draw((shapes["b"][0] + 1,) + shapes["b"][1:])
    elif kind == 3:
        other["a"] = draw(shapes["a"], count + 1)
    else:
        # The same arrays in another order in the file.
        other = dict(reversed(list(other.items())))
    case.write("o.npz", formats.npz(other))
    result = case.run("predict", "r/weights.safetensors", "o.npz", perturb=85)
    if kind == 4:
        if before.done and (not result.done or result.out != before.out):
            case.find("wrong answer", "the order of an archive's entries matters")
    elif kind == 0 and [s for s in shapes["a"] if s > 1] == [s for s in shapes["b"] if s > 1]:
        # Shapes that differ in sizes of 1 alone agree.
        pass
    else:
        expects_refusal(case, result, f"an archive that does not fit (kind {kind})")
    expected = case.run("evaluate", "r/weights.safetensors", "--data", "t.npz", "--json")
    again = case.run("evaluate", "r/weights.safetensors", "--data", "t.npz", "--json", "--threads", 1, perturb=170)
    damaged.repeated(case, expected, again)


def fixed_inputs(case):
    """Inputs with values among free ones: they keep their values, and files bind to the others."""
    random = case.random
    width = random.choice([2, 3])
    values = " ".join(str(random.randint(-3, 3)) for _ in range(width))
    fixed = f'<input name="k" value="{values}"/>'
    free = f'<input name="x" shape="{width}"/>'
    parts = random.choice([[fixed, free], [free, fixed]])
    case.write("m.xml", f'<model {NAMESPACE} name="m"><network>{"".join(parts)}<add from="k x"/></network></model>')
    rows = numbers(random, 3, width)
    case.write("x.npy", formats.npy(np.array(rows, "f4")))
    if not case.run("init", "m.xml", "--output", "w.safetensors").done:
        return
    result = case.run("predict", "w.safetensors", "x.npy", "--format", "npy", "--output", "o.npy")
    if result.done:
        got = np.load(io.BytesIO(case.read("o.npy")), allow_pickle=False).reshape(len(rows), -1)
        right = np.array(rows, "f4") + np.array([float(v) for v in values.split()], "f4")
        if got.shape != right.shape or not np.allclose(got, right, atol=1e-5):
            case.find("wrong answer", f"a fixed input does not keep its value: {got[:1]} for {right[:1]}")
    else:
        case.find("refused", "a net with a fixed and a free input is not predicted: " + result.err.decode("utf-8", "replace")[:80])


def resume_otherwise(case):
    """Resuming with another model, data, seed or batch is refused or the same run."""
    random = case.random
    rows = numbers(random, 16, 3)
    answers = classes_of(rows, 2)
    case.write("t.csv", csv(rows, answers))
    before = classifier(3, 2, '<csv role="train" path="t.csv"/>', "<preprocess><standardize/></preprocess>")
    case.write("m.xml", before)
    if not trains(case).done:
        return
    changes = {
        "activation": before.replace("<relu/>", "<tanh/>"), "rate": before.replace('rate="0.1"', 'rate="0.2"'),
        "batch": before.replace('batch="4"', 'batch="3"'), "preprocessing": before.replace(
            "<standardize/>", '<scale by="2"/>'), "units": before.replace('units="3"', 'units="4"'),
        "optimizer": before.replace('<sgd rate="0.1"/>', '<adam rate="0.1"/>'),
        "momentum": before.replace('<sgd rate="0.1"/>', '<sgd rate="0.1" momentum="0.9"/>'),
        "seed": before.replace('seed="3"', 'seed="4"'), "precision": before.replace("<model ", '<model precision="double" '),
        "loss": before.replace("<softmaxCrossEntropy/>", "<hinge/>"), "data": before, "nothing": before, "model.seed": before}
    name = random.choice(list(changes))
    case.write("m.xml", changes[name])
    if name == "data":
        case.write("t.csv", csv(numbers(random, 16, 3), answers))
    options = ["--set", "training.epochs=4"] + (["--seed", "99"] if name == "model.seed" else [])
    result = case.run("train", "m.xml", "-q", "--resume", "r", *options)
    if name == "nothing":
        if not result.done:
            case.find("refused", "a run of the same model is not resumed: " + result.err.decode("utf-8", "replace")[:80])
        return
    expects_refusal(case, result, f"resuming with another {name}")


def resumed_equals_whole(case):
    """Two epochs and two more are the same bytes as four."""
    random = case.random
    chosen = damaged.project(case, lambda p: "r/checkpoint.safetensors" in p.run_files)
    case.write_all(chosen.all_files)
    seed = random.choice([[], ["--seed", str(random.randrange(99))]])
    if not case.run("train", "m.xml", "-q", "--output", "whole", "--set", "training.epochs=3", *seed).done:
        return
    case.run("train", "m.xml", "-q", "--output", "r", "--set", "training.epochs=1", *seed)
    result = case.run("train", "m.xml", "-q", "--resume", "r", "--set", "training.epochs=3", *seed, "--threads", "1")
    # A schedule runs over the whole of a training, so that a longer one is another.
    scheduled = re.search(r"<(cosine|oneCycle|polynomial)", chosen.model)
    if result.done and not scheduled:
        if case.run("weights", "diff", "whole/last.safetensors", "r/last.safetensors", answers=True).code != 0:
            case.find("wrong answer", f"a resumed run of {chosen.name} differs from a whole one")


def weights_of_another_net(case):
    """Weights that do not fit are refused, not left out silently."""
    random = case.random
    first = damaged.project(case, lambda p: p.weights and "<training" in p.model and p.name not in ("cifar",))
    second = damaged.project(case, lambda p: p.weights and p.name != first.name)
    case.write_all(first.all_files)
    header, data = formats.safetensors(second.weights)
    renamed = {("other." + k if k != "__metadata__" else k): v for k, v in header.items()}
    case.write("w.safetensors", formats.write_safetensors(renamed, data))
    result = trains(case, "--weights", "w.safetensors", *ONE_EPOCH)
    expects_refusal(case, result, "begins with weights of which none fits")


def metadata_changed(case):
    """A weights file whose metadata, names, types or numbers changed without its checksum is refused."""
    random = case.random
    chosen = damaged.project(case, lambda p: p.weights and p.data)
    case.write_all(chosen.files)
    content = bytearray(chosen.weights)
    length = int.from_bytes(content[:8], "little")
    header, data = formats.safetensors(bytes(content))
    kind = random.randrange(4)
    if kind == 0:
        # A digit of the metadata's values.
        metadata = header["__metadata__"]
        keys = [k for k in metadata if k != "nnrun.checksum" and any(c.isdigit() for c in metadata[k])]
        key = random.choice(keys)
        places = [i for i, c in enumerate(metadata[key]) if c.isdigit()]
        at = random.choice(places)
        digit = random.choice([d for d in "0123456789" if d != metadata[key][at]])
        metadata[key] = metadata[key][:at] + digit + metadata[key][at + 1:]
    elif kind == 1:
        first, second = random.sample([n for n in header if n != "__metadata__"], 2) if len(header) > 2 else (None, None)
        if first is None or header[first]["shape"] != header[second]["shape"]:
            del header["__metadata__"][random.choice([k for k in header["__metadata__"] if k != "nnrun.checksum"])]
        else:
            header[first], header[second] = header[second], header[first]
    elif kind == 2:
        names = [n for n in header if n != "__metadata__" and header[n]["dtype"] in ("F32", "F64") and header[n]["shape"]]
        if not names:
            return
        name = random.choice(names)
        header[name]["dtype"] = {"F32": "I32", "F64": "I64"}[header[name]["dtype"]]
    else:
        header["__metadata__"]["nnrun.extra"] = "1"
    case.write("w.safetensors", formats.write_safetensors(header, data, right=False))
    if case.run("weights", "verify", "w.safetensors").done:
        case.find("not refused", f"verify accepts changed metadata, names or types (kind {kind})")
    expects_refusal(case, case.run("predict", "w.safetensors", chosen.data, *chosen.predict), f"predict with changed metadata (kind {kind})")
    expects_refusal(case, case.run("w.safetensors", chosen.data, *chosen.predict, program="nninfer"),
                    f"nninfer with changed metadata (kind {kind})")


def channels_last(case):
    """Pictures as height x width x channels are not taken for channels x height x width."""
    random = case.random
    height, width = random.choice([(4, 5), (6, 4), (8, 8), (3, 5)])
    x = np.array([random.uniform(0, 1) for _ in range(6 * 3 * height * width)], "f4")
    case.write("t.npz", formats.npz({"x": x.reshape(6, 3, height, width), "y": np.arange(6) % 2}))
    case.write("o.npy", formats.npy(x.reshape(6, height, width, 3)))
    case.write("o.npz", formats.npz({"x": x.reshape(6, height, width, 3), "y": np.arange(6) % 2}))
    network = f'<input name="x" shape="3x{height}x{width}"/><conv2d channels="2" kernel="2"/><flatten/><dense units="2"/><softmaxCrossEntropy/>'
    case.write("m.xml", model("m", ("", '<npz role="train" path="t.npz"/>'), network))
    if random.random() < 0.4:
        case.write("t.npz", case.read("o.npz"))
        return expects_refusal(case, trains(case), "channels last in training")
    if trains(case).done:
        expects_refusal(case, case.run("predict", "r/weights.safetensors", random.choice(["o.npy", "o.npz"])),
                        "channels last in prediction")


def single_samples(case):
    """One sample alone, batches of one, a last batch of one: the same prediction as within a set."""
    random = case.random
    chosen = damaged.project(case, lambda p: p.name in ("table", "regression", "plain", "include"))
    case.write_all(chosen.all_files)
    case.write("w.safetensors", chosen.weights)
    whole = case.run("predict", "w.safetensors", chosen.data, *chosen.predict)
    if not whole.done:
        return
    content = chosen.files[chosen.data]
    import gzip
    if chosen.data.endswith(".gz"):
        content = gzip.decompress(content)
    lines = content.decode().strip().split("\n")
    header = [lines[0]] if re.match(r"[a-z]", lines[0]) else []
    body = lines[len(header):]
    at = random.randrange(len(body))
    name = "one.tsv" if ".tsv" in chosen.data else "one.csv"
    case.write(name, "\n".join(header + [body[at]]) + "\n")
    one = case.run("predict", "w.safetensors", name, *chosen.predict)
    if not one.done:
        case.find("refused", "one row alone is refused: " + one.err.decode("utf-8", "replace")[:80])
    elif one.out.decode().strip().split("\n")[1] != whole.out.decode().strip().split("\n")[1 + at]:
        case.find("wrong answer", "one row alone predicts otherwise than among others")


def not_numbers(case):
    """A NaN or an infinity among inputs or targets is refused."""
    random = case.random
    x = np.array(numbers(random, 8, 3), "f4")
    y = np.array(numbers(random, 8, 1), "f4")
    bad = random.choice([np.nan, np.inf, -np.inf])
    where = random.choice(["x", "y", "predict", "evaluate", "test"])
    x2, y2 = x.copy(), y.copy()
    (y2 if where == "y" else x2)[random.randrange(8), 0] = bad
    case.write("t.npz", formats.npz({"x": x2 if where == "x" else x, "y": y2 if where == "y" else y}))
    case.write("o.npz", formats.npz({"x": x2, "y": y2}))
    data = '<npz role="train" path="t.npz"/>' + ('<npz role="test" path="o.npz"/>' if where == "test" else "")
    case.write("m.xml", classifier(3, 1, data, loss="<squaredError/>"))
    result = trains(case)
    if where in ("x", "y", "test"):
        return expects_refusal(case, result, f"{bad} in {where}")
    if result.done:
        words = ["predict", "r/weights.safetensors", "o.npz"] if where == "predict" else [
            "evaluate", "r/weights.safetensors", "--data", "o.npz"]
        expects_refusal(case, case.run(*words), f"{bad} in {where}")


def names_that_collide(case):
    """Layers with names that files use for something else: what is trained can be resumed and read."""
    random = case.random
    names = random.sample(["best.fc1", "fc1", "best", "optimizer", "optimizer.fc1", "last.fc1", "fc1.weight", "state", "m.fc1",
                           "current.fc1", "velocity.fc1", "moment1.fc1", "best.best.fc1"], 2)
    case.write("m.xml", model(
        "m", ("", '<random role="train" samples="9" shape="4" classes="2"/><split role="validation" from="train" fraction="0.3"/>'),
        f'<input name="x" shape="4"/><dense name="{names[0]}" units="3"/><relu/><dense name="{names[1]}" units="2"/>'
        '<softmaxCrossEntropy/>', random.choice(['<adam rate="0.1"/>', '<sgd rate="0.1" momentum="0.5"/>'])))
    case.run("check", "m.xml")
    if trains(case).done:
        damaged.after_training(case)
        result = case.run("train", "m.xml", "-q", "--resume", "r", "--set", "training.epochs=3")
        if not result.done:
            case.find("refused", "a run is not resumed: " + result.err.decode("utf-8", "replace")[:80])


def any_rank(case):
    """Shapes of any rank: check and train agree, and what is trained predicts."""
    random = case.random
    rank = random.randint(1, 9)
    shape = [random.choice([1, 1, 2]) for _ in range(rank)]
    text = "x".join(map(str, shape))
    layers = random.choice(["<flatten/>", "<relu/><flatten/>", "<layerNorm/><flatten/>", "<softmax/><flatten/>",
                            '<concat from="x x"/><flatten/>', "<batchNorm/><flatten/>", "<sum/><flatten/>", "<multiply from=\"x x\"/><flatten/>"])
    case.write("m.xml", model(
        "m", ("", f'<random role="train" samples="8" shape="{text}" classes="2"/>'),
        f'<input name="x" shape="{text}"/>{layers}<dense units="2"/><softmaxCrossEntropy/>', batch=random.choice([1, 3, 8])))
    checked = case.run("check", "m.xml")
    case.run("gradcheck", "m.xml", answers=True)
    trained = trains(case)
    if checked.done and not trained.done and trained.code == 65 and b"rank" in trained.err:
        case.find("not refused", "check accepts a shape that train refuses")
    if trained.done:
        case.write("x.npy", formats.npy(np.ones([2] + shape, "f4")))
        result = case.run("predict", "r/weights.safetensors", "x.npy")
        if not result.done:
            case.find("refused", f"an array of rank {rank + 1} is refused: " + result.err.decode("utf-8", "replace")[:80])


def augmented_inputs(case):
    """Changes to pictures where inputs are several or no pictures."""
    random = case.random
    change = random.choice(['<flip/>', '<translate by="1"/>', '<rotate degrees="10"/>', '<zoom least="0.5"/>', '<cutout size="2"/>',
                            '<brightness by="0.1"/>', '<mixup alpha="0.3"/>', '<contrast by="0.1"/>'])
    count = 6
    arrays = {"v": np.array(numbers(random, count, 3), "f4"), "p": np.ones((count, 2, 5, 4), "f4"), "y": np.arange(count) % 2}
    inputs = {"v": '<input name="v" shape="3"/>', "p": '<input name="p" shape="2x5x4"/>'}
    order = random.choice([["v", "p"], ["p", "v"]])
    listed = random.choice(["v p", "p v"])
    case.write("t.npz", formats.npz(arrays))
    case.write("m.xml", model(
        "m", ("", f'<npz role="train" path="t.npz" inputs="{listed}" targets="y"/>'),
        inputs[order[0]] + inputs[order[1]] + '<flatten name="f" from="p"/><concat from="v f"/><dense units="2"/><softmaxCrossEntropy/>',
        more=f"<augment>{change}</augment>" + random.choice(["", '<views mirrored="true" shift="1"/>', "<preprocess><standardize/></preprocess>"])))
    if trains(case).done:
        damaged.after_training(case)
        first = case.run("evaluate", "r/weights.safetensors", "--data", "t.npz", "--json", perturb=85)
        second = case.run("evaluate", "r/weights.safetensors", "--data", "t.npz", "--json", "--threads", 1, perturb=170)
        damaged.repeated(case, first, second)
        if not first.done:
            case.find("refused", "the training file is not evaluated: " + first.err.decode("utf-8", "replace")[:80])


def other_files(case):
    """A file of one project with the weights of another."""
    random = case.random
    first = damaged.project(case, lambda p: p.weights)
    second = damaged.project(case, lambda p: p.data and p.name != first.name)
    case.write_all(second.files)
    case.write("w.safetensors", first.weights)
    verb = random.choice(["predict", "evaluate", "explain"])
    if verb == "explain":
        case.run("explain", "--at", "w.safetensors", "--input", second.data, *second.predict)
    else:
        damaged.measure(case, verb, second.data, second)


def train_reproducibly(case):
    """Training is the same on any number of threads, whatever memory holds before."""
    random = case.random
    chosen = damaged.project(case, lambda p: "<training" in p.model)
    case.write_all(chosen.all_files)
    options = ["--set", f"training.batch={random.choice([1, 3, 5, 7, 100])}"]
    first = case.run("train", "m.xml", "-q", "--output", "r", "--threads", 1, *ONE_EPOCH, *options, perturb=85)
    second = case.run("train", "m.xml", "-q", "--output", "s", "--threads", 2, *ONE_EPOCH, *options, perturb=170)
    if first.done and second.done:
        damaged.after_training(case)
        if case.run("weights", "diff", "r/last.safetensors", "s/last.safetensors", answers=True).code != 0:
            case.find("other numbers each time", f"two trainings of {chosen.name} differ")


CASES = [
    (width_of_another_set, 5), (targets_of_another_set, 4), (labels_beyond, 3), (columns_in_another_order, 4),
    (other_columns, 1), (npz_names_and_shapes, 6), (fixed_inputs, 2), (resume_otherwise, 5), (resumed_equals_whole, 2),
    (weights_of_another_net, 2), (metadata_changed, 5), (channels_last, 2), (single_samples, 3), (not_numbers, 3),
    (names_that_collide, 2), (any_rank, 4), (augmented_inputs, 3), (other_files, 5), (train_reproducibly, 4)]
