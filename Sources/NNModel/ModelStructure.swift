import NNCore

/// The elements that give a model file its structure, declared like all others: which attributes they have, where they
/// stand, and what stands inside them. The loader, the schema and the manual read these declarations.
public struct ModelStructure: Sendable, Hashable {
  /// The declaration.
  public var schema: ElementSchema
  /// The elements inside which it stands; none for the root.
  public var parents: [String]
  /// The structural elements inside it.
  public var children: [String]
  /// The kinds of registered elements inside it.
  public var kinds: [ElementKind]
  /// Whether it holds text.
  public var holdsText: Bool
  /// Whether its parent holds at most one.
  public var isUnique: Bool

  private init(
    _ name: String, in parents: [String] = [], children: [String] = [], kinds: [ElementKind] = [],
    holdsText: Bool = false, isUnique: Bool = true, _ summary: String, example: String,
    attributes: [AttributeSchema] = []
  ) {
    schema = ElementSchema(.structure, name, summary: summary, example: example, attributes: attributes, inputs: 0...0)
    self.parents = parents
    self.children = children
    self.kinds = kinds
    self.holdsText = holdsText
    self.isUnique = isUnique
  }

  /// The declaration as the reader of attributes takes it. Nothing is made by it: structure is what the reader makes itself.
  var declaration: ElementDeclaration {
    ElementDeclaration(schema) { _ in throw ElementError(code: "misplaced-element", "<\(schema.name)> is structure") }
  }

  /// All of them, the root first.
  public static let all: [ModelStructure] = [
    model, description, plugin, data, windows, split, columns, preprocess, augment, views, include, define, block,
    network,
    input, use,
    `repeat`, recurrent,
    training,
  ]

  /// The one of that name.
  public static func named(_ name: String) -> ModelStructure? { all.first { $0.schema.name == name } }

  static let model = ModelStructure(
    "model",
    children: [
      "description", "plugin", "data", "columns", "preprocess", "augment", "views", "include", "define", "block",
      "network",
      "training",
    ],
    "A whole experiment: data, preprocessing, net and training.",
    example: #"<model xmlns="urn:nnrun:model:1" name="mlp">...</model>"#,
    attributes: [
      .optional("name", .name, "The model's name; the file's name unless given."),
      .optional(
        "precision", .choice(["float", "double"]), default: .text("float"),
        "The numbers that the net computes with: 32 or 64 bits."),
    ])

  static let description = ModelStructure(
    "description", in: ["model"], holdsText: true, "What the model is, for people.",
    example: "<description>Handwritten digits, two dense layers.</description>")

  static let plugin = ModelStructure(
    "plugin", in: ["model"], isUnique: false,
    "A library with layers of somebody else. It is loaded only if whoever runs the model allows it, and never because a "
      + "file of weights asks for it.",
    example: #"<plugin href="libacme.so"/>"#,
    attributes: [.required("href", .path, "The library, relative to this file.")])

  static let data = ModelStructure(
    "data", in: ["model"], children: ["split"], kinds: [.source], "Where training, validation and test data come from.",
    example: #"<data classes="cat dog"><csv role="train" path="train.csv" label="last"/></data>"#,
    attributes: [.optional("classes", .words, "The names of the classes, in the order of their numbers.")])

  static let windows = ModelStructure(
    "windows", in: ["csv"],
    "Cuts samples from a series, the rows of a table in their order: inputs of length x columns, and what follows them.",
    example: #"<csv path="co2.csv" label="none"><windows length="24" horizon="1" targets="co2"/></csv>"#,
    attributes: [
      .required("length", .integer(1...Shape.maximumElementCount), "The rows of a sample's input."),
      .optional(
        "horizon", .integer(1...Shape.maximumElementCount), default: .integer(1),
        "The rows behind them that are to be forecast."),
      .optional(
        "step", .integer(1...Shape.maximumElementCount), default: .integer(1),
        "The rows from the start of one window to that of the next."),
      .optional("targets", .words, "The columns to be forecast, by name or number from 1; all unless given."),
      .optional(
        "season", .integer(1...Shape.maximumElementCount),
        "The rows of a season: beside the result stands the error of forecasting what was a season ago."),
    ])

