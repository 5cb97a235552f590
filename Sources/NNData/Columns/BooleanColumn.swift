import NNCore

/// Columns of truth values.
struct BooleanColumn: ColumnElement {
  static let schema = ElementSchema(
    .column, "boolean",
    summary: "Columns of truth values: true, t, yes, y, on and 1 become 1, their opposites 0, in any case of letters.",
    example: #"<boolean name="alone"/>"#,
    attributes: [
      ColumnAttributes.name,
      .optional(
        "missing", .choice(["error", "mode", "constant", "drop"]), default: .text("error"),
        "What stands for a gap: the more frequent value, or fill. drop leaves the row out; error refuses it."),
      .optional("fill", .boolean, default: .boolean(false), "What stands for a gap with missing=\"constant\"."),
      ColumnAttributes.input,
    ])

  let names: [String]
  let input: String?
  private let missing: String
  private let fill: Bool
  var reading: ColumnReading { .boolean }
  var dropsGaps: Bool { missing == "drop" }

  init(attributes: Attributes) throws {
    names = try ColumnAttributes.names(attributes)
    input = attributes.has("input") ? attributes.text("input") : nil
    missing = attributes.text("missing")
    fill = attributes.boolean("fill")
  }

  func learned(_ values: RawColumn.Values, rows: [Int32], column: String) throws(ElementError) -> ColumnEncoding? {
    guard case .numbers(let all) = values else { return nil }
    switch missing {
    case "mode":
      let present = rows.lazy.map { all[Int($0)] }.filter { !$0.isNaN }
      return .boolean(fill: 2 * present.reduce(0, +) > Double(present.count) ? 1 : 0)
    case "constant": return .boolean(fill: fill ? 1 : 0)
    default: return .boolean(fill: nil)
    }
  }

  private static let words: [String: Double] = [
    "true": 1, "t": 1, "yes": 1, "y": 1, "on": 1, "1": 1, "1.0": 1,
    "false": 0, "f": 0, "no": 0, "n": 0, "off": 0, "0": 0, "0.0": 0,
  ]

  /// The truth value that a text spells; nil if it spells none.
  static func value(_ text: String) -> Double? { words[text.lowercased()] }
}
