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
      ColumnAttributes.input,
    ])

  let names: [String]
  let input: String?
  private let missing: String
  private let fill: Double
  private let hasIndicator: Bool
  private let scale: String
  var reading: ColumnReading { .number }
  var dropsGaps: Bool { missing == "drop" }

  init(attributes: Attributes) throws {
    names = try ColumnAttributes.names(attributes)
    input = attributes.has("input") ? attributes.text("input") : nil
    missing = attributes.text("missing")
    fill = attributes.has("fill") ? attributes.number("fill") : 0
    hasIndicator = attributes.boolean("indicator")
    scale = attributes.text("scale")
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
    let present = rows.lazy.map { all[Int($0)] }.filter { !$0.isNaN }.sorted()
    guard !present.isEmpty else {
      throw ElementError(
        code: "empty-column", "column '\(column)' has no number in the training part",
        remedy: "leave it out with <ignore>",
        attribute: "name")
    }
    var encoding = NumberEncoding()
    encoding.hasIndicator = hasIndicator
    encoding.isLogarithmic = scale == "log"
    switch missing {
    case "mean": encoding.fill = Self.mean(present)
    case "median": encoding.fill = quantile(present, 0.5)
    case "mode": encoding.fill = Self.mode(present)
    case "constant": encoding.fill = fill
    default: break
    }
    // The gaps are filled before the numbers are measured, as they are before the net reads them.
    var numbers = present.map(encoding.bent)
    if let fill = encoding.fill {
      numbers += [Double](repeating: encoding.bent(fill), count: rows.count - present.count)
      numbers.sort()
    }
    guard let (center, spread) = center(numbers), spread.isFinite, center.isFinite else {
      throw ElementError(
        code: "number-too-large", "the numbers of column '\(column)' are too large to be measured",
        remedy: "write scale=\"log\" or scale=\"minMax\"", attribute: "scale")
    }
    // Rounding leaves a tiny spread in a constant column of large numbers.
    let isConstant = spread <= center.magnitude * 1e-12 || spread == 0
    encoding.scale = isConstant ? 1 : 1 / spread
    encoding.shift = -center * encoding.scale
    return .number(encoding)
  }

  /// What is taken off the sorted numbers, and what they are divided by.
  private func center(_ numbers: [Double]) -> (center: Double, spread: Double)? {
    guard let first = numbers.first, let last = numbers.last else { return nil }
    switch scale {
    case "none": return (0, 1)
    case "minMax": return (first, last - first)
    case "robust": return (quantile(numbers, 0.5), quantile(numbers, 0.75) - quantile(numbers, 0.25))
    default:
      let mean = Self.mean(numbers)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(numbers.count)).squareRoot())
    }
  }

  private static func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

  /// The number that occurs most often, of several the smallest.
  private static func mode(_ sorted: [Double]) -> Double {
    var (best, most) = (sorted[0], 0)
    var start = 0
    while start < sorted.count {
      let end = sorted[start...].firstIndex { $0 != sorted[start] } ?? sorted.count
      if end - start > most { (best, most) = (sorted[start], end - start) }
      start = end
    }
    return best
  }
}

/// The quantile of sorted numbers, between two of them in proportion, as NumPy computes it unless told otherwise.
func quantile(_ sorted: [Double], _ fraction: Double) -> Double {
  let position = fraction * Double(sorted.count - 1)
  let lower = Int(position.rounded(.down))
  let upper = min(lower + 1, sorted.count - 1)
  return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
}
