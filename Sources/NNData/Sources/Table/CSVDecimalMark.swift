import NNCore

extension CSVTable {
  /// Finds out what stands before decimal places: a comma if any number needs it, where commas do not separate fields.
  /// Throws a `DiagnosticError` naming the row where numbers of both kinds occur.
  ///
  /// - Parameters:
  ///   - answers: the columns of the right answers, whose words may look like numbers.
  ///   - words: columns of which it is known that they hold words.
  func guessedDecimalMark(answers: [Int], words: [Int] = []) throws(DiagnosticError) -> TableRecord.DecimalMark {
    guard separator != .comma, bytes.contains(UInt8(ascii: ",")) else { return .point }
    let inputs = (0..<columns).filter { !answers.contains($0) && !words.contains($0) }
    let answers = answers.filter { !words.contains($0) }
    let areAnswersDecimal = answers.allSatisfy { isNumeric($0, .comma) }
    guard let comma = needs(.comma, in: inputs) ?? (areAnswersDecimal ? needs(.comma, in: answers) : nil) else {
      return .point
    }
    if let point = needs(.point, in: inputs) {
      throw error(
        row: point.row, column: point.column, "mixed-decimals",
        "this number has a decimal point, but one on line \(line(comma.row)) has a decimal comma",
        remedy: "write all alike")
    }
    return .comma
  }

  /// The first field in the given columns that is a number with the given mark alone.
  func needs(_ mark: TableRecord.DecimalMark, in columns: [Int]) -> (row: Int, column: Int)? {
    let other = mark == .comma ? TableRecord.DecimalMark.point : .comma
    for row in 0..<rows {
      for column in columns where number(row, column, mark) != nil && number(row, column, other) == nil {
        return (row, column)
      }
    }
    return nil
  }

  /// Whether all fields of a column but the first, which may be a name, are numbers with the given mark.
  private func isNumeric(_ column: Int, _ mark: TableRecord.DecimalMark) -> Bool {
    (min(1, rows - 1)..<rows).allSatisfy { number($0, column, mark) != nil }
  }
}
