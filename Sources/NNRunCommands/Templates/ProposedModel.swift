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
  /// What is worth a warning about the table.
  private let warnings: [Diagnostic]

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
  ///
  /// - Parameter label: the column of the right answer: its name, its number from 1, or `last`.
  init(table tablePath: String, label: String = "last") throws {
    table = tablePath
    path = try Self.modelPath(tablePath)
    let profile = try TableProfile(path: tablePath, label: label)
    guard !profile.answers.isEmpty else {
      throw usageError("there is nothing to learn without a label", "name a column, such as --label last")
    }
    let model = TableModel(
      profile, path: Path.name(of: tablePath), label: label,
      title: Self.name(ofTable: tablePath)?.asElementName ?? "model")
    text = model.text
    warnings = profile.warnings
    story =
      TableText.text(profile) + "\n"
      + "\(path): written, a model that suits them (\(model.summary)); change it and train it as you like\n"
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
    printMessages(warnings)
  }
}
