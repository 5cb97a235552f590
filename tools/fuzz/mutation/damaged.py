"""Cases with one damaged file: models, data, pictures, weights, checkpoints, formulas and command lines."""

import json
import re
import xml.etree.ElementTree as tree

import damage
import formats

ONE_EPOCH = ["--set", "training.epochs=1"]


class Elements:
    """What a model may hold, from 'nnrun layers --json': the attributes and their types by element, and by kind."""

    def __init__(self, listing):
        self.attributes, self.kinds = {}, {}
        for entry in json.loads(listing):
            # A name may stand for several kinds; the attributes of all are tried.
            known = self.attributes.setdefault(entry["name"], {})
            known.update({a["name"]: a["type"] for a in entry["attributes"]})
            self.kinds.setdefault(entry["kind"], []).append(entry["name"])
        for name, attributes in {
                "input": {"name": "name", "shape": "shape", "value": "numbers"},
                "split": {"role": "train | validation | test", "from": "train", "fraction": "number"},
                "training": {"epochs": "whole number", "steps": "whole number", "batch": "whole number",
                             "seed": "whole number", "clipNorm": "number", "shuffle": "true or false"},
                "repeat": {"times": "whole number"}, "use": {"block": "name"}, "block": {"parameters": "text"},
                "views": {"mirrored": "true or false", "shift": "whole number"}}.items():
            self.attributes.setdefault(name, {}).update(attributes)


def project(case, wanted=lambda p: True):
    return case.random.choice([p for p in case.seeds if wanted(p)])


def is_small(case, path="m.xml", options=()):
    """Whether a model is sound and so small that training it takes a moment."""
    result = case.run("summary", path, "--json", *options)
    if not result.done:
        return False
    try:
        need = json.loads(result.out)
    except ValueError:
        return False
    operations = need["forwardOperations"] + need["backwardOperations"]
    return need["trainingBytes"] < 50_000_000 and operations * max(1, need["batch"]) < 20_000_000


def model_verbs(case, path="m.xml"):
    """Every verb that reads a model, some at a time."""
    random = case.random
    checked = case.run("check", path, *random.choice([[], [], ["--json"], ["--expanded"], ["--strict"]]))
    if random.random() < 0.3:
        case.run("graph", path, *random.choice([[], ["--svg", "g.svg"], ["--dot", "g.dot"]]))
    # What check refuses, the others refuse too: one of them shows whether they do.
    if checked.code not in (0,) and random.random() < 0.7:
        return
    if not is_small(case, path):
        return
    for verb in random.sample(["train", "gradcheck", "init", "trace", "explain", "bench", "summary"], 2):
        if verb == "train":
            trained = case.run("train", path, "-q", "--output", "r", *random.choice([ONE_EPOCH, [], ["--json"]]))
            if trained.done:
                after_training(case)
        elif verb == "gradcheck":
            result = case.run("gradcheck", path, "--batch", random.choice([1, 2, 4]), *random.choice([[], ["--json"]]),
                              answers=True)
            # A net may be asked for the slope of a root at 0: then its gradient is no number, and is said to be none.
            said = result.out.decode("utf-8", "replace")
            if result.code == 1 and '"error":null' not in said and not re.search("backward -?(nan|inf)", said):
                case.find("gradient said to be wrong", said[-200:])
        elif verb == "init":
            if case.run("init", path, "--output", "w.safetensors").done:
                case.run("weights", "verify", "w.safetensors")
                case.run("predict", "w.safetensors", "-", stdin=b"1,2,3,4\n")
        elif verb == "trace":
            case.write("x.npy", formats.npy(damage.np.ones(random.choice([(2, 4), (1, 3), (2, 1, 8, 8), (3, 6)]), "<f4")))
            case.run("trace", path, "--input", "x.npy", "--output", "t.safetensors", *random.choice([[], ["--training"]]))
        elif verb == "explain":
            case.run("explain", path, *random.choice(
                [[], ["--json"], ["--svg", "e.svg"], ["--input", "1 2 3 4"], ["--code", "python"],
                 ["--input", "1 2 3", "--target", "1"]]))
        elif verb == "bench":
            case.run("bench", path, "--seconds", "0.01", "--mode", random.choice(["train", "infer"]), "--batch",
                     random.choice([1, 3]), "--json")
        else:
            case.run("summary", path, "--batch", random.choice(["1", "1000000", "16777216", "0", "-1"]))


