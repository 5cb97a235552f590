import NNCore
import NNText

/// Finds the columns that a `label` names, and whether the first row is a header.
struct CSVLabelColumns {
  private let table: CSVTable
  /// What the label names, and its words.
  private let whole: String
  private let words: [String]
  private let header: String
  private let texts: [String]

  private let allowsWords: Bool
  /// Names, or numbers, of columns that are no inputs either and may hold words.
  private let others: [String]

  /// - Parameters:
  ///   - others: names, or numbers from 1, of columns that are neither inputs nor answers.
  ///   - allowsWords: whether columns other than these and the answers may hold words.
  init(_ table: CSVTable, label: String, others: [String] = [], header: String, allowsWords: Bool = false) {
    self.allowsWords = allowsWords
    self.others = others
    self.table = table
    self.header = header
    whole = label.trimmingWhitespace
    words = whole == "none" ? [] : whole.splitAtWhitespace
    texts = table.firstRow
  }

  /// The columns, and whether the first row is a header. Throws a `DiagnosticError` when a column is not there.
  func find() throws -> (columns: [Int], hasHeader: Bool) {
    let hasHeader = try isHeader()
    guard !words.isEmpty else { return ([], hasHeader) }
    if let column = named(whole, hasHeader) { return ([column], hasHeader) }
    var columns: [Int] = []
    for word in words {
      guard let column = named(word, hasHeader) ?? numbered(word) else { throw unknown(word, hasHeader) }
      columns.append(column)
    }
    if let twice = columns.indices.first(where: { columns[..<$0].contains(columns[$0]) }) {
      throw DiagnosticError(
        code: "unknown-column", file: table.file, "label names column \(columns[twice] + 1) twice",
        remedy: "name each column once")
    }
    return (columns, hasHeader)
  }

  /// The columns that the label names by number, whatever the first row is.
  var numbered: [Int] { words.compactMap { numbered($0) } }

  /// The columns that the label names if the first row is a header, or by number.
  var presumed: [Int] {
    if let column = texts.firstIndex(of: whole), !words.isEmpty { return [column] }
    return words.compactMap { texts.firstIndex(of: $0) ?? numbered($0) }
  }

  /// Whether the label names columns by their places alone.
  var isByPlace: Bool { words.allSatisfy { numbered($0) != nil } }

  private func isHeader() throws -> Bool {
    if header != "auto" { return header == "true" }
    // What is named as a column and is no number names it there.
    let names = [whole] + words + others
    if names.contains(where: { name in texts.indices.contains { texts[$0] == name && table.number(0, $0) == nil } }) {
      return true
    }
    let known = numbered + others.compactMap { numbered($0) }
    return try CSVHeaderGuess(table, answers: known, allowsWords: allowsWords).isHeader()
  }

  private func named(_ word: String, _ hasHeader: Bool) -> Int? { hasHeader ? texts.firstIndex(of: word) : nil }

  private func numbered(_ word: String) -> Int? {
    if word == "last" { return table.columns - 1 }
    return Int(word).flatMap { (1...table.columns).contains($0) ? $0 - 1 : nil }
  }

  private func unknown(_ word: String, _ hasHeader: Bool) -> DiagnosticError {
    guard hasHeader else {
      return DiagnosticError(
        code: "unknown-column",
        "there is no column '\(word.shortened)': the first row is a sample, so the \(table.columns) columns have no names",
        remedy: "give a number from 1 to \(table.columns), or last",
        place: SourcePlace(file: table.file, line: 1, column: 1))
    }
    let near = nearestName(to: word, among: texts)
    return DiagnosticError(
      code: "unknown-column",
      "there is no column '\(word.shortened)'; the columns are " + texts.joined(separator: ", ").shortened,
      remedy: near.map { "did you mean '\($0)'?" } ?? "give a name, a number from 1 to \(table.columns), or last",
      place: SourcePlace(file: table.file, line: 1, column: 1))
  }
}
