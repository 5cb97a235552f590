import NNCore
import NNText

/// Columns of words.
struct CategoryColumn: ColumnElement {
  static let schema = ElementSchema(
    .column, "category", summary: "Columns of words, each one of a list: one-hot, or an index for an input of its own.",
    formula: "the value's place becomes 1, the others 0; a value that training has not met is 0 everywhere",
    example: #"<category name="sex embarked" missing="category" unseen="other"/>"#,
    attributes: [
      ColumnAttributes.name,
      .optional(
        "missing", .choice(["category", "mode", "constant", "drop", "error"]), default: .text("category"),
        "What a gap is: a value of its own, the most frequent value, or fill. drop leaves the row out; error refuses it."
      ),
      .optional("fill", .text, "The value that stands for a gap with missing=\"constant\"."),
      .optional(
        "unseen", .choice(["other", "error"]), default: .text("other"),
        "What becomes of a value that training has not met: no place, or that of the rare ones if there are any; error "
          + "refuses it."),
      .optional(
        "minimumCount", .integer(1...Int(Int32.max)), default: .integer(1),
        "Values that occur less often in the training part share one place."),
      .optional("values", .words, "The values in the order of their places; those of the training part unless given."),
      .optional(
        "input", .name,
        "The input of the net that reads the value's index instead, for <embedding>: from 1 for the first value, 0 for "
          + "one that training has not met."),
    ])

  let names: [String]
  let input: String?
  private let missing: String
  private let fill: String?
  private let refusesUnseen: Bool
  private let minimumCount: Int
  private let given: [String]?
  var reading: ColumnReading { .text }
  var dropsGaps: Bool { missing == "drop" }

  init(attributes: Attributes) throws {
    names = try ColumnAttributes.names(attributes)
    input = attributes.has("input") ? attributes.text("input") : nil
    missing = attributes.text("missing")
    fill = attributes.has("fill") ? attributes.text("fill") : nil
    refusesUnseen = attributes.text("unseen") == "error"
    minimumCount = attributes.integer("minimumCount")
    given = attributes.has("values") ? attributes.words("values") : nil
    if (missing == "constant") != (fill != nil) {
      throw ElementError(
        code: "exclusive-attributes",
        "<category> has \(fill == nil ? "missing=\"constant\", but no fill" : "fill, but missing=\"\(missing)\" takes none")",
        remedy: fill == nil ? "say which value fill is" : "write missing=\"constant\"",
        attribute: fill == nil ? "missing" : "fill")
    }
    if let given, Set(given).count < given.count {
      throw ElementError(
        code: "duplicate-name", "a value of <category> is given twice", remedy: "remove one", attribute: "values")
    }
  }

  func learned(_ values: RawColumn.Values, rows: [Int32], column: String) throws(ElementError) -> ColumnEncoding? {
    guard case .texts(let codes, let dictionary) = values else { return nil }
    var counts = [Int](repeating: 0, count: dictionary.count)
    var gaps = 0
    for row in rows {
      let code = Int(codes[Int(row)])
      if code >= 0 { counts[code] += 1 } else { gaps += 1 }
    }
    var encoding = CategoryEncoding(values: [], refusesUnseen: refusesUnseen)
    encoding.isIndex = input != nil
    let met = dictionary.indices.filter { counts[$0] > 0 }
    switch missing {
    case "mode":
      // Of several the first one in the order of places.
      encoding.fill = met.sorted { dictionary[$0] < dictionary[$1] }.max { counts[$0] < counts[$1] }.map {
        dictionary[$0]
      }
    case "constant": encoding.fill = fill
    default: break
    }
    if let given {
      encoding.values = given
    } else {
      encoding.values = sortedNames(Set(met.filter { counts[$0] >= minimumCount }.map { dictionary[$0] }))
      encoding.hasRest = met.contains { counts[$0] < minimumCount }
      if let fill = encoding.fill, gaps > 0, !encoding.values.contains(fill) {
        encoding.values = sortedNames(Set(encoding.values + [fill]))
      }
    }
    if missing == "category", gaps > 0 { encoding.values.append("") }
    guard encoding.count - (encoding.isIndex ? 1 : 0) > 0 else {
      throw .emptyColumn(column)
    }
    return .category(encoding)
  }
}

/// Names in the order of their numbers if all are numbers, and alphabetically otherwise.
func sortedNames(_ names: Set<String>) -> [String] {
  let numbers = names.compactMap { Int($0) }
  if numbers.count == names.count { return names.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) } }
  return names.sorted()
}
