/// The order of rows by the fields of a column.
package enum ColumnOrder {
  /// A number for each text by which rows are put in order: the text's own, or a date's seconds since 1970; nil if some text
  /// is neither.
  package static func keys(_ texts: [String]) -> [Double]? {
    numbers(texts) { text in Double(text).flatMap { $0.isFinite ? $0 : nil } }
      ?? [DateOrder.iso, .dayFirst, .monthFirst].lazy.compactMap { order in
        numbers(texts) { DateText($0, order)?.seconds }
      }.first
  }

  private static func numbers(_ texts: [String], _ number: (String) -> Double?) -> [Double]? {
    var keys: [Double] = []
    keys.reserveCapacity(texts.count)
    for text in texts {
      guard let key = number(text) else { return nil }
      keys.append(key)
    }
    return keys
  }
}