def after_training(case, folder="r"):
    """What a training wrote can be read, is whole, and predicts."""
    path = f"{folder}/weights.safetensors"
    if not case.run("weights", "verify", path).done:
        case.find("unreadable weights", "weights verify refuses what train wrote")
    inspected = case.run("weights", "inspect", path, "--json")
    if inspected.done:
        try:
            bad = [a["name"] for a in json.loads(inspected.out)["arrays"] if a["nonFinite"]]
        except (ValueError, KeyError):
            bad = []
        if bad:
            case.find("parameters not finite", ", ".join(bad)[:80])


def damaged_model(case):
    chosen = project(case)
    case.write_all(chosen.files)
    kind = case.random.random()
    if kind < 0.6:
        content = damage.model(case.random, chosen.model, case.elements.attributes)
    elif kind < 0.8:
        content = damage.text(case.random, chosen.model).encode("utf-8", "replace")
    else:
        content = damage.bytes_of(case.random, chosen.model.encode())
    case.write("m.xml", content)
    model_verbs(case)


def random_network(case):
    """A chain of layers with attributes in and out of their ranges, over inputs of any rank."""
    random, elements = case.random, case.elements
    root = tree.Element(f"{{{damage.NAMESPACE}}}model", name="n")
    shape = random.choice(damage.SHAPES[:17])
    data = tree.SubElement(root, f"{{{damage.NAMESPACE}}}data")
    source = tree.SubElement(data, f"{{{damage.NAMESPACE}}}random", role="train", samples=random.choice(["1", "5", "9"]),
                             shape=shape)
    source.set(*random.choice([("classes", "3"), ("classes", "2"), ("values", "2"), ("values", "1")]))
    if random.random() < 0.3:
        augment = tree.SubElement(root, f"{{{damage.NAMESPACE}}}augment")
        augment.append(damage.element(random, random.choice(elements.kinds["augmentation"]), elements.attributes, 0.4))
    if random.random() < 0.3:
        preprocess = tree.SubElement(root, f"{{{damage.NAMESPACE}}}preprocess")
        preprocess.append(damage.element(random, random.choice(elements.kinds["preprocessing"]), elements.attributes))
    network = tree.SubElement(root, f"{{{damage.NAMESPACE}}}network")
    tree.SubElement(network, f"{{{damage.NAMESPACE}}}input", name="x", shape=shape)
    tree.register_namespace("", damage.NAMESPACE)
    names = ["x"]
    for index in range(random.randint(2, 7)):
        node = random_layer(random, elements, names, f"l{index}")
        network.append(node)
        case.write("m.xml", tree.tostring(root, encoding="utf-8"))
        # Layers that do not fit are mostly left out, so that the net grows.
        if case.run("check", "m.xml").done or random.random() < 0.03:
            names.append(node.get("name"))
        else:
            network.remove(node)
    if random.random() < 0.8:
        classes = source.get("classes") or source.get("values")
        if random.random() < 0.8:
            tree.SubElement(network, f"{{{damage.NAMESPACE}}}flatten")
            tree.SubElement(network, f"{{{damage.NAMESPACE}}}dense", units=classes)
        losses = elements.kinds["loss"] if random.random() < 0.3 else (
            ["softmaxCrossEntropy", "hinge"] if source.get("classes") else ["squaredError", "absoluteError", "huber"])
        network.append(damage.element(random, random.choice(losses), elements.attributes, 0.08))
    training = tree.SubElement(root, f"{{{damage.NAMESPACE}}}training", epochs="1", batch=random.choice(["1", "2", "4", "5"]))
    for kind, share in (("optimizer", 0.95), ("schedule", 0.3), ("stopping", 0.2)):
        if random.random() < share:
            training.append(damage.element(random, random.choice(elements.kinds[kind]), elements.attributes, 0.1))
    case.write("m.xml", tree.tostring(root, encoding="utf-8"))
    model_verbs(case)


def random_layer(random, elements, names, name):
    """A layer that reads the one before it, or others."""
    kind = random.choice(elements.kinds["layer"])
    node = damage.element(random, kind, elements.attributes, 0.1)
    # What an element needs, it mostly has.
    for key in elements.attributes[kind]:
        if key in ("units", "channels", "kernel", "by", "size", "factor", "groups") and random.random() < 0.8:
            node.set(key, random.choice(["1", "2", "3", "4", "6"]))
        if key == "shape" and random.random() < 0.9:
            node.set(key, random.choice(damage.SHAPES[:14]))
    node.set("name", name)
    if kind in ("add", "subtract", "multiply", "divide", "max", "min", "dot", "matmul", "concat") or random.random() < 0.1:
        node.set("from", " ".join(random.choice(names[-3:]) for _ in range(random.choice([1, 2, 2, 2, 3]))))
    return node


