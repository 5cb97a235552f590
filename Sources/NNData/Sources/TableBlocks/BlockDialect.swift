/// What the columns of a table are read as, and how its fields are written.
struct BlockDialect {
  /// The byte between fields.
  let separator: UInt8
  /// What stands before decimal places.
  let decimalMark: TableRecord.DecimalMark
  /// For each column its place among those that are read as numbers, or -1 less its place among the others.
  let slots: [Int32]
  /// Columns that are read as numbers.
  let width: Int
  /// The texts, besides an empty field, that stand for a gap among numbers; nil if there are no gaps.
  let gaps: Set<String>?
  /// Whether numbers must be finite in single precision.
  let areSingles: Bool
  /// A byte that says something of how numbers are written, so that whoever sees the whole table must decide.
  let undecided: UInt8?

  /// The place of a column that is passed over.
  static let passed = Int32.min

  /// The same, where columns that are no numbers are passed over.
  var numbersAlone: BlockDialect {
    BlockDialect(
      separator: separator, decimalMark: decimalMark, slots: slots.map { $0 < 0 ? Self.passed : $0 }, width: width,
      gaps: gaps, areSingles: areSingles, undecided: nil)
  }

  /// The number in a field that is not plain digits: NaN for a gap; nil if it is none.
  func number(_ field: UnsafeBufferPointer<UInt8>) -> Double? {
    if let value = DecimalNumber.parse(field, decimalMark) {
      return areSingles && !Float(value).isFinite ? nil : value
    }
    guard let gaps else { return nil }
    let text = String(decoding: field, as: UTF8.self).trimmingWhitespace
    return text.isEmpty || gaps.contains(text) ? .nan : nil
  }

  /// Places for the given columns as numbers, all others as texts.
  static func slots(columns: Int, numbers: [Int]) -> [Int32] {
    var slots = [Int32](repeating: 0, count: columns)
    for column in numbers { slots[column] = 1 }
    var texts: Int32 = 0
    for column in 0..<columns where slots[column] == 0 {
      texts += 1
      slots[column] = -texts
    }
    for (place, column) in numbers.enumerated() { slots[column] = Int32(place) }
    return slots
  }
}
