import NNCore

/// Columns that the net does not read.
struct IgnoredColumn: ColumnElement {
  static let schema = ElementSchema(
    .column, "ignore", summary: "Columns that the net does not read, such as row numbers.",
    example: #"<ignore name="remark" keep="id"/>"#,
    attributes: [
      .optional("name", .text, "The columns, as in the other elements of <columns>."),
      .optional(
        "keep", .text,
        "Columns that the net does not read either, but predictions carry, so that rows can be told apart."),
    ])

  let names: [String]
  /// The columns among them that are carried into predictions.
  let kept: [String]
  var reading: ColumnReading { .text }

  init(attributes: Attributes) throws {
    guard attributes.has("name") || attributes.has("keep") else {
      throw ElementError(
        code: "missing-attribute", "<ignore> names no columns", remedy: "name them in name, or in keep")
    }
    kept = attributes.has("keep") ? try ColumnAttributes.names(attributes, in: "keep") : []
    names = (attributes.has("name") ? try ColumnAttributes.names(attributes) : []) + kept
  }

  func learned(_ values: RawColumn.Values, rows: [Int32], column: String) throws(ElementError) -> ColumnEncoding? {
    nil
  }
}