def damage_data(case, name, content):
    """One damaged version of a data file, by its format."""
    random = case.random
    if random.random() < 0.2:
        return damage.bytes_of(random, content)
    if name.endswith(".gz"):
        inner = damage.table if ".tsv" in name or ".csv" in name else damage.idx
        return damage.gz(random, content, inner)
    if name.endswith((".csv", ".tsv")):
        return damage.table(random, content)
    if name.endswith(".npy"):
        return damage.npy(random, content)
    if name.endswith(".npz"):
        return damage.npz(random, content) if random.random() < 0.7 else damage.zip_fields(random, content)
    if name.endswith(".idx"):
        return damage.idx(random, content)
    if name.endswith(".png"):
        return damage.png(random, content)
    if name.endswith(".jpg"):
        return damage.jpeg(random, content)
    return damage.bytes_of(random, content)


def damaged_data(case):
    random = case.random
    chosen = project(case, lambda p: p.files and p.name not in ("graph", "include"))
    case.write_all(chosen.all_files)
    name = random.choice([n for n in chosen.files if not n.endswith(".xml")])
    content = damage_data(case, name, chosen.files[name])
    case.write(name, content)
    if chosen.weights:
        case.write("w.safetensors", chosen.weights)
    verbs = random.sample(["train", "predict", "evaluate", "propose", "explain", "pack"], 2)
    for verb in verbs:
        if verb == "train":
            if "<training" in chosen.model and case.run(
                    "train", "m.xml", "-q", "--output", "r", *ONE_EPOCH, *random.choice([[], ["--json"]])).done:
                after_training(case)
        elif verb in ("predict", "evaluate") and chosen.weights and chosen.data:
            # Pictures are read one by one as well as in their folder.
            data = name if chosen.name == "pictures" and verb == "predict" else chosen.data
            measure(case, verb, data, chosen)
        elif verb == "propose" and name.endswith((".csv", ".tsv", ".gz")):
            if case.run("train", name, "-q", "--output", "q", *ONE_EPOCH).done:
                after_training(case, "q")
        elif verb == "explain" and chosen.weights and chosen.data:
            case.run("explain", "--at", "w.safetensors", "--input", name, *chosen.predict[:2],
                     *random.choice([[], ["--json"], ["--row", "2"]]))
        elif verb == "pack" and name.endswith((".npy", ".idx", ".csv")):
            if case.run("weights", "pack", "k.safetensors", f"a={name}").done:
                case.run("weights", "verify", "k.safetensors")


def measure(case, verb, data, chosen, weights="w.safetensors"):
    """Predicts or evaluates twice, differently, and expects the same bytes."""
    random = case.random
    if verb == "evaluate":
        options = ["--data", data] + chosen.evaluate + random.choice([[], ["--json"], ["--details"]])
        first = case.run("evaluate", weights, *options, "--threads", 1, perturb=85)
        if first.done:
            repeated(case, first, case.run("evaluate", weights, *options, "--threads", 2, perturb=170))
        return
    options = chosen.predict + random.choice([[], [], ["--format", "json"], ["--format", "npy", "--output", "o.npy"]])
    first = case.run("predict", weights, data, *options, "--threads", 1, perturb=85)
    second = case.run(weights, data, *options, "--threads", 2, program="nninfer", perturb=170)
    if first.code != second.code and isinstance(first.code, int) and isinstance(second.code, int):
        case.find("two programs differ", f"nnrun ends with {first.code}, nninfer with {second.code}")
    elif first.done:
        repeated(case, first, second)


def repeated(case, first, second):
    if first.code == second.code and first.out != second.out:
        case.find("other numbers each time", first.out[:60] + b" / " + second.out[:60])


