import NNCore
import NNText

/// Why a field cannot become a number.
enum ColumnFault: Error {
  /// It is empty, and nothing stands for a gap.
  case gap
  /// It is none of the values that training has met.
  case unseen(values: [String])
  /// The number is too large.
  case tooLarge
}

/// Makes the numbers of a column's fields.
struct ColumnEncoder {
  let encoding: ColumnEncoding
  /// The place of each value of a category.
  private let places: [String: Int]
  /// Makes the tokens of a text.
  private let tokens: TokenEncoder?

  init(_ encoding: ColumnEncoding) {
    self.encoding = encoding
    if case .category(let category) = encoding {
      places = Dictionary(zip(category.values, 0...), uniquingKeysWith: { first, _ in first })
    } else {
      places = [:]
    }
    if case .text(let text) = encoding { tokens = TokenEncoder(text) } else { tokens = nil }
  }

  /// Appends the numbers of a field that was read as a number; NaN for a gap.
  func append(_ value: Double, to numbers: inout [Double]) throws(ColumnFault) {
    switch encoding {
    case .number(let number):
      guard let filled = value.isNaN ? number.fill : value else { throw .gap }
      numbers.append(number.encode(filled))
      if number.hasIndicator { numbers.append(value.isNaN ? 1 : 0) }
    case .boolean(let fill):
      guard let filled = value.isNaN ? fill : value else { throw .gap }
      numbers.append(filled)
    case .date(let date):
      guard let filled = value.isNaN ? date.fill : value else { throw .gap }
      date.encode(filled, into: &numbers)
    case .category, .text: throw .gap
    }
  }

  /// Appends the numbers of a field that was read as a text; nil for a gap.
  ///
  /// - Returns: whether the end of a text was left out because it is too long.
  @discardableResult func append(_ text: String?, to numbers: inout [Double]) throws(ColumnFault) -> Bool {
    if let tokens { return try tokens.append(text, to: &numbers) }
    guard case .category(let category) = encoding else { throw .gap }
    let place = try self.place(text, category)
    if category.isIndex {
      numbers.append(Double((place ?? -1) + 1))
    } else {
      let start = numbers.count
      for _ in 0..<category.count { numbers.append(0) }
      if let place { numbers[start + place] = 1 }
    }
    return false
  }

  /// The place of a value; nil if it has none.
  private func place(_ text: String?, _ category: CategoryEncoding) throws(ColumnFault) -> Int? {
    if let place = places[text ?? category.fill ?? ""] { return place }
    // A gap that training has met nowhere is a value that it has not met.
    if category.refusesUnseen {
      guard text != nil else { throw .gap }
      throw .unseen(values: category.values)
    }
    return category.hasRest && text != nil ? category.values.count : nil
  }
}

extension ColumnFault {
  /// The fault as an error at a place.
  func error(_ column: String, _ text: String, _ place: SourcePlace) -> DiagnosticError {
    switch self {
    case .gap:
      DiagnosticError(
        code: "empty-field", "column '\(column.shortened)' has a gap here, and nothing stands for one",
        remedy: "fill the gap, leave the row out, or train with missing=\"…\" for this column", place: place)
    case .unseen(let values):
      DiagnosticError(
        code: "unknown-value",
        "'\(text.shortened)' in column '\(column.shortened)' is none of the \(values.count) values that training has met: "
          + values.joined(separator: ", ").shortened,
        remedy: nearestName(to: text, among: values).map { "did you mean '\($0)'?" }, place: place)
    case .tooLarge:
      DiagnosticError(
        code: "number-too-large", "\(text.shortened) in column '\(column.shortened)' is too large for single precision",
        remedy: "write scale=\"log\" for the column, or use double precision", place: place)
    }
  }
}
