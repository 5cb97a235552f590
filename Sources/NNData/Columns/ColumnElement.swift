import NNCore
import NNText

/// An element of `<columns>`: what some columns of a table are, and how they become numbers.
protocol ColumnElement: DeclaredElement {
  /// The names of the columns, or `*` for all that no other element names.
  var names: [String] { get }
  /// How the fields of the columns are read.
  var reading: ColumnReading { get }
  /// The input that reads the columns; nil for the one that reads most.
  var input: String? { get }
  /// What becomes of a row with a gap in one of the columns.
  var dropsGaps: Bool { get }

  /// The element with the files that it names, which are read now. Throws a `DiagnosticError` that names the file.
  ///
  /// - Parameter folder: the folder of the model file.
  func withFiles(in folder: String) throws -> any ColumnElement

  /// What the training part says of one column; nil for a column that the net does not read. Throws an `ElementError` for
  /// a column from which nothing can be learned.
  ///
  /// - Parameters:
  ///   - values: the fields of the whole table.
  ///   - rows: the training part.
  ///   - column: the column's name.
  func learned(_ values: RawColumn.Values, rows: [Int32], column: String) throws(ElementError) -> ColumnEncoding?
}

extension ColumnElement {
  var input: String? { nil }
  var dropsGaps: Bool { false }
  func withFiles(in folder: String) -> any ColumnElement { self }
}

/// How a field of a table becomes a number or a text.
enum ColumnReading: Sendable, Hashable {
  case number
  case text
  /// A text whose tokens count: every text is what it says, `NA` and 3.0 too.
  case tokens
  case boolean
  case date(DateOrder)

  /// What a field holds, for messages.
  var noun: String {
    switch self {
    case .number: "a number"
    case .text, .tokens: "a text"
    case .boolean: "a truth value such as true, yes or 1"
    case .date(let order): "a date such as \(order.example)"
    }
  }
}

/// Attributes that several elements of `<columns>` have.
enum ColumnAttributes {
  /// What stands in the list of names for all columns that are not named: no table can have a column of that name.
  static let others = "*\0"

  static let name = AttributeSchema.required(
    "name", .text,
    "The columns, by name, or by number from 1 where the table has no header; names with blanks stand in single quotes, "
      + "and * means all columns that are not named elsewhere.")

  static let input = AttributeSchema.optional(
    "input", .name, "The input of the net that reads these columns; the first one that reads columns unless given.")

  /// The columns that an attribute lists. Throws an `ElementError` for a quote that is not closed.
  static func names(_ attributes: Attributes, in attribute: String = "name") throws(ElementError) -> [String] {
    guard let names = columnNames(attributes.text(attribute)), !names.isEmpty else {
      throw ElementError(
        code: "bad-value",
        "the names '\(attributes.text(attribute).shortened)' are empty, or a quote in them is not closed",
        remedy: "write \(attribute)=\"age 'sepal length'\"", attribute: attribute)
    }
    return names
  }
}

/// The names in a list that is separated by white space, an asterisk for all others, some of them in single quotes, within which a doubled quote stands
/// for one; nil if a quote is not closed.
func columnNames(_ text: String) -> [String]? {
  var names: [String] = []
  var rest = text[...].drop(while: \.isWhitespace)
  while let first = rest.first {
    var name = ""
    if first == "'" {
      rest = rest.dropFirst()
      while true {
        guard let quote = rest.firstIndex(of: "'") else { return nil }
        name += rest[..<quote]
        rest = rest[rest.index(after: quote)...]
        guard rest.first == "'" else { break }
        name += "'"
        rest = rest.dropFirst()
      }
      guard rest.first?.isWhitespace ?? true else { return nil }
    } else {
      let end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
      name = rest[..<end] == "*" ? ColumnAttributes.others : String(rest[..<end])
      rest = rest[end...]
    }
    names.append(name)
    rest = rest.drop(while: \.isWhitespace)
  }
  return names
}

/// A name as `columnNames` reads it.
package func quotedColumnName(_ name: String) -> String {
  guard name != ColumnAttributes.others else { return "*" }
  let needsQuotes = name.isEmpty || name == "*" || name.hasPrefix("'") || name.contains(where: \.isWhitespace)
  return needsQuotes ? "'" + name.replacing("'", with: "''") + "'" : name
}
