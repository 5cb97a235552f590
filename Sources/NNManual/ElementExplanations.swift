extension CodeExplanation {
  static let elements: [CodeExplanation] = [
    .init(
      "unknown-attribute",
      "Every element has a fixed list of attributes; 'nnrun layers NAME' shows it. One that is not in the list is "
        + "most often mistyped, and would otherwise silently mean nothing.",
      .network, wrong: #"<dense unit="3"/>"#, right: #"<dense units="3"/>"#),
    .init(
      "missing-attribute",
      "An attribute without a default must be given. 'nnrun layers NAME' says which attributes are required.",
      .network, wrong: "<dense/>", right: #"<dense units="3"/>"#),
    .init(
      "bad-value",
      "The text is not of the kind that the attribute holds: a whole number, a number with a point, true or false, "
        + "a name, one of some words. Numbers are decimal: no 0x10, no 1,5, no NaN.",
      .network, wrong: #"<dense units="3.5"/>"#, right: #"<dense units="3"/>"#),
    .init(
      "out-of-range", "The value is of the right kind but too small or too large; the message says what is possible.",
      .network, wrong: #"<dense units="0"/>"#, right: #"<dense units="3"/>"#),
    .init(
      "unknown-element",
      "No element of that name is known. 'nnrun layers' lists all layers, losses, data sources, preprocessing steps, "
        + "optimizers and schedules.",
      .network, wrong: "<rellu/>", right: "<relu/>"),
    .init(
      "misplaced-element",
      "The element exists but belongs into another section: layers and losses into <network>, data sources into "
        + "<data>, optimizers and schedules into <training>.",
      .network, wrong: #"<sgd rate="0.1"/>"#, right: "<relu/>"),
    .init(
      "unexpected-text", "Only <description> holds text. Notes for people are written as comments.",
      .network, wrong: "a hidden layer: <relu/>", right: "<!-- a hidden layer --><relu/>"),
    .init(
      "exclusive-attributes",
      "Each of the attributes alone is right, but they contradict each other. Keep one of them.",
      .model, wrong: #"<training epochs="3" steps="100"/>"#, right: #"<training epochs="3"/>"#),
    .init(
      "duplicate-element", "A training has one optimizer, at most one schedule and at most one stopping rule.",
      .model, wrong: "<training><sgd/><adam/></training>", right: "<training><adam/></training>"),
    .init(
      "duplicate-section", "Each section stands once in a model; only <block> and <include> may stand several times.",
      .model, wrong: "<training/>\n<training/>", right: "<training/>"),
    .init(
      "missing-network", "A model without a net is nothing to run. It may also come from an included file.",
      .file, wrong: #"<model xmlns="urn:nnrun:model:1"/>"#,
      right: #"<model xmlns="urn:nnrun:model:1"><network><input shape="4"/></network></model>"#),
    .init(
      "empty-network", "A net holds at least an input.", .file,
      wrong: #"<model xmlns="urn:nnrun:model:1"><network/></model>"#,
      right: #"<model xmlns="urn:nnrun:model:1"><network><input shape="4"/></network></model>"#),
    .init(
      "missing-input", "The first layers of a net read what an <input> gives; its shape is that of one sample.", .file,
      wrong: #"<model xmlns="urn:nnrun:model:1"><network><relu/></network></model>"#,
      right: #"<model xmlns="urn:nnrun:model:1"><network><input shape="4"/><relu/></network></model>"#),
    .init(
      "no-input", "Nothing stands before the layer that it could read: the input comes later. Order is flow.", .file,
      wrong: #"<model xmlns="urn:nnrun:model:1"><network><relu/><input shape="4"/></network></model>"#,
      right: #"<model xmlns="urn:nnrun:model:1"><network><input shape="4"/><relu/></network></model>"#),
    .init(
      "bad-element",
      "An element could not be made for a reason of its own, which the message tells. Its author "
        + "should give the reason a code.", wrong: "an element of a plug-in that throws an error of its own",
      right: "one that throws an ElementError"),
    .init(
      "not-a-layer", "The element is registered among the layers but is none: a mistake in the plug-in that makes it.",
      wrong: "registry.register(SomethingElse.self), declared as a layer", right: "a type that conforms to Layer"),
    .init(
      "layer-error", "A layer failed to infer its shapes for a reason of its own, which the message tells.",
      wrong: "a layer's plan that throws an error of its own", right: "one that throws an ElementError"),
    .init(
      "nesterov-without-momentum", "Nesterov's step looks ahead along the momentum, so it needs one above 0.",
      .model, wrong: #"<training><sgd nesterov="true"/></training>"#,
      right: #"<training><sgd nesterov="true" momentum="0.9"/></training>"#),
    .init(
      "bad-split", "A part that is set aside gets a role other than the one that it is taken from.", .model,
      wrong: #"<data><split role="train" from="train" fraction="0.1"/></data>"#,
      right: #"<data><split role="validation" from="train" fraction="0.1"/></data>"#),
    .init(
      "too-many-messages",
      "So much is wrong that further messages would not help; mend the first ones and check again.",
      wrong: "a file with more than 100 mistakes", right: "the same file after mending the first of them"),
  ]

  static let names: [CodeExplanation] = [
    .init(
      "duplicate-name",
      "Names are unique in a model, so that 'from', 'share' and --set mean one thing. Blocks, "
        + "classes, inputs and layers each count.",
      .network, wrong: #"<dense name="a" units="3"/><relu name="a"/>"#,
      right: #"<dense name="a" units="3"/><relu name="b"/>"#),
    .init(
      "undefined-name", "'from' names layers and inputs that stand earlier in the file. A cycle is thereby impossible.",
      .network, wrong: #"<relu from="y"/>"#, right: #"<relu from="x"/>"#),
    .init(
      "unknown-layer",
      "'share' names an earlier layer of the same type, whose parameters are then used by both; --layer a layer of the net.",
      .network, wrong: #"<dense name="a" units="4"/><relu/><dense units="4" share="b"/>"#,
      right: #"<dense name="a" units="4"/><relu/><dense units="4" share="a"/>"#),
    .init(
      "bad-share", "Only layers of the same type, with parameters of the same shapes, can share them.", .network,
      wrong: #"<relu name="a"/><dense units="4" share="a"/>"#,
      right: #"<dense name="a" units="4"/><relu/><dense units="4" share="a"/>"#),
    .init(
      "input-count", "A layer reads as many values as its formula has inputs; 'nnrun layers NAME' says how many.",
      .network, wrong: #"<relu from="x x"/>"#, right: #"<relu from="x"/>"#),
    .init(
      "too-many-inputs", "One layer reads at most 4096 values.", wrong: "a 'from' with 5000 names",
      right: "several layers that each join some of them"),
    .init(
      "unknown-output", "a.2 is the second output of a; the layer has fewer outputs than that.", .network,
      wrong: #"<relu name="a"/><relu from="a.2"/>"#, right: #"<relu name="a"/><relu from="a"/>"#),
    .init(
      "unknown-block",
      "A <use> writes out a block that is defined in <model> before; a block can use only blocks "
        + "before it, so that none contains itself.", .network, wrong: #"<use block="hidden"/>"#,
      right: "<relu/>"),
    .init(
      "bad-parameter", "In a block, {name} stands for the value of the block's parameter of that name.", .experiment,
      wrong: #"<block name="b" parameters="units"><dense units="{unit}"/></block>"#
        + "\n" + #"<network><input shape="4"/><use block="b" units="3"/></network>"#,
      right: #"<block name="b" parameters="units"><dense units="{units}"/></block>"#
        + "\n" + #"<network><input shape="4"/><use block="b" units="3"/></network>"#),
    .init(
      "unknown-prefix", "A prefix stands for a namespace, which names who made the element; <model> declares it.",
      .network, wrong: "<acme:swishish/>", right: "<relu/>"),
    .init(
      "unknown-namespace",
      "An element is in no namespace, or in one that is almost that of a loaded plug-in. The project's own is "
        + "urn:nnrun:model:1.", .network, wrong: #"<relu xmlns=""/>"#, right: "<relu/>"),
    .init(
      "bad-override",
      "--set takes SECTION.ATTRIBUTE=VALUE or SECTION.ELEMENT.ATTRIBUTE=VALUE, where a layer is "
        + "called by its name.", wrong: "nnrun train m.xml --set epochs=5",
      right: "nnrun train m.xml --set training.epochs=5"),
    .init(
      "used-here", "A note: the message before it is about a layer of a block, which is written out here.",
      wrong: "a mistake inside a <block>", right: "the block without it"),
    .init(
      "included-here", "A note: the message before it is about a file that is included here.",
      wrong: "a mistake in an included file", right: "the file without it"),
  ]

  static let shapes: [CodeExplanation] = [
    .init(
      "shape-mismatch",
      "The layer cannot compute with inputs of these shapes. 'nnrun summary' shows the shape of "
        + "every value; shapes leave the batch out.", .network, wrong: #"<reshape shape="3x3"/>"#,
      right: #"<reshape shape="2x2"/>"#),
    .init(
      "too-many-parameters", "A net has at most about two billion parameters.", .network,
      wrong: #"<dense units="2147483647"/>"#, right: #"<dense units="100"/>"#),
    .init(
      "unread-output", "A warning: the value is computed, but nothing uses it. Usually a 'from' is missing or wrong.",
      .network, wrong: #"<relu name="a"/><tanh from="x"/>"#, right: #"<relu name="a"/><tanh from="a"/>"#),
    .init(
      "linear-after-linear",
      "A warning: the product of two matrices is a matrix, so two dense layers with nothing "
        + "between them can learn no more than one.", .network,
      wrong: #"<dense units="3"/><dense units="2"/>"#, right: #"<dense units="3"/><relu/><dense units="2"/>"#),
    .init(
      "probabilities-twice",
      "A warning: the loss turns scores into probabilities itself, in a way that stays exact "
        + "for large scores. Given probabilities, it makes them flat, and learning is slow.", .network,
      wrong: #"<dense units="3"/><softmax/><softmaxCrossEntropy/>"#,
      right: #"<dense units="3"/><softmaxCrossEntropy/>"#),
    .init(
      "after-loss", "A warning: what stands after the loss is not judged by it, so it learns nothing.", .network,
      wrong: #"<dense units="3"/><softmaxCrossEntropy/><dropout rate="0.5"/>"#,
      right: #"<dense units="3"/><dropout rate="0.5"/><softmaxCrossEntropy/>"#),
    .init(
      "unused-block", "A warning: the block is defined but no <use> writes it out.", .model,
      wrong: #"<block name="b"><relu/></block>"#, right: "<!-- no block -->"),
  ]

  static let experiments: [CodeExplanation] = [
    .init(
      "missing-loss", "Training makes a loss small, so the net must end with one.",
      wrong: "<network><input shape=\"4\"/><dense units=\"3\"/></network>",
      right: "<network><input shape=\"4\"/><dense units=\"3\"/><softmaxCrossEntropy/></network>"),
    .init(
      "missing-data", "Training needs a source whose role is train, which is the role unless another is given.",
      wrong: #"<data><csv role="test" path="a.csv" label="last"/></data>"#,
      right: #"<data><csv role="train" path="a.csv" label="last"/></data>"#),
    .init(
      "missing-training", "A model can be run without <training>, but not trained.",
      wrong: "a model without <training>",
      right: #"<training epochs="10"><sgd rate="0.1"/></training>"#),
    .init(
      "missing-optimizer", "The optimizer says how gradients change the parameters.",
      wrong: #"<training epochs="10"/>"#, right: #"<training epochs="10"><adam/></training>"#),
    .init(
      "missing-target",
      "A loss compares the net's output with what its attribute 'target' names in the data: the "
        + "labels, unless it says otherwise.", wrong: #"<squaredError target="price"/> with data that has only labels"#,
      right: "<squaredError/>"),
    .init(
      "target-mismatch",
      "The loss expects answers of one form, such as a class or some numbers, and the data has another, or <mixup> makes "
        + "one that it cannot read.",
      wrong: #"<softmaxCrossEntropy/> on data with task="values""#,
      right: #"<squaredError/> on data with task="values""#),
    .init(
      "class-count", "The last layer must have as many outputs as the data has classes.",
      wrong: #"<dense units="9"/><softmaxCrossEntropy/> on ten digits"#,
      right: #"<dense units="10"/><softmaxCrossEntropy/> on ten digits"#),
    .init(
      "class-names", "A warning: <data> names more or fewer classes than the net tells apart.", .experiment,
      wrong: #"<data classes="a b c"/>"# + "\n"
        + #"<network><input shape="4"/><dense units="2"/><softmaxCrossEntropy/></network>"#,
      right: #"<data classes="a b"/>"# + "\n"
        + #"<network><input shape="4"/><dense units="2"/><softmaxCrossEntropy/></network>"#),
    .init(
      "odd-rate", "A warning: with so large a rate nothing converges, with so small a one nothing changes.", .model,
      wrong: #"<training><sgd rate="100"/></training>"#, right: #"<training><sgd rate="0.1"/></training>"#),
    .init(
      "odd-batch", "A warning: with so large a batch an epoch has hardly any steps.", .model,
      wrong: #"<training batch="1000000"/>"#, right: #"<training batch="64"/>"#),
    .init(
      "two-sources", "Each role has one source of data.",
      wrong: #"<csv role="train" path="a.csv"/><csv role="train" path="b.csv"/>"#,
      right: #"<csv role="train" path="a.csv"/><csv role="test" path="b.csv"/>"#),
    .init(
      "not-a-source", "The element is registered as a data source but is none: a mistake in the plug-in that makes it.",
      wrong: "a type declared as a source that reads nothing", right: "a type that conforms to DataSource"),
    .init(
      "not-preprocessing", "The element is registered as preprocessing but is none: a mistake in its plug-in.",
      wrong: "a type declared as preprocessing that prepares nothing", right: "a type that conforms to Preprocessing"),
    .init(
      "not-augmentation", "The element is registered as an augmentation but is none: a mistake in its plug-in.",
      wrong: "a type declared as augmentation that changes nothing",
      right: "a type that conforms to Augmentation or BatchAugmentation"),
    .init(
      "bad-views", "<views> moves and mirrors pictures: the net reads rows of pixels, and a part of them must stay.",
      wrong: #"<views shift="40"/> for pictures of 32x32"#, right: #"<views mirrored="true" shift="1"/>"#),
    .init(
      "after-mixing", "Samples are mixed when all other changes are made: <mixup> is the last in <augment>.",
      wrong: #"<augment> with <mixup alpha="0.2"/> and then <flip/>"#,
      right: #"<augment> with <flip/> and then <mixup alpha="0.2"/>"#),
    .init(
      "not-finite", "A number became infinite or no number at all, most often because the learning rate is too large.",
      wrong: "nnrun train m.xml --set training.sgd.rate=10", right: "nnrun train m.xml --set training.sgd.rate=0.01"),
    .init(
      "folder-in-use",
      "The folder holds a file that a run would replace, or another training is at work in it.",
      wrong: "two runs with the same --output at once", right: "a folder for each run"),
    .init(
      "mpi-missing",
      "Training on several processes calls MPI through a small library, which is compiled against the header of the MPI that "
        + "starts them. nnrun itself links no MPI.",
      wrong: "mpirun -n 4 nnrun train m.xml --distributed, without the library", right: "tools/setup --distributed"),
    .init(
      "other-process",
      "Processes that train together have the same program, model and data; otherwise what they add up would be no gradient.",
      wrong: "another copy of the data on the second machine", right: "the same files on all machines"),
    .init(
      "no-answer",
      "A process of a distributed training has died, hangs, or cannot be reached. All others end; the training goes on from "
        + "its last checkpoint.",
      wrong: "a machine that is switched off", right: "mpirun -n 4 nnrun train m.xml --distributed --resume runs/m"),
    .init(
      "run-exists", "The folder holds a run already, which another one would replace.",
      wrong: "nnrun train m.xml --output runs/m twice", right: "nnrun train m.xml --resume runs/m"),
    .init(
      "missing-folder", "The run folder that --resume names is not there.", wrong: "nnrun train m.xml --resume rnus/m",
      right: "nnrun train m.xml --resume runs/m"),
    .init(
      "no-run", "The folder holds no metrics.jsonl, which every run has.", wrong: "nnrun runs compare runs runs/m",
      right: "nnrun runs compare runs/m-2 runs/m"),
    .init(
      "missing-checkpoint", "The folder holds no checkpoint to go on from.",
      wrong: "--resume with a folder that no training has written", right: "--resume runs/m"),
    .init(
      "bad-checkpoint", "The checkpoint belongs to another model or other data, or is damaged.",
      wrong: "--resume after the net has been changed", right: "--resume with the model as it was"),
    .init(
      "usage", "The command was called wrongly; 'nnrun VERB --help' shows how it is called.", wrong: "nnrun train",
      right: "nnrun train m.xml"),
  ]
}
