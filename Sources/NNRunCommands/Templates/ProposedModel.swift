import NNCommandLine
import NNCore
import NNData
import NNFiles
import NNKernels
import NNText
import NNTraining

/// The model that `nnrun train` proposes for a table, or for a folder of pictures or texts.
struct ProposedModel {
  /// The table's file, or the folder.
  private let source: String
  /// The model file, beside the data.
  let path: String
  /// What is in it.
  let text: String
  /// What was found and what is proposed, for the user.
  private let story: String
  /// What is worth a warning about the data.
  private let warnings: [Diagnostic]

  /// A proposal for what a path names; nil if that is a model. Throws like the initializers, and a usage error (64) for the
  /// label of a folder.
  ///
  /// - Parameter label: the column of the right answer, if it is said; the last one of a table unless it is.
  init?(for path: String, label: String?) throws {
    if Self.name(ofTable: path) != nil {
      try self.init(table: path, label: label ?? "last")
    } else if Path.isFolder(path) {
      guard label == nil else {
        throw usageError("--label goes with a table", "in a folder, the names of the folders are the classes")
      }
      let model = RunFolder.File.model.path(in: path)
      guard !Path.exists(model) else {
        throw usageError(
          "\(path) is the folder of a run",
          "train it again with 'nnrun train \(shellQuoted(model))', or go on with --resume")
      }
      try self.init(folder: path)
    } else {
      return nil
    }
  }

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
  private init(table tablePath: String, label: String) throws {
    source = tablePath
    path = try Self.modelPath(tablePath)
    let profile = try TableProfile(
      path: tablePath, label: label, workers: WorkerPool(threads: WorkerPool.processors))
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

  /// Looks at a folder of pictures or texts and thinks of a model that suits it; nothing is written yet.
  ///
  /// Throws a `DiagnosticError`: there is nothing to learn (65), or it has its model already (64).
  private init(folder: String) throws {
    var place = folder
    while place.count > 1, place.hasSuffix("/") { place.removeLast() }
    guard !Path.name(of: place).isEmpty, ![".", ".."].contains(Path.name(of: place)) else {
      throw usageError(
        "\(folder) has no name that a model could take", "call the folder by its name, from outside of it")
    }
    source = place
    path = try Self.modelPath(place)
    let profile = try FolderProfile(folder: place)
    let (name, title) = (Path.name(of: place), Path.name(of: place).asElementName ?? "model")
    let summary: String
    switch profile {
    case .pictures(let pictures):
      let model = PictureModel(pictures, path: name, title: title)
      (text, summary) = (model.text, model.summary)
    case .texts(let texts):
      let model = TextModel(texts, path: name, title: title)
      (text, summary) = (model.text, model.summary)
    }
    warnings = profile.warnings
    story =
      FolderText.text(profile) + "\n"
      + "\(path): written, a model that suits them (\(summary)); change it and train it as you like\n"
  }

  /// The path of a model file for this data and no other: named like it, or in full where another table's model has that
  /// name.
  private static func modelPath(_ source: String) throws -> String {
    let folder = Path.folder(of: source)
    let names = [name(ofTable: source).flatMap { $0.isEmpty ? nil : $0 }, Path.name(of: source)]
    let paths = names.compactMap { $0 }.map { Path.join(folder, $0 + ".xml") }
    for path in paths {
      guard Path.exists(path) else { return path }
      let mention = "path=\"\(markupEscaped(Path.name(of: source)))\""
      if String(decoding: try FileReading.bytes(path), as: UTF8.self).contains(mention) {
        throw usageError(
          "\(path) is there already",
          "train it with 'nnrun train \(shellQuoted(path))', or move it away for a new proposal")
      }
    }
    throw usageError(
      "\(paths.joined(separator: " and ")) are there already, for other data",
      "move one of them away, or write a model for \(source)")
  }

  /// What `body` makes of the proposal. What is wrong with it is the data's fault: no model file is there yet.
  func tried<Result>(_ body: (ProposedModel) throws -> Result) throws -> Result {
    do { return try body(self) } catch let error as DiagnosticError {
      let diagnostics = error.diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        if diagnostic.place?.file == path {
          diagnostic.place = SourcePlace(file: source, line: 0, column: 0)
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
