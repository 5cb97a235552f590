import NNCommandLine
import NNCore
import NNData
import NNFiles
import NNText

/// The model that `nnrun train data.csv` proposes for a table.
struct ProposedModel {
  /// The table's file.
  private let table: String
  /// The model file, beside the table.
  let path: String
  /// What is in it.
  let text: String
  /// What was found and what is proposed, for the user.
  private let story: String

  /// Whether a path names a table rather than a model.
  static func isTable(_ path: String) -> Bool { name(ofTable: path) != nil }

  /// The name of a table's file without what says that it is one; nil if it is none.
  private static func name(ofTable path: String) -> String? {
    let file = Path.name(of: path)
    let endings = [".csv", ".tsv", ".csv.gz", ".tsv.gz"]
    return endings.first(where: file.lowercased().hasSuffix).map { String(file.dropLast($0.count)) }
  }

  /// Reads the table and thinks of a model that suits it; nothing is written yet.
  ///
  /// Throws a `DiagnosticError`: the table cannot be learned from (65), is missing (66), or has its model already (64).
  init(table tablePath: String) throws {
    self.table = tablePath
    path = try Self.modelPath(tablePath)
    let samples = try LabelledInput.read(tablePath, labels: nil, label: "last", SourceContext(folder: "."))
    guard let input = samples.inputs.first, let target = samples.targets.first else {
      throw DiagnosticError(code: "no-inputs", file: tablePath, "the table has no column to learn from")
    }
    var table = ModelTemplate.Table(
      path: Path.name(of: tablePath), inputs: input.form.shape.elementCount, rows: samples.count, outputs: 1)
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
    text = kind.text(table, title: Self.name(ofTable: tablePath)?.asElementName ?? "model")
    story =
      "\(tablePath): \(samples.count) rows of \(table.inputs + 1) columns; \(found)\n"
      + "\(path): written, a model that suits them ('\(kind.name)'); change it and train it as you like\n"
  }

  /// The path of a model file for a table and no other: named like it, or in full where another table's model has that
  /// name.
  private static func modelPath(_ table: String) throws -> String {
    let folder = Path.folder(of: table)
    let names = [name(ofTable: table).flatMap { $0.isEmpty ? nil : $0 }, Path.name(of: table)]
    let paths = names.compactMap { $0 }.map { Path.join(folder, $0 + ".xml") }
    for path in paths {
      guard Path.exists(path) else { return path }
      let mention = "path=\"\(markupEscaped(Path.name(of: table)))\""
      if String(decoding: try FileReading.bytes(path), as: UTF8.self).contains(mention) {
        throw usageError(
          "\(path) is there already",
          "train it with 'nnrun train \(shellQuoted(path))', or move it away for a new proposal")
      }
    }
    throw usageError(
      "\(paths.joined(separator: " and ")) are there already, for other data",
      "move one of them away, or write a model for \(table)")
  }

  /// What `body` makes of the proposal. What is wrong with it is the table's fault: no model file is there yet.
  func tried<Result>(_ body: (ProposedModel) throws -> Result) throws -> Result {
    do { return try body(self) } catch let error as DiagnosticError {
      let diagnostics = error.diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        if diagnostic.place?.file == path {
          diagnostic.place = SourcePlace(file: table, line: 0, column: 0)
          diagnostic.sourceLine = nil
        }
        return diagnostic
      }
      throw DiagnosticError(diagnostics, kind: error.kind)
    }
  }

  /// Writes the model file, and says so.
  func write(isQuiet: Bool) throws {
    try AtomicFile.write(path, text: text, replacing: false)
    if !isQuiet { printMessage(story) }
  }
}
