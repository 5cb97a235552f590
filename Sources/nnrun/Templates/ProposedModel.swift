import NNCommandLine
import NNCore
import NNData
import NNFiles

/// The model that `nnrun train data.csv` proposes for a table.
struct ProposedModel {
  /// The model file, written beside the table.
  let path: String

  /// Whether a path names a table rather than a model.
  static func isTable(_ path: String) -> Bool {
    let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    return name.hasSuffix(".csv") || name.hasSuffix(".tsv")
  }

  /// Reads the table, writes a model that suits it, and says so.
  init(table path: String, isQuiet: Bool) throws {
    let folder = Path.folder(of: path)
    let stem = Path.name(of: path).split(separator: ".").first.map(String.init) ?? "model"
    let name = stem.isElementName ? stem : "model"
    self.path = Path.join(folder, name + ".xml")
    guard !Path.exists(self.path) else {
      throw usageError(
        "\(self.path) is there already", "train it with 'nnrun train \(self.path)', or move it away for a new proposal")
    }
    let samples = try LabelledInput.read(path, labels: nil, label: "last", SourceContext(folder: "."))
    guard let input = samples.inputs.first, let target = samples.targets.first else {
      throw DiagnosticError(code: "no-inputs", file: path, "the table has no column to learn from")
    }
    var table = ModelTemplate.Table(
      path: Path.name(of: path), inputs: input.form.shape.elementCount, rows: samples.count, outputs: 1)
    let found: String
    switch target.form {
    case .classes(let count, _):
      let names = samples.classNames ?? (0..<count).map(String.init)
      table.classes = names
      table.outputs = max(2, count)
      let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
      found = "the last one tells \(count) classes apart (\(shown))"
    case .values(let shape):
      table.outputs = shape.elementCount
      found = "the last one holds numbers"
    }
    let kind = ModelTemplate.suiting(table)
    try AtomicFile.write(self.path, text: kind.text(table, title: name))
    guard !isQuiet else { return }
    printMessage(
      "\(path): \(samples.count) rows of \(table.inputs + 1) columns; \(found)\n"
        + "\(self.path): written, a model that suits them ('\(kind.name)'); change it and train it as you like\n")
  }
}
