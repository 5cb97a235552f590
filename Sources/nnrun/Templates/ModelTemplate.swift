import NNCore

/// A kind of model to start from.
struct ModelTemplate {
  /// What `--template` calls it.
  let name: String
  /// What it is, in a few words.
  let summary: String
  /// The samples that it is for when there is no table.
  private let madeUp: Table

  /// What the samples are.
  struct Table {
    /// The file, relative to the model; made-up numbers if there is none.
    var path: String?
    /// The column of the right answer, as `<csv>` takes it.
    var label = "last"
    /// Numbers of a sample.
    var inputs: Int
    /// Rows of the file.
    var rows: Int
    /// The names of the classes; nil for numbers.
    var classes: [String]?
    /// Numbers of a right answer that is no class.
    var values = 1
  }

  /// All of them.
  static let all: [ModelTemplate] = [
    ModelTemplate("mlp", "a hidden layer and classes", Table(inputs: 20, rows: 1000, classes: ["a", "b", "c"])),
    ModelTemplate("softmax", "classes from one layer", Table(inputs: 20, rows: 1000, classes: ["a", "b", "c"])),
    ModelTemplate("binary", "yes or no, from a single output", Table(inputs: 20, rows: 1000, classes: ["no", "yes"])),
    ModelTemplate("regression", "a number, by least squares", Table(inputs: 20, rows: 1000)),
    ModelTemplate("curve", "a number that depends on its inputs in a bent way", Table(inputs: 2, rows: 1000)),
    ModelTemplate(
      "lenet", "pictures of one channel, two convolutions",
      Table(inputs: 784, rows: 1000, classes: (0..<10).map(String.init))),
  ]

  private init(_ name: String, _ summary: String, _ madeUp: Table) {
    self.name = name
    self.summary = summary
    self.madeUp = madeUp
  }

  /// The template called `name`.
  init?(_ name: String) {
    guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }

  /// The template that suits a table: classes get a hidden layer, numbers a straight line.
  init(for table: Table) {
    self = Self.all.first { $0.name == (table.classes == nil ? "regression" : "mlp") } ?? Self.all[0]
  }

  /// The model file, for a table or for made-up numbers.
  func text(_ table: Table? = nil, title: String? = nil) -> String {
    Self.text(name, table ?? madeUp, title: title ?? name)
  }

  private static func text(_ name: String, _ table: Table, title: String) -> String {
    let isRegression = name == "regression" || name == "curve"
    let classCount = table.classes?.count ?? 0
    let hidden = table.inputs <= 32 ? 32 : table.inputs <= 256 ? 64 : 128
    let shape = name == "lenet" ? "1x28x28" : "\(table.inputs)"
    let batch = table.rows >= 320 ? 32 : 8
    // About three thousand steps, but no set is seen fewer than ten or more than three hundred times.
    let epochs = name == "lenet" ? 3 : min(300, max(10, 3000 * batch / max(1, table.rows)))
    var lines = [
      #"<?xml version="1.0" encoding="UTF-8"?>"#,
      #"<model xmlns="\#(ElementSchema.standardNamespace)" name="\#(title)">"#,
      "  <description>\(description(name, table))</description>", "",
    ]
    let names = table.classes.map { " classes=\"\($0.map(markupEscaped).joined(separator: " "))\"" } ?? ""
    let canName = table.classes?.allSatisfy { !$0.contains { $0.isWhitespace } && !$0.isEmpty } ?? true
    lines.append("  <data\(canName ? names : "")>")
    if let path = table.path {
      lines.append(
        #"    <csv role="train" path="\#(markupEscaped(path))" label="\#(markupEscaped(table.label))"/>"#)
      lines.append(#"    <split role="test" from="train" fraction="0.2"/>"#)
      lines.append(#"    <split role="validation" from="train" fraction="0.1"/>"#)
    } else {
      let answer = table.classes == nil ? #"values="1""# : #"classes="\#(classCount)""#
      let own =
        name == "lenet"
        ? #"<idx role="train" path="pictures.idx3" labels="labels.idx1"/>"#
        : #"<csv role="train" path="data.csv" label="last"/>"#
      lines.append("    <!-- Made-up numbers. For your own: \(own) -->")
      lines.append(#"    <random role="train" samples="800" shape="\#(shape)" \#(answer) seed="1"/>"#)
      lines.append(#"    <random role="test" samples="200" shape="\#(shape)" \#(answer) seed="2"/>"#)
    }
    lines += ["  </data>", "", "  <preprocess>", "    <standardize/>", "  </preprocess>", "", "  <network>"]
    lines.append(#"    <input name="x" shape="\#(shape)"/>"#)
    if name == "mlp" || name == "curve" {
      lines += [#"    <dense name="fc1" units="\#(hidden)"/>"#, "    <relu/>"]
    }
    if name == "lenet" { lines += convolutions }
    let outputs = isRegression ? table.values : name == "binary" ? 1 : max(2, classCount)
    let start = ["mlp", "curve", "lenet"].contains(name) ? "" : #" init="zeros""#
    lines.append(#"    <dense name="out" units="\#(outputs)"\#(start)/>"#)
    lines.append(
      isRegression
        ? "    <squaredError/>" : name == "binary" ? "    <binaryCrossEntropy/>" : "    <softmaxCrossEntropy/>")
    lines += ["  </network>", ""]
    if name == "regression" {
      // Standardized inputs bound the curvature by twice their number, and the step by its inverse.
      let rate = AttributeValue.number((1000 / Double(table.inputs + 1)).rounded() / 2000).written
      lines.append(#"  <training epochs="2000" batch="\#(max(32, min(table.rows, 100_000)))" seed="1">"#)
      lines += [#"    <sgd rate="\#(rate)" momentum="0.9"/>"#, "    <earlyStopping patience=\"200\"/>"]
    } else {
      lines.append(#"  <training epochs="\#(epochs)" batch="\#(batch)" seed="1">"#)
      lines += [#"    <adam rate="\#(name == "curve" ? "0.01" : "0.003")"/>"#, "    <cosine/>"]
    }
    return (lines + ["  </training>", "</model>", ""]).joined(separator: "\n")
  }

  /// Two convolutions and what follows them, as in LeCun et al. 1998 with the sizes of Caffe's example.
  private static let convolutions = [
    #"    <conv2d name="conv1" channels="20" kernel="5"/>"#, #"    <maxPool2d kernel="2"/>"#,
    #"    <conv2d name="conv2" channels="50" kernel="5"/>"#, #"    <maxPool2d kernel="2"/>"#, "    <flatten/>",
    #"    <dense name="fc1" units="500"/>"#, "    <relu/>",
  ]

  private static func description(_ name: String, _ table: Table) -> String {
    let inputs = "\(table.inputs) number\(table.inputs == 1 ? "" : "s")"
    switch name {
    case "softmax": return "\(table.classes?.count ?? 0) classes from \(inputs), one layer."
    case "binary": return "Yes or no from \(inputs), one output."
    case "regression": return "A number from \(inputs): least squares. Hidden layers with activations let it bend."
    case "lenet": return "\(table.classes?.count ?? 0) classes of pictures of 28 x 28 pixels, two convolutions."
    case "curve": return "A number from \(inputs), one hidden layer."
    default: return "\(table.classes?.count ?? 0) classes from \(inputs), one hidden layer."
    }
  }
}
