"""Small whole projects, each a model with its data, and what a training makes of them."""

import os
import subprocess

import numpy as np

import formats

NAMESPACE = 'xmlns="urn:nnrun:model:1"'


class Project:
    """A model and its files; after training also weights and a checkpoint.

    data: the file that predict and evaluate read, with their options.
    """

    def __init__(self, name, model, files, data=None, predict=(), evaluate=None):
        self.name, self.model, self.files, self.data = name, model, files, data
        self.predict, self.evaluate = list(predict), list(predict if evaluate is None else evaluate)
        self.weights = None
        self.run_files = {}

    @property
    def all_files(self):
        return {"m.xml": self.model.encode(), **self.files}


def model(name, data, network, training="<sgd rate=\"0.1\"/>", more="", epochs=2, batch=8):
    return (
        f'<model {NAMESPACE} name="{name}">\n  <data{data[0]}>{data[1]}</data>\n  {more}\n'
        f'  <network>{network}</network>\n'
        f'  <training epochs="{epochs}" batch="{batch}" seed="3">{training}</training>\n</model>\n')


def table(rows, header=None):
    lines = [header] if header else []
    for row in rows:
        lines.append(",".join(f"{x:.4g}" if isinstance(x, float) else str(x) for x in row))
    return ("\n".join(lines) + "\n").encode()


