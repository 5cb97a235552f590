import NNCore
import NNText

extension CSVColumns {
  /// Takes the column of the samples' weights out of the inputs, if there is one.
  ///
  /// - Parameters:
  ///   - name: the column's name, or its number from 1; nil for none.
  ///   - record: how the training set was read, whose column of weights is taken where a later table has it.
  /// - Throws: a `DiagnosticError` if there is no such column, or if it holds the right answers.
  mutating func takeWeight(named name: String?, record: TableRecord?) throws(DiagnosticError) {
    if let name {
      guard let column = position(name) else {
        let near = nearestName(to: name, among: names ?? [])
        throw DiagnosticError(
          code: "unknown-column", file: table.file, "there is no column '\(name.shortened)' of weights",
          remedy: near.map { "did you mean '\($0)'?" })
      }
      guard !answers.contains(column) else {
        throw DiagnosticError(
          code: "label-is-weight", file: table.file, "\(self.name(column)) cannot hold both right answers and weights")
      }
      weight = column
      unread.append(column)
    } else if let known = record?.weight {
      weight =
        record?.names.map { known in names?.firstIndex(of: known[record?.weight ?? 0]) }
        ?? (table.columns == record?.columns ? known : nil)
    }
    if let weight {
      inputs.removeAll { $0 == weight }
      ignored.removeAll { $0 == weight }
    }
  }

  /// The weights of the rows that are read; nil if there is no column of them. Throws a `DiagnosticError` for a number below
  /// 0, or for what is no number.
  func weights() throws(DiagnosticError) -> [Double]? {
    guard let weight else { return nil }
    var weights: [Double] = []
    weights.reserveCapacity(rows.count)
    for row in rows {
      let value = try number(row, weight, isDouble: true)
      guard value >= 0 else {
        throw table.error(row: row, column: weight, "bad-weights", "a sample's weight is at least 0")
      }
      weights.append(value)
    }
    return weights
  }
}