  static let split = ModelStructure(
    "split", in: ["data"], isUnique: false, "Sets a part of one role's data aside for another role.",
    example: #"<split role="validation" from="train" fraction="0.1"/>"#,
    attributes: [
      .required("role", .choice(["train", "validation", "test"]), "The role that the part gets."),
      .optional(
        "from", .choice(["train", "validation", "test"]), default: .text("train"), "The role that it is taken from."),
      .optional(
        "fraction", .number(NumberRange(0, 1, excludesLower: true, excludesUpper: true)),
        "How much is taken, rounded to whole samples, halves up; at least one sample, and at least one is left."),
      .optional(
        "group", .text,
        "A column of the table: rows with the same text in it stay together, so that no patient is in both parts."),
      .optional(
        "order", .text,
        "A column of the table by which the rows are put in order, or file for the order of the file: the last ones are "
          + "taken, so that nothing is learned from the future."),
      .optional("column", .text, "A column of the table that says which rows are taken, in place of fraction."),
      .optional("value", .text, "The text in that column of the rows that are taken; the role's name unless given."),
      .optional(
        "stratified", .boolean,
        "Whether every class keeps its share; unless given, it does when the data has classes."),
      .optional("seed", .integer(0...Int.max), default: .integer(0), "Which samples are drawn."),
    ])

  static let columns = ModelStructure(
    "columns", in: ["model"], kinds: [.column],
    "What each column of a table is: learned on the training part, stored with the weights, found by name.",
    example: #"<columns><number name="age" missing="median"/><category name="sex"/></columns>"#,
    attributes: [
      .optional(
        "missingValues", .words,
        "The texts that stand for a gap, besides an empty field; NA, N/A, NaN, nan, null, NULL and ? unless given.")
    ])

