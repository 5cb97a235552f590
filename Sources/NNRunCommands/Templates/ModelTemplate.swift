import NNCore
import NNText

/// A kind of model to start from.
struct ModelTemplate: Sendable {
  /// What the samples are.
  struct Table: Sendable {
    /// Numbers of a sample.
    var inputs: Int
    /// Rows of the file.
    var rows: Int
    /// The names of the classes; nil for numbers.
    var classes: [String]?
    /// Numbers of a right answer: one for each class, or as many as the label has.
    var outputs: Int
  }

  /// What `--template` calls it.
  let name: String
  /// What it is, in a few words.
  let summary: String
  /// The samples that it is for when there is no table.
  private let madeUp: Table
  /// The shape of a sample; a row of the table's numbers unless given.
  private var shape: String?
  /// The source that a user would put in the place of made-up numbers.
  private var source = #"<csv role="train" path="data.csv" label="last"/>"#
  /// The layers before the last one.
  private var hidden: @Sendable (Table) -> [String] = { _ in [] }
  /// The last layer's units, if not one for each output.
  private var units: Int?
  /// How the last layer begins, if not at random.
  private var start = ""
  private let loss: String
  private let training: @Sendable (Table) -> [String]

  private static let mlp = ModelTemplate(
    name: "mlp", summary: "a hidden layer and classes", madeUp: threeClasses, hidden: oneHidden,
    loss: "softmaxCrossEntropy"
  ) { adam($0, rate: "0.003") }

  private static let regression = ModelTemplate(
    name: "regression", summary: "a number, by least squares", madeUp: Table(inputs: 20, rows: 1000, outputs: 1),
    start: #" init="zeros""#, loss: "squaredError", training: leastSquares)

  /// All of them.
  static let all: [ModelTemplate] = [
    mlp,
    ModelTemplate(
      name: "softmax", summary: "classes from one layer", madeUp: threeClasses, start: #" init="zeros""#,
      loss: "softmaxCrossEntropy"
    ) { adam($0, rate: "0.003") },
    ModelTemplate(
      name: "binary", summary: "yes or no, from a single output",
      madeUp: Table(inputs: 20, rows: 1000, classes: ["no", "yes"], outputs: 2), units: 1, start: #" init="zeros""#,
      loss: "binaryCrossEntropy"
    ) { adam($0, rate: "0.003") },
    regression,
    ModelTemplate(
      name: "curve", summary: "a number that depends on its inputs in a bent way",
      madeUp: Table(inputs: 2, rows: 1000, outputs: 1), hidden: oneHidden, loss: "squaredError"
    ) { adam($0, rate: "0.01") },
    ModelTemplate(
      name: "lenet", summary: "pictures of one channel, two convolutions",
      madeUp: Table(inputs: 784, rows: 1000, classes: (0..<10).map(String.init), outputs: 10), shape: "1x28x28",
      source: #"<idx role="train" path="pictures.idx3" labels="labels.idx1"/>"#, hidden: { _ in convolutions },
      loss: "softmaxCrossEntropy"
    ) { adam($0, rate: "0.003", epochs: 3) },
  ]

  /// The template called `name`.
  static func named(_ name: String) -> ModelTemplate? { all.first { $0.name == name } }

  /// The model file, for made-up numbers.
  var text: String {
    let table = madeUp
    let shape = shape ?? "\(table.inputs)"
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<model xmlns="\#(ElementSchema.standardNamespace)" name="\#(name)">"#,
      "  <description>\(description(table))</description>", "",
    ]
    lines += data(table, shape)
    lines += ["", "  <preprocess>", "    <standardize/>", "  </preprocess>", "", "  <network>"]
    lines.append(#"    <input name="x" shape="\#(shape)"/>"#)
    lines += hidden(table).map { "    " + $0 }
    lines.append(#"    <dense name="out" units="\#(units ?? table.outputs)"\#(start)/>"#)
    lines += ["    <\(loss)/>", "  </network>", ""]
    return (lines + training(table).map { "  " + $0 } + ["</model>", ""]).joined(separator: "\n")
  }

  private func description(_ table: Table) -> String {
    let answer = table.classes.map { "\($0.count) classes" } ?? "Numbers"
    return "\(answer) from \(grouped(table.inputs)) number\(table.inputs == 1 ? "" : "s"): \(summary)."
  }

  private func data(_ table: Table, _ shape: String) -> [String] {
    let names = table.classes ?? []
    let list = names.isEmpty ? "" : " classes=\"\(names.joined(separator: " "))\""
    let answer = table.classes == nil ? #"values="\#(table.outputs)""# : #"classes="\#(table.outputs)""#
    return [
      "  <data\(list)>", "    <!-- Made-up numbers. For your own: \(source) -->",
      #"    <random role="train" samples="800" shape="\#(shape)" \#(answer) seed="1"/>"#,
      #"    <random role="test" samples="200" shape="\#(shape)" \#(answer) seed="2"/>"#, "  </data>",
    ]
  }

  // MARK: Parts

  private static let threeClasses = Table(inputs: 20, rows: 1000, classes: ["a", "b", "c"], outputs: 3)

  @Sendable private static func oneHidden(_ table: Table) -> [String] {
    let units = table.inputs <= 32 ? 32 : table.inputs <= 256 ? 64 : 128
    return [#"<dense name="fc1" units="\#(units)"/>"#, "<relu/>"]
  }

  /// Two convolutions and what follows them, as in LeCun et al. 1998 with the sizes of Caffe's example.
  private static let convolutions = [
    #"<conv2d name="conv1" channels="20" kernel="5"/>"#, #"<maxPool2d kernel="2"/>"#,
    #"<conv2d name="conv2" channels="50" kernel="5"/>"#, #"<maxPool2d kernel="2"/>"#, "<flatten/>",
    #"<dense name="fc1" units="500"/>"#, "<relu/>",
  ]

  /// About three thousand steps, but no set is seen fewer than ten or more than three hundred times.
  @Sendable private static func adam(_ table: Table, rate: String, epochs: Int? = nil) -> [String] {
    let batch = table.rows >= 320 ? 32 : 8
    let epochs = epochs ?? min(300, max(10, 3000 * batch / max(1, table.rows)))
    return [
      #"<training epochs="\#(epochs)" batch="\#(batch)" seed="1">"#, #"  <adam rate="\#(rate)"/>"#, "  <cosine/>",
      "</training>",
    ]
  }

  /// The whole set in each step. Standardized inputs bound the curvature by twice their number, and the step by its
  /// inverse.
  @Sendable private static func leastSquares(_ table: Table) -> [String] {
    let rate = AttributeValue.number((1000 / Double(table.inputs + 1)).rounded() / 2000).written
    return [
      #"<training epochs="2000" batch="\#(max(32, min(table.rows, 100_000)))" seed="1">"#,
      #"  <sgd rate="\#(rate)" momentum="0.9"/>"#, #"  <earlyStopping patience="200"/>"#, "</training>",
    ]
  }
}
