import NNCore
import NNFiles
import NNText

/// Texts, and their classes if they have some.
struct TextSamples {
  /// The texts, without white space around them.
  private(set) var texts: [String] = []
  /// The class of each text as an index of `classes`; empty if they have none.
  private(set) var labels: [Int32] = []
  /// The names of the classes.
  private(set) var classes: [String] = []
  /// The line on which each text begins.
  private(set) var lines: [Int32] = []
  /// The file of each text, where each has one of its own.
  private(set) var files: [String]?
  private(set) var warnings: [Diagnostic] = []

  /// The texts of a folder: a file for each, in a folder for each class. Throws a `DiagnosticError`.
  ///
  /// - Parameter known: the names of the classes, if they are known.
  init(folder: String, classes known: [String]?, _ encoding: TextEncoding) throws {
    let found = try ClassFolder(folder: folder, of: .texts, classes: known)
    (files, labels, classes, warnings) = (found.files, found.labels, found.classes, found.warnings)
    lines = found.files.map { _ in 1 }
    texts = try found.files.map { try Self.text(FileReading.expandedBytes($0), encoding, file: $0) }
  }

  /// A single text.
  init(file: String, bytes: [UInt8], _ encoding: TextEncoding) throws {
    texts = [try Self.text(bytes, encoding, file: file)]
    lines = [1]
  }

  /// A text on each line.
  ///
  /// - Parameters:
  ///   - label: where a line has its class.
  ///   - labelFile: the file with the class of each text on a line; nil for none.
  ///   - known: the names of the classes, if they are known.
  init(
    lines file: String, bytes: [UInt8], _ encoding: TextEncoding, label: TextFiles.Label, labelFile: String? = nil,
    classes known: [String]?
  ) throws {
    var names: [String] = []
    for (index, line) in Self.lines(try encoding.utf8(bytes, file: file)).enumerated() {
      lines.append(Int32(clamping: index + 1))
      guard label != .none else {
        texts.append(line)
        continue
      }
      let cut: String.Index? =
        label == .first
        ? line.firstIndex(of: "\t") ?? line.firstIndex(of: " ") : line.lastIndex(of: "\t") ?? line.lastIndex(of: " ")
      guard let cut else {
        throw Self.error(
          file, index, "missing-label", "'\(line.shortened)' is not a class and a text",
          "write them with a tab between, or say label none if the lines are texts alone")
      }
      let parts = [String(line[..<cut]), String(line[line.index(after: cut)...])].map(\.trimmingWhitespace)
      names.append(parts[label == .first ? 0 : 1])
      texts.append(parts[label == .first ? 1 : 0])
    }
    guard !texts.isEmpty else { throw DiagnosticError(code: "no-samples", file: file, "the file has no lines") }
    if let labelFile {
      names = Self.lines(try encoding.utf8(FileReading.expandedBytes(labelFile), file: labelFile))
      guard names.count == texts.count else {
        throw DiagnosticError(
          code: "sample-count", file: labelFile,
          "there are \(grouped(names.count)) labels here, but \(grouped(texts.count)) lines in \(file)")
      }
    }
    guard !names.isEmpty else { return }
    try take(names, known, file: labelFile ?? file, hasOwnFile: labelFile != nil)
  }

  private mutating func take(_ names: [String], _ known: [String]?, file: String, hasOwnFile: Bool) throws {
    if let empty = names.firstIndex(of: "") {
      throw Self.error(file, empty, "missing-label", "the label is empty here", "fill the gap or leave the line out")
    }
    classes = known ?? ClassFolder.inOrder(Set(names))
    let numbers = Dictionary(zip(classes, 0...), uniquingKeysWith: { first, _ in first })
    for (index, name) in names.enumerated() {
      guard let number = numbers[name] else {
        let near = nearestName(to: name, among: classes).map { "did you mean '\($0)'?" }
        throw Self.error(
          file, index, "unknown-class",
          "the label '\(name.shortened)' is none of the \(classes.count) classes "
            + classes.joined(separator: ", ").shortened,
          near ?? (hasOwnFile ? nil : "say label none if the lines are texts alone"))
      }
      labels.append(Int32(number))
    }
  }

  /// The texts as a table of one column.
  var table: RawTable {
    var dictionary = TextDictionary()
    let codes = texts.map { $0.isEmpty ? -1 : dictionary.index($0) }
    return RawTable(
      columns: [RawColumn(name: TextFiles.column, values: .texts(codes, dictionary: dictionary.texts))], lines: lines,
      files: files)
  }

  private static func text(_ bytes: [UInt8], _ encoding: TextEncoding, file: String) throws -> String {
    String(decoding: try encoding.utf8(bytes, file: file), as: UTF8.self).trimmingWhitespace
  }

  /// The lines of a text without the white space around them; empty ones at the end do not count.
  private static func lines(_ text: [UInt8]) -> [String] {
    var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self).trimmingWhitespace
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func error(
    _ file: String, _ index: Int, _ code: String, _ message: String, _ remedy: String?
  ) -> DiagnosticError {
    DiagnosticError(
      code: code, message, remedy: remedy, place: SourcePlace(file: file, line: index + 1, column: 1))
  }
}
