import NNCore
import NNText

/// Columns of dates.
struct DateColumn: ColumnElement {
  static let schema = ElementSchema(
    .column, "date", summary: "Columns of dates, with or without a time of day, taken apart.",
    formula:
      "a part with a period becomes sin(2 pi part / period) and cos(2 pi part / period) if cyclic; any other is brought "
      + "to mean 0 and deviation 1",
    example: #"<date name="boarded" parts="year month weekday hour" cyclic="true"/>"#,
    attributes: [
      ColumnAttributes.name,
      .optional(
        "parts", .words, default: .words(["year", "month", "weekday"]),
        "What the net reads of a date: year, month, day, weekday, dayOfYear, hour, minute, and time, the seconds since 1970."
      ),
      .optional(
        "cyclic", .boolean, default: .boolean(true),
        "Whether parts that come again become a point on a circle, so that December is near January."),
      .optional(
        "format", .choice(DateOrder.allCases.map(\.rawValue)), default: .text("iso"),
        "In which order dates are written: 2024-03-31, 31.3.2024, 3/31/2024, or unix for seconds since 1970."),
      .optional(
        "missing", .choice(["error", "median", "drop"]), default: .text("error"),
        "What stands for a gap: the median of the training part. drop leaves the row out; error refuses it."),
      ColumnAttributes.input,
    ])

  let names: [String]
  let input: String?
  private let parts: [DatePart]
  private let isCyclic: Bool
  private let order: DateOrder
  private let missing: String
  var reading: ColumnReading { .date(order) }
  var dropsGaps: Bool { missing == "drop" }

  init(attributes: Attributes) throws {
    names = try ColumnAttributes.names(attributes)
    input = attributes.has("input") ? attributes.text("input") : nil
    var parts: [DatePart] = []
    for word in attributes.words("parts") {
      guard let part = DatePart(rawValue: word), !parts.contains(part) else {
        throw ElementError(
          code: "bad-value", "'\(word.shortened)' is no part of a date, or is given twice",
          remedy: "parts are \(DatePart.allCases.map(\.rawValue).joined(separator: ", "))", attribute: "parts")
      }
      parts.append(part)
    }
    self.parts = parts
    isCyclic = attributes.boolean("cyclic")
    order = DateOrder(rawValue: attributes.text("format")) ?? .iso
    missing = attributes.text("missing")
  }

  func learned(_ values: RawColumn.Values, rows: [Int32], column: String) throws(ElementError) -> ColumnEncoding? {
    guard case .numbers(let all) = values else { return nil }
    let present = try ColumnStatistics(all, rows: rows, column: column)
    var encoding = DateEncoding(
      order: order, parts: parts, isCyclic: isCyclic, fill: missing == "median" ? present.quantile(0.5) : nil,
      scales: [], shifts: [])
    for part in parts {
      let values = isCyclic && part.period != nil ? [] : present.sorted.map(part.value)
      let (scale, shift) =
        values.isEmpty
        ? (1, 0)
        : AffinePreprocessing.scaling(
          center: ColumnStatistics.mean(values), spread: ColumnStatistics.deviation(values))
      encoding.scales.append(scale)
      encoding.shifts.append(shift)
    }
    return .date(encoding)
  }
}
