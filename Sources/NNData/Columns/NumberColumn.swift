import NNCore

/// Columns of numbers.
struct NumberColumn: ColumnElement {
  static let schema = ElementSchema(
    .column, "number", summary: "Columns of numbers.",
    formula:
      "x := (x - mean) / deviation for standard, (x - min) / (max - min) for minMax, (x - median) / (interquartile "
      + "range) for robust; log takes sign(x) ln(1 + |x|) first",
    example: #"<number name="age fare" missing="median" indicator="true"/>"#,
    attributes: [
      ColumnAttributes.name,
      .optional(
        "missing", .choice(["error", "mean", "median", "mode", "constant", "drop"]), default: .text("error"),
        "What stands for a gap: a number learned on the training part, or fill. drop leaves the row out; error refuses it."
      ),
      .optional("fill", .number(.any), "What stands for a gap with missing=\"constant\"; 0 unless given."),
      .optional(
        "indicator", .boolean, default: .boolean(false),
        "Whether a second number is 1 where there was a gap, and 0 elsewhere."),
      .optional(
        "scale", .choice(["standard", "minMax", "robust", "log", "none"]), default: .text("standard"),
        "How the numbers are brought to a common size. log: the logarithm, and then as standard."),
      .optional(
        "clip", .number(NumberRange(0, 0.5, excludesUpper: true)), default: .number(0),
        "The share of the training part's numbers at either end that is cut to the quantile there, as are later numbers "
          + "beyond it. Right answers are not cut."),
      ColumnAttributes.input,
    ])

  let names: [String]
  let input: String?
  private let missing: String
  private let fill: Double
  private let hasIndicator: Bool
  private let scale: String
  private let clip: Double
  var reading: ColumnReading { .number }
  var dropsGaps: Bool { missing == "drop" }

  init(attributes: Attributes) throws {
    names = try ColumnAttributes.names(attributes)
    input = attributes.has("input") ? attributes.text("input") : nil
    missing = attributes.text("missing")
    fill = attributes.has("fill") ? attributes.number("fill") : 0
    hasIndicator = attributes.boolean("indicator")
    scale = attributes.text("scale")
    clip = attributes.number("clip")
    if attributes.has("fill"), missing != "constant" {
      throw ElementError(
        code: "exclusive-attributes", "<number> has fill, but missing=\"\(missing)\" takes no number",
        remedy: "write missing=\"constant\"", attribute: "fill")
    }
    if hasIndicator, missing == "error" || missing == "drop" {
      throw ElementError(
        code: "exclusive-attributes", "<number> marks gaps, but missing=\"\(missing)\" leaves none",
        remedy: "write missing=\"median\", for instance", attribute: "indicator")
    }
  }

  func learned(_ values: RawColumn.Values, rows: [Int32], column: String) throws(ElementError) -> ColumnEncoding? {
    guard case .numbers(let all) = values else { return nil }
    let present = try ColumnStatistics(all, rows: rows, column: column)
    var encoding = NumberEncoding()
    encoding.hasIndicator = hasIndicator
    encoding.isLogarithmic = scale == "log"
    if clip > 0 {
      let low = present.quantile(clip)
      let high = max(low, present.quantile(1 - clip))
      if low <= high { encoding.limits = low...high }
    }
    switch missing {
    case "mean": encoding.fill = present.mean
    case "median": encoding.fill = present.quantile(0.5)
    case "mode": encoding.fill = present.mode
    case "constant": encoding.fill = fill
    default: break
    }
    // The gaps are filled before the numbers are measured, as they are before the net reads them.
    var numbers = present.sorted.map(encoding.bent)
    if let fill = encoding.fill {
      numbers += [Double](repeating: encoding.bent(fill), count: rows.count - numbers.count)
      numbers.sort()
    }
    let (center, spread) = measured(numbers)
    guard spread.isFinite, center.isFinite else {
      throw ElementError(
        code: "number-too-large", "the numbers of column '\(column)' are too large to be measured",
        remedy: "write scale=\"log\" or scale=\"minMax\"", attribute: "scale")
    }
    (encoding.scale, encoding.shift) = AffinePreprocessing.scaling(center: center, spread: spread)
    return .number(encoding)
  }

  /// What is taken off the sorted numbers, at least one, and what they are divided by.
  private func measured(_ numbers: [Double]) -> (center: Double, spread: Double) {
    func quantile(_ fraction: Double) -> Double { ColumnStatistics.quantile(numbers, fraction) }
    switch scale {
    case "none": return (0, 1)
    case "minMax": return (numbers[0], numbers[numbers.count - 1] - numbers[0])
    case "robust": return (quantile(0.5), quantile(0.75) - quantile(0.25))
    default: return (ColumnStatistics.mean(numbers), ColumnStatistics.deviation(numbers))
    }
  }
}