def damaged_weights(case):
    random = case.random
    chosen = project(case, lambda p: p.weights)
    case.write_all(chosen.files)
    content, right = damage.weights(random, chosen.weights, case.elements.attributes)
    case.write("w.safetensors", content)
    verified = case.run("weights", "verify", "w.safetensors")
    for verb in random.sample(["inspect", "diff", "predict", "evaluate", "train", "trace", "explain", "adopt"], 3):
        if verb == "inspect":
            case.run("weights", "inspect", "w.safetensors", *random.choice([[], ["--json"]]))
        elif verb == "diff":
            case.write("o.safetensors", chosen.weights)
            case.run("weights", "diff", *random.sample(["w.safetensors", "o.safetensors"], 2),
                     *random.choice([[], ["--json"]]), answers=True)
        elif verb in ("predict", "evaluate") and chosen.data:
            measure(case, verb, chosen.data, chosen)
            last = case.steps[-1][1][1]
            if verified.code == 65 and not right and content != chosen.weights and verb == "predict":
                expects_refusal(case, case.run("predict", "w.safetensors", chosen.data, *chosen.predict),
                                "weights that verify refuses predict")
        elif verb == "train" and "<training" in chosen.model:
            case.write("m.xml", chosen.model)
            case.run("train", "m.xml", "-q", "--weights", "w.safetensors", "--output", "r", *ONE_EPOCH)
        elif verb == "trace":
            case.write("m.xml", chosen.model)
            case.write("x.npy", formats.npy(damage.np.ones((2, 4), "<f4")))
            case.run("trace", "m.xml", "--weights", "w.safetensors", "--input", "x.npy")
        elif verb == "explain":
            case.run("explain", "--at", "w.safetensors", "--input", "1 2 3 4", *random.choice([[], ["--json"]]))
        elif verb == "adopt":
            case.write("m.xml", chosen.model)
            words = random.choice([["m.xml", "w.safetensors"], ["w.safetensors"]])
            if case.run("weights", "adopt", *words, "--output", "a.safetensors").done:
                case.run("weights", "verify", "a.safetensors")
                if chosen.data:
                    case.run("predict", "a.safetensors", chosen.data, *chosen.predict)


def expects_refusal(case, result, what):
    """A finding if a command went through that had to be refused."""
    if result.done:
        case.find("not refused", what)


def damaged_checkpoint(case):
    random = case.random
    chosen = project(case, lambda p: "r/checkpoint.safetensors" in p.run_files)
    case.write_all(chosen.all_files)
    case.write_all(chosen.run_files)
    content, _ = damage.weights(random, chosen.run_files["r/checkpoint.safetensors"], case.elements.attributes)
    case.write("r/checkpoint.safetensors", content)
    if random.random() < 0.3:
        other = random.choice(["r/weights.safetensors", "r/last.safetensors", "r/model.xml"])
        case.write(other, damage.bytes_of(random, chosen.run_files[other]))
    if case.run("train", "m.xml", "-q", "--resume", "r", "--set", "training.epochs=3",
                *random.choice([[], ["--json"]])).done:
        after_training(case)


FORMULAS = [
    "(x + y) * z", "1 / (1 + exp(-x))", "max(x, y) ^ 2", "log(x) + sqrt(y)", "sin(x) * cos(y) - tanh(z)",
    "abs(min(x, -y)) / relu(z)", "x ^ y ^ z", "sigmoid(x) * -(-y)"]


def damaged_formula(case):
    random = case.random
    formula = random.choice(FORMULAS)
    for _ in range(random.randint(0, 3)):
        kind = random.randrange(7)
        at = random.randrange(len(formula) + 1)
        if kind == 0:
            formula = formula[:at] + random.choice(list("()+-*/^,. ") + NUMBERS_AND_WORDS) + formula[at:]
        elif kind == 1:
            formula = f"({formula}) {random.choice('+-*/^')} ({random.choice(FORMULAS)})"
        elif kind == 2:
            formula = formula[:at] + formula[at + random.randint(1, 4):]
        elif kind == 3:
            depth = random.choice([10, 100, 2000])
            formula = "(" * depth + formula + ")" * random.choice([depth, depth, depth - 1])
        elif kind == 4:
            formula = random.choice(["+", "*", "-", "/", "^"]).join([formula] * random.choice([2, 30, 300]))
        elif kind == 5:
            formula = random.choice(["exp", "log", "-", "sin", "sqrt"]) * random.choice([1, 50]) + "(" + formula + ")"
        else:
            formula = damage.text(random, formula) if formula else "x"
    usual, odd = ["1", "-2", "0", "0.5", "3"], ["1e300", "-1e-300", "nan", "inf", "", "a"]
    values = [f"{name}={random.choice(usual if random.random() < 0.95 else odd)}" for name in "xyz" if name in formula]
    options = random.choice([[], ["--json"], ["--svg", "e.svg"], ["--dot", "e.dot"], ["--fuse"], ["--code", "python"],
                             ["--code", "swift"]])
    # An argument has its limit, and a formula one of its own.
    formula = formula.replace("\0", "")[:100_000]
    case.run("explain", "--expression", formula, *values[:random.choice([3, 3, 3, 3, 3, 3, 3, 1])], *options)