def projects(fixtures):
    """All projects; fixtures: the folder of pictures that another program wrote."""
    random = np.random.default_rng(7)

    def rows(count, columns, answer):
        x = random.normal(size=(count, columns)) * 2
        return [[float(v) for v in r] + answer(r) for r in x]

    species = lambda r: [["setosa", "versicolor", "virginica"][int(np.argmax(r[:3]))]]
    pixels = random.integers(0, 256, (24, 8, 8), dtype=np.uint8)
    labels = (np.arange(24) % 3).astype(np.uint8)
    a = random.normal(size=(24, 4)).astype(np.float32)
    b = random.normal(size=(24, 2, 3)).astype(np.float64)
    y = (np.arange(24) % 2).astype(np.int64)
    z = random.normal(size=(24, 2)).astype(np.float32)
    dense3 = '<input name="x" shape="4"/><dense name="fc1" units="5"/><relu/><dense name="fc2" units="3"/>'
    made = []

    made.append(Project(
        "table", model(
            "table", ("", '<csv role="train" path="t.csv" label="kind"/><csv role="test" path="u.csv" label="kind"/>'
                      '<split role="validation" from="train" fraction="0.25"/>'),
            dense3 + "<softmaxCrossEntropy/>", '<adam rate="0.05"/><cosine/><earlyStopping patience="5"/>',
            "<preprocess><standardize/></preprocess>"),
        {"t.csv": table(rows(30, 4, species), "a,b,c,d,kind"), "u.csv": table(rows(12, 4, species), "a,b,c,d,kind")},
        "u.csv", ["--label", "kind"]))
    made.append(Project(
        "regression", model(
            "regression", ("", '<csv role="train" path="t.csv" label="y1 y2"/>'),
            '<input name="x" shape="3"/><dense name="fc1" units="4"/><tanh/><dense name="fc2" units="2"/>'
            '<squaredError/>', '<rmsProp rate="0.01"/>', "<preprocess><standardize/></preprocess>"),
        {"t.csv": table(rows(20, 3, lambda r: [float(r.sum()), float(r[0])]), "a,b,c,y1,y2")},
        "t.csv", ["--label", "y1 y2"]))
    made.append(Project(
        "plain", model(
            "plain", (' classes="no yes"', '<csv role="train" path="t.tsv.gz" header="false" separator="tab" '
                      'label="last"/>'),
            '<input name="x" shape="3"/><dense units="1"/><binaryCrossEntropy/>', '<adaGrad rate="0.1"/>',
            '<preprocess><scale by="0.5"/><shift by="1 2 3"/></preprocess>'),
        {"t.tsv.gz": formats.gz(table(rows(16, 3, lambda r: ["yes" if r[0] > 0 else "no"])).replace(b",", b"\t"))},
        "t.tsv.gz", ["--label", "last"]))
    made.append(Project(
        "digits", model(
            "digits", ("", '<idx role="train" path="x.idx.gz" labels="y.idx"/>'),
            '<input name="x" shape="1x8x8"/><conv2d channels="3" kernel="3" padding="same"/><batchNorm/><relu/>'
            '<maxPool2d kernel="2"/><flatten/><dense units="3"/><softmaxCrossEntropy/>',
            '<sgd rate="0.1" momentum="0.9"/>',
            '<preprocess><scale by="0.0039"/></preprocess><augment><flip/><translate by="1"/><mixup alpha="0.2"/>'
            '</augment><views mirrored="true" shift="1"/>'),
        {"x.idx.gz": formats.gz(formats.idx(pixels)), "y.idx": formats.idx(labels)},
        "x.idx.gz", [], ["--labels", "y.idx"]))
    made.append(Project(
        "inputs", model(
            "inputs", ("", '<npz role="train" path="t.npz" inputs="a b" targets="y"/>'),
            '<input name="a" shape="4"/><input name="b" shape="2x3"/><flatten name="f"/><concat from="a f"/>'
            '<dense units="2"/><softmaxCrossEntropy/>', '<adamW rate="0.01"/>'),
        {"t.npz": formats.npz({"a": a, "b": b, "y": y})}, "t.npz"))
    made.append(Project(
        "targets", model(
            "targets", ("", '<npz role="train" path="t.npz" inputs="a" targets="y z"/>'),
            '<input name="a" shape="4"/><dense name="h" units="4"/><relu name="r"/><dense name="c" units="2"/>'
            '<softmaxCrossEntropy target="y"/><dense name="v" from="r" units="2"/><squaredError target="z"/>'),
        {"t.npz": formats.npz({"a": a, "y": y, "z": z}, False)}, "t.npz"))
    made.append(Project(
        "arrays", model(
            "arrays", ("", '<npy role="train" path="x.npy" labels="z.npy"/>'),
            '<input name="x" shape="4"/><layerNorm/><dense units="2"/><huber/>',
            more='<preprocess><standardize/></preprocess>'),
        {"x.npy": formats.npy(a), "z.npy": formats.npy(z)}, "x.npy", [], ["--labels", "z.npy"]))
    pictures = {}
    for index in range(8):
        name = f"p/{'cat' if index % 2 else 'dog'}/{index}.png"
        pictures[name] = formats.png(random.integers(0, 256, (9, 10, 3) if index % 3 else (8, 8), dtype=np.uint8))
    for name in ("colour.jpg", "progressive.jpg", "grey.jpg", "alpha.png", "palette.png", "sixteen.png"):
        with open(os.path.join(fixtures, name), "rb") as file:
            pictures[f"p/cat/{name}"] = file.read()
    made.append(Project(
        "pictures", model(
            "pictures", ("", '<images role="train" path="p" size="8x8" channels="3"/>'),
            '<input name="x" shape="3x8x8"/><conv2d channels="2" kernel="3" stride="2"/><silu/><globalAveragePool/>'
            '<flatten/><dense units="2"/><softmaxCrossEntropy/>',
            more='<preprocess><standardize per="channel"/></preprocess><augment><rotate degrees="20"/>'
            '<brightness by="0.2"/><cutout size="3"/></augment>'),
        pictures, "p", [], []))
    made.append(Project(
        "cifar", model(
            "cifar", ("", '<cifar10 role="train" path="c.bin"/>'),
            '<input name="x" shape="3x32x32"/><averagePool2d kernel="8"/><flatten/><dense units="10"/>'
            '<softmaxCrossEntropy/>'),
        {"c.bin": b"".join(bytes([i % 10]) + random.integers(0, 256, 3072, dtype=np.uint8).tobytes()
                           for i in range(10))}))
    made.append(Project(
        "random", model(
            "random", ("", '<random role="train" samples="24" shape="6" classes="3"/>'
                       '<random role="validation" samples="9" shape="6" classes="3" seed="1"/>'),
            '<input name="x" shape="6"/><repeat times="2"><use block="step" width="6"/></repeat><dense units="3"/>'
            '<softmaxCrossEntropy/>',
            '<sgd rate="0.1" nesterov="true" momentum="0.5"/><oneCycle/>',
            '<block name="step" parameters="width=4"><dense units="{width}"/><layerNorm name="n"/><relu/>'
            '<dropout rate="0.1"/><add from="n {input}"/></block>'),
        {}))
    made.append(Project(
        "graph", f'<model {NAMESPACE} name="graph">\n  <network><input name="x" value="-2"/>'
        '<input name="y" value="5"/><input name="z" value="-4"/><add name="q" from="x y"/>'
        '<multiply name="f" from="q z"/></network>\n</model>\n', {}))
    made.append(Project(
        "fixed", model(
            "fixed", ("", '<csv role="train" path="t.csv" label="none"/>'),
            '<input name="offset" value="1 2 3"/><input name="x" shape="3"/><add from="offset x"/>'
            '<dense name="d" units="2"/><parameter name="p" shape="2"/><add from="d p"/><mean/>')
        .replace('<training epochs="2" batch="8" seed="3"><sgd rate="0.1"/></training>', ""),
        {"t.csv": table(rows(5, 3, lambda r: []))}, "t.csv"))
    made.append(Project(
        "include", model(
            "include", (' classes="u v"', '<csv role="train" path="t.csv"/>'),
            '<input name="x" shape="2"/><use block="body"/><dense units="2"/><hinge/>',
            more='<include href="blocks.xml"/>'),
        {"t.csv": b"1,2,u\n2,3,v\n4,1,u\n0,0,v\n1,1,u\n5,2,v\n",
         "blocks.xml": f'<model {NAMESPACE} name="blocks"><block name="body"><dense units="3"/><gelu/></block></model>'
         .encode()},
        "t.csv", ["--label", "last"]))
    return made


def train(made, program, folder):
    """Trains all projects; returns what could not be trained."""
    problems = []
    for project in made:
        place = os.path.join(folder, project.name)
        for name, content in project.all_files.items():
            path = os.path.join(place, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        trains = "<training" in project.model
        command = (
            ["train", "m.xml", "-q", "--output", "r"] if trains else
            ["init", "m.xml", "--output", "r/weights.safetensors"])
        os.makedirs(os.path.join(place, "r"), exist_ok=True)
        if trains:
            os.rmdir(os.path.join(place, "r"))
        result = subprocess.run([program] + command, cwd=place, capture_output=True)
        if result.returncode != 0:
            problems.append(f"{project.name}: exit {result.returncode}: {result.stderr.decode()[:300]}")
        for name in ("weights.safetensors", "checkpoint.safetensors", "last.safetensors", "model.xml"):
            path = os.path.join(place, "r", name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    project.run_files["r/" + name] = file.read()
        project.weights = project.run_files.get("r/weights.safetensors")
    return problems