  static let preprocess = ModelStructure(
    "preprocess", in: ["model"], kinds: [.preprocessing],
    "What is done to every sample in training, evaluation and prediction; stored with the weights.",
    example: #"<preprocess><scale by="0.0625"/></preprocess>"#)

  static let augment = ModelStructure(
    "augment", in: ["model"], kinds: [.augmentation], "Random changes to samples, in training only.",
    example: "<augment>...</augment>")

  static let views = ModelStructure(
    "views", in: ["model"],
    "In how many ways the trained net looks at a picture, in tests and predictions: the result is the mean of all.",
    example: #"<views mirrored="true" shift="1"/>"#,
    attributes: [
      .optional("mirrored", .boolean, default: .boolean(false), "Whether each view is also taken from left to right."),
      .optional(
        "shift", .integer(0...4096), default: .integer(0),
        "With 1 or more: also the picture moved by so many pixels to each side, up and down; zeros come into view."),
    ])

  static let include = ModelStructure(
    "include", in: ["model"], isUnique: false,
    "Brings in the blocks, the definitions and the net of another file, which is a <model> of its own without data and training.",
    example: #"<include href="blocks/residual.xml"/>"#,
    attributes: [
      .required(
        "href", .path, "The file, relative to this one; in the model's folder or below it.")
    ])

  static let define = ModelStructure(
    "define", in: ["model"], holdsText: true, isUnique: false,
    "A layer as a formula: numbers, names, + - * / ^, parentheses, and the functions exp, expm1, log, log1p, sin, cos, tanh, "
      + "sigmoid, softplus, erf, relu, abs, sign, sqrt, max, min; mean and sum go along the last dimension of a sample. "
      + "Gradients follow from the formula.",
    example: #"<define name="swishish" inputs="x" parameters="beta=1"> x * sigmoid(beta * x) </define>"#,
    attributes: [
      .required(
        "name", .name, "The element's name, unlike that of any other element; <swishish/> then stands in the net."),
      .required("inputs", .words, "The names of what it reads, in the order of from. All have one shape."),
      .optional(
        "parameters", .words,
        "The names of what it learns, each with its first value, a number or an attribute: beta=1 is one number, "
          + "gain[features]=1 one for each index of the last dimension of a sample, gain[channels]=1 of the first."),
      .optional(
        "attributes", .words,
        "The names of numbers that are given where the layer is used, each with =value if it has a default."),
    ])

  static let block = ModelStructure(
    "block", in: ["model"], children: ["use", "repeat", "recurrent"], kinds: [.layer, .loss], isUnique: false,
    "Layers with a name and parameters, to be used in the net several times.",
    example: #"<block name="hidden" parameters="units"><dense units="{units}"/><relu/></block>"#,
    attributes: [
      .required("name", .name, "The block's name, unique in the model."),
      .optional(
        "parameters", .words,
        "The parameters' names, each with =value if it has a default. {name} stands for the value, "
          + "and {input} for what the block reads."),
    ])

  static let network = ModelStructure(
    "network", in: ["model"], children: ["input", "use", "repeat", "recurrent"], kinds: [.layer, .loss],
    "The net: inputs and layers in the order of flow.",
    example: #"<network><input name="pixels" shape="64"/><dense units="10"/></network>"#)

  static let input = ModelStructure(
    "input", in: ["network"], isUnique: false, "What the net reads.", example: #"<input name="pixels" shape="64"/>"#,
    attributes: [
      .optional("name", .name, "The input's name, unique in the model; input and a number unless given."),
      .optional(
        "shape", .shapeOrWord(["columns"]),
        "The shape of one sample; that of the value, as a row, unless given. columns: a row as wide as <columns> makes it."
      ),
      .optional("value", .numbers, "Fixed elements, for a graph that is complete in itself."),
      .optional(
        "length", .choice(["varying"]),
        "With varying: samples have lengths of their own, up to the shape's first dimension, which counts the steps."),
      .optional(
        "kind", .choice(["number", "index"]), default: .text("number"),
        "What an element is: a number, or an index, such as that of a word, which <embedding> reads."),
      .optional(
        "entries", .integer(1...(1 << 24)), "With kind=\"index\": how many indices there are, from 0."),
    ])

  static let use = ModelStructure(
    "use", in: ["network", "block", "repeat", "recurrent"], isUnique: false,
    "A block's layers, written out here. The block's parameters are its other attributes.",
    example: #"<use block="hidden" name="first" units="32"/>"#,
    attributes: [
      .required("block", .name, "The block, defined earlier."),
      .optional(
        "name", .name,
        "Stands before the layers' names, with a point between; the block's name and a number unless given."),
      .optional("from", .names, "What the block reads; the element before it unless given."),
    ])

  static let `repeat` = ModelStructure(
    "repeat", in: ["network", "block", "repeat", "recurrent"], children: ["use", "repeat", "recurrent"],
    kinds: [.layer, .loss], isUnique: false,
    "Layers, written out several times; {index} counts from 1.",
    example: #"<repeat times="3"><dense units="32"/><relu/></repeat>"#,
    attributes: [
      .required("times", .integer(0...Int(Int32.max)), "How many times."),
      .optional("name", .name, "With the index and a point, stands before the names of the layers inside."),
    ])

  static let recurrent = ModelStructure(
    "recurrent", in: ["network", "block", "repeat"], children: ["use", "repeat"], kinds: [.layer], isUnique: false,
    "A recurrent layer with a cell of one's own: what is inside reads {input}, the numbers of a step, and {state}, a row that "
      + "begins as zeros, and ends with the next state. It is written out once for each step; all steps share the parameters "
      + "of the first one.",
    example:
      #"<recurrent state="8"><concat from="{input} {state}"/><dense units="8"/><tanh/></recurrent>"#,
    attributes: [
      .optional(
        "name", .name, "Stands before the layers' names, with a point between; recurrent and a number unless given."),
      .required("state", .integer(1...Shape.maximumElementCount), "The numbers of the state."),
      .optional(
        "return", .choice(["all", "last"]), default: .text("all"),
        "all: the states of all steps. last: only the last one."),
      .optional(
        "steps", .integer(1...4096), "How many steps are read; those of the input, if it is an <input>, unless given."),
      .optional("from", .names, "The sequence, steps x features; the element before it unless given."),
    ])

  static let training = ModelStructure(
    "training", in: ["model"], kinds: [.optimizer, .schedule, .stopping], "How the net is trained.",
    example: #"<training epochs="40" batch="32" seed="231"><sgd rate="0.1"/></training>"#,
    attributes: [
      .optional(
        "epochs", .integer(1...1_000_000_000),
        "Passes over the training set; \(TrainingDefaults.epochs) unless steps are given."),
      .optional("steps", .integer(1...Int(Int32.max)), "Updates of the parameters, in place of epochs."),
      .optional("batch", .integer(1...16_777_216), default: .integer(TrainingDefaults.batch), "Samples in one step."),
      .optional(
        "seed", .integer(0...Int.max), default: .integer(TrainingDefaults.seed),
        "Decides the initial weights, the order of samples, dropout."),
      .optional(
        "clipNorm", .number(.positive), "The largest norm of all gradients together; larger ones are scaled down."),
      .optional("clipValue", .number(.positive), "The largest magnitude of one gradient; larger ones are cut."),
      .optional(
        "shuffle", .boolean, default: .boolean(TrainingDefaults.shuffle), "Whether each epoch has an order of its own."),
      .optional(
        "shards", .choice(TrainingDefaults.shardCounts.map(String.init)),
        "Into how many parts each batch is cut, which go through the net one after the other, with memory for one of them, "
          + "or on several processes; a power of two."),
      .optional(
        "wire", .choice(["full", "bf16"]), default: .text("full"),
        "How the gradients of shards go from process to process: in the net's precision, or rounded to bfloat16, half or a quarter of the "
          + "bytes. It changes the result; the number of processes does not."),
    ])
}