NUMBERS_AND_WORDS = ["1e999", "2.5.1", "exp", "max", "x", "w", "1e", "é", "\n", "0x1", "()", "max()", "**", "--", "pi"]


def damaged_command(case):
    """Options, values and overrides that do not fit."""
    random = case.random
    chosen = project(case, lambda p: p.weights)
    case.write_all(chosen.all_files)
    case.write_all(chosen.run_files)
    paths = list(chosen.all_files) + list(chosen.run_files) + ["p", "r", ".", "missing", "", "-"]
    verb = random.choice([
        "train", "evaluate", "predict", "check", "summary", "init", "trace", "explain", "graph", "gradcheck", "layers",
        "schema", "weights", "completion", "version", "bench", "nothing"])
    words = [verb]
    if verb == "weights":
        words.append(random.choice(["inspect", "verify", "diff", "pack", "adopt"]))
    if verb == "layers":
        words += random.choice([["dense"], ["elu", "--plot"], ["gelu", "--plot", "--range", random.choice(damage.NUMBERS) + ":3"],
                                ["elu", "--plot", f"alpha={random.choice(damage.NUMBERS)}"], ["csv", "--plot"], ["nothing"]])
    words += random.sample(paths, random.choice([0, 1, 1, 2]))
    options = ["--output", "--resume", "--weights", "--require", "--every", "--seed", "--threads", "--set", "--json", "-q",
               "--label", "--format", "--data", "--labels", "--top", "--details", "--input", "--target", "--at", "--row",
               "--batch", "--mode", "--seconds", "--svg", "--dot", "--precision", "--training", "--expanded", "--strict",
               "--explain", "--template", "--transpose", "--single-view", "--verbose", "--all", "--plot", "--markdown", "--fuse"]
    for option in random.sample(options, random.choice([0, 1, 2, 3])):
        words.append(option)
        if random.random() < 0.8:
            words.append(random.choice([
                random.choice(damage.NUMBERS), random.choice(damage.TEXTS), random.choice(paths[:-2]), "out",
                override(random, chosen.model), "accuracy=0.5", "loss=nan", "mlp", "json"]))
    words = [w.replace("\0", "").encode("utf-8", "replace").decode() for w in words]
    # A measurement takes two seconds unless told otherwise.
    if verb == "bench":
        words += ["--seconds", "0.01"]
    if "--threads" in words:
        words = words[:words.index("--threads")] + ["--threads", random.choice(["0", "1", "3", "-1", "x"])]
    if any("65535" in w or "000000" in w or re.search(r"\d{6}", w) for w in words):
        return case.run("check", "m.xml", *[w for w in words if w.startswith("--set") or "=" in w][:2])
    case.run(*words, answers=True, stdin=b"1,2,3\n")


def override(random, model):
    """A --set argument for an attribute that the model has."""
    try:
        root = tree.fromstring(model)
    except tree.ParseError:
        return "a.b=1"
    nodes = [(n.tag.split("}")[-1], n.attrib) for n in root.iter() if n.attrib]
    name, attributes = random.choice(nodes)
    place = random.choice(["training", "network", "data", "preprocess", "model", "augment"])
    path = random.choice([
        f"training.{random.choice(['epochs', 'batch', 'seed', 'sgd.rate', 'adam.rate', 'steps'])}",
        f"{place}.{name}.{random.choice(list(attributes))}",
        f"{place}.{attributes.get('name', 'x')}.{random.choice(list(attributes))}", "model.precision"])
    return f"{path}={random.choice(damage.NUMBERS[:40] + ['double', 'float', '5'])}"


CASES = [
    (damaged_model, 18), (random_network, 22), (damaged_data, 26), (damaged_weights, 14), (damaged_checkpoint, 6),
    (damaged_formula, 4), (damaged_command, 7)]
