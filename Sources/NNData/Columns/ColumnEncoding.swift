#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a column's fields become the numbers that the net reads: what training has learned of the column.
package enum ColumnEncoding: Sendable, Hashable {
  /// One number, and another one where gaps are marked.
  case number(NumberEncoding)
  /// A number for each value, one of them 1, the others 0; or the value's index.
  case category(CategoryEncoding)
  /// 0 or 1.
  case boolean(fill: Double?)
  /// The parts of a date.
  case date(DateEncoding)
  /// A sequence of indices, one for each token of a text.
  case text(TokenEncoding)

  /// The numbers of a sample that the column becomes; of a sequence the most that there can be.
  package var width: Int {
    switch self {
    case .number(let number): number.hasIndicator ? 2 : 1
    case .category(let category): category.isIndex ? 1 : category.count
    case .boolean: 1
    case .date(let date): date.width
    case .text(let text): text.length
    }
  }

  /// The number of different indices, if the column becomes an index.
  package var entries: Int? {
    switch self {
    case .category(let category): category.isIndex ? category.count : nil
    case .text(let text): text.entries
    case .number, .boolean, .date: nil
    }
  }

  /// Whether the column becomes a sequence.
  var isSequence: Bool { if case .text = self { true } else { false } }

  /// The values that it lists.
  var valueCount: Int {
    switch self {
    case .category(let category): category.values.count
    case .text(let text): text.vocabulary.count
    case .number, .boolean, .date: 0
    }
  }

  /// How the column's fields are read.
  var reading: ColumnReading {
    switch self {
    case .number: .number
    case .category: .text
    case .boolean: .boolean
    case .date(let date): .date(date.order)
    case .text: .tokens
    }
  }

  /// The names of the numbers, for people: `age`, `sex=male`, `boarded.month`.
  package func featureNames(_ column: String) -> [String] {
    switch self {
    case .number(let number): number.hasIndicator ? [column, "\(column) missing"] : [column]
    case .category(let category):
      category.isIndex ? [column] : category.allValues.map { "\(column)=\($0)" }
    case .boolean: [column]
    case .date(let date): date.featureNames.map { "\(column).\($0)" }
    case .text: [column]
    }
  }
}

/// A number: a gap filled, what lies beyond limits cut to them, a logarithm taken if asked for, then scale x + shift.
package struct NumberEncoding: Sendable, Hashable {
  /// What stands for a gap, as the table has numbers; nil if there must be none.
  package var fill: Double?
  /// Whether a second number is 1 where there is a gap.
  package var hasIndicator = false
  /// The numbers to which smaller and larger ones are cut, as the table has numbers; nil if none are.
  package var limits: ClosedRange<Double>?
  /// Whether x becomes sign(x) ln(1 + |x|) first.
  package var isLogarithmic = false
  /// The factor.
  package var scale = 1.0
  /// The summand.
  package var shift = 0.0

  /// The encoding of the same column where it is forecast, or an answer: without gaps, and nothing cut.
  package var ofAnswers: NumberEncoding {
    var result = self
    (result.fill, result.hasIndicator, result.limits) = (nil, false, nil)
    return result
  }

  /// A number as it is.
  package static let unchanged = NumberEncoding()

  /// The number of a field that is no gap.
  func encode(_ value: Double) -> Double { bent(value) * scale + shift }

  /// The field that `encode` makes the number of.
  package func decode(_ number: Double) -> Double {
    let value = (number - shift) / scale
    guard isLogarithmic else { return value }
    return value < 0 ? -expm1(-value) : expm1(value)
  }

  /// The number before it is scaled.
  func bent(_ number: Double) -> Double {
    let value = limits.map { min(max(number, $0.lowerBound), $0.upperBound) } ?? number
    guard isLogarithmic else { return value }
    return value < 0 ? -log1p(-value) : log1p(value)
  }
}

/// A word out of a list.
package struct CategoryEncoding: Sendable, Hashable {
  /// The values that have a place of their own; an empty text is the gap.
  package var values: [String]
  /// Whether the values that were too rare in training share a place behind the others.
  package var hasRest = false
  /// What stands for a gap; nil if a gap is a value, or none is allowed.
  package var fill: String?
  /// Whether a value that training has not met is an error.
  package var refusesUnseen: Bool
  /// Whether the index is the number, rather than a row of zeros with a one. Index 0 then stands for what training has not
  /// met.
  package var isIndex = false

  /// Places: numbers of a row, or indices.
  var count: Int { values.count + (hasRest ? 1 : 0) + (isIndex ? 1 : 0) }

  /// The values in the order of their places, for people.
  var allValues: [String] { values.map { $0.isEmpty ? "(missing)" : $0 } + (hasRest ? ["(other)"] : []) }
}
