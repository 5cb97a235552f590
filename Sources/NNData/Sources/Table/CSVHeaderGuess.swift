import NNCore
import NNText

/// Finds out whether the first row of a table names the columns or is a sample. Where both make sense, or neither does,
/// it says so instead.
struct CSVHeaderGuess {
  private enum Kind {
    /// Nothing, or signs alone, such as a question mark.
    case gap
    case number
    case word
  }

  private let table: CSVTable
  /// The columns that are thought to hold the right answers, which may be words in every row.
  private let answers: [Int]
  private let texts: [String]

  /// Whether columns other than the answers may hold words.
  private let allowsWords: Bool

  init(_ table: CSVTable, answers: [Int], allowsWords: Bool = false) {
    self.allowsWords = allowsWords
    self.table = table
    self.answers = answers
    texts = table.firstRow
  }

  /// Whether the first row is a header. Throws a `DiagnosticError` when that is unclear.
  func isHeader() throws(DiagnosticError) -> Bool {
    let kinds = texts.map(Self.kind)
    let inputs = texts.indices.filter { !answers.contains($0) }
    if try isNumbered() { return true }
    // A word is a class where others follow; above numbers it is a name, or a number that is spelt wrongly.
    let name = inputs.first { kinds[$0] == .word } ?? answers.first { kinds[$0] == .word && standsAboveNumbers($0) }
    guard let name else {
      try checkWholeNumbers(inputs)
      return false
    }
    // Names of columns are words, all of them; a sample may have words, too.
    if allowsWords, inputs.contains(where: { kinds[$0] == .number }) { return false }
    if allowsWords, !inputs.contains(where: standsAboveNumbers), inputs.contains(where: occursAgain) { return false }
    if inputs.contains(where: { kinds[$0] == .number }) {
      throw table.error(
        row: 0, column: name, "unclear-header",
        "this row with words and numbers is neither a header nor a sample: '\(texts[name].shortened)' is no number",
        remedy: "mend the field, or say header=\"true\" if the row names the columns")
    }
    // A class that occurs again is no name of a column, and the row a sample with something wrong in it.
    return !answers.contains { kinds[$0] == .word && occursAgain($0) }
  }

  /// Whether any field of the first row is a word.
  var hasWords: Bool { texts.contains { Self.kind($0) == .word } }

  private static func kind(_ text: String) -> Kind {
    if Double(text) != nil || Double(text.replacing(",", with: ".")) != nil { return .number }
    return text.contains { $0.isLetter || $0.isNumber } ? .word : .gap
  }

  /// Whether the first row is 0, 1, 2 and so on to at least 3, as programs number columns without names; or after the
  /// column of an index, which has none.
  var isSurelyNumbered: Bool { table.rows > 1 && numbered.map { $0.count > 3 || $0.startIndex > 0 } ?? false }

  /// The texts of the first row if they are 0, 1, 2 and so on, less an index's.
  private var numbered: ArraySlice<String>? {
    let numbers = texts.count > 1 && texts[0].isEmpty ? texts.dropFirst() : texts[...]
    return zip(numbers, 0...).allSatisfy { $0 == String($1) } ? numbers : nil
  }

  /// Whether the first row numbers the columns.
  private func isNumbered() throws(DiagnosticError) -> Bool {
    if isSurelyNumbered { return true }
    guard table.rows > 1, let numbered, numbered.count > 1 else { return false }
    // Numbers with decimal places have them in every row.
    let isAboveDecimals = texts.indices.contains { column in
      (1..<table.rows).allSatisfy { table.text($0, column).contains { ".,eE".contains($0) } }
    }
    if isAboveDecimals { return true }
    throw table.error(
      row: 0, column: 0, "unclear-header",
      "this row may be a sample, or number the columns: \(texts.joined(separator: ", "))",
      remedy: "say header=\"true\" or header=\"false\", or write the number as 0.0")
  }

  /// Whether a column holds numbers and nothing else in all rows but the first.
  private func standsAboveNumbers(_ column: Int) -> Bool {
    table.rows > 1 && (1..<table.rows).allSatisfy { table.number($0, column) != nil }
  }

  private func occursAgain(_ column: Int) -> Bool {
    (1..<table.rows).contains { table.text($0, column) == texts[column] }
  }

  /// Names of columns may be whole numbers, such as years: all different, above a word that occurs nowhere else although
  /// most classes occur again.
  private func checkWholeNumbers(_ inputs: [Int]) throws(DiagnosticError) {
    guard inputs.count > 1, answers.count == 1, Self.kind(texts[answers[0]]) == .word,
      inputs.allSatisfy({ Int(texts[$0]) != nil }), Set(inputs.map { texts[$0] }).count == inputs.count
    else { return }
    var counts: [String: Int] = [:]
    for row in 1..<max(1, table.rows) { counts[table.text(row, answers[0]), default: 0] += 1 }
    let single = counts.values.count { $0 == 1 }
    guard table.rows > 1, counts[texts[answers[0]]] == nil, 2 * single < table.rows - 1 else { return }
    throw table.error(
      row: 0, column: answers[0], "unclear-header",
      "this row may be a sample, or name the columns by numbers: no other row has '\(texts[answers[0]].shortened)' here",
      remedy: "say header=\"true\" or header=\"false\"")
  }
}
