import NNCore

/// A step of a model's `<preprocess>` section.
public protocol Preprocessing: DeclaredElement {
  /// The step as a scale and a shift of each element, learned from the training set if need be.
  ///
  /// - Parameters:
  ///   - training: the training set's first input, and its rows.
  ///   - before: the steps before this one, which the numbers have gone through.
  func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing
}

/// Fits all steps, each on what the ones before it give.
public func fitPreprocessing(_ steps: [any Preprocessing], on training: Dataset) throws -> AffinePreprocessing {
  var result = AffinePreprocessing.identity
  for step in steps { result = result.followed(by: try step.fit(training, before: result)) }
  return result
}

/// Multiplies every number.
public struct Scale: Preprocessing {
  /// The declaration of `<scale>`.
  public static let schema = ElementSchema(
    .preprocessing, "scale", summary: "Multiplies every number, or each column by its own factor.",
    formula: "x := by x", example: #"<scale by="0.0625"/>"#,
    attributes: [.required("by", .numbers, "The factor; or one factor for each element of a sample.")])

  private let factors: [Double]

  public init(attributes: Attributes) throws { factors = attributes.numbers("by") }

  public func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing {
    try checkWidth("scale", factors, training)
    return AffinePreprocessing(scales: factors, shifts: [0])
  }
}

/// Adds to every number.
public struct Shift: Preprocessing {
  /// The declaration of `<shift>`.
  public static let schema = ElementSchema(
    .preprocessing, "shift", summary: "Adds to every number, or to each column a number of its own.",
    formula: "x := x + by", example: #"<shift by="-0.5"/>"#,
    attributes: [.required("by", .numbers, "What is added; or one number for each element of a sample.")])

  private let summands: [Double]

  public init(attributes: Attributes) throws { summands = attributes.numbers("by") }

  public func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing {
    try checkWidth("shift", summands, training)
    return AffinePreprocessing(scales: [1], shifts: summands)
  }
}

private func checkWidth(_ element: String, _ values: [Double], _ training: Dataset) throws {
  let width = training.inputs.first?.width ?? 0
  guard values.count == 1 || values.count == width else {
    throw ElementError(
      code: "shape-mismatch",
      "<\(element)> has \(values.count) numbers, but a sample has \(width) elements",
      remedy: "give 1 or \(width) numbers", attribute: "by")
  }
}

/// Brings the training set to mean 0 and deviation 1.
public struct Standardize: Preprocessing {
  /// The declaration of `<standardize>`.
  public static let schema = ElementSchema(
    .preprocessing, "standardize",
    summary: "Brings every column of the training set to mean 0 and deviation 1; the rest is treated alike.",
    formula: "x := (x - mean) / deviation, the deviation being that of the whole set (divided by n); "
      + "a column that is constant is only shifted",
    example: "<standardize/>",
    attributes: [
      .optional(
        "per", .choice(["element", "channel", "all"]), default: .text("element"),
        "What has a mean and a deviation of its own: every element of a sample, every channel (the first dimension), or all together."
      )
    ])

  private let unit: String

  public init(attributes: Attributes) throws { unit = attributes.text("per") }

  public func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing {
    guard let input = training.inputs.first else { return .identity }
    let width = input.width
    let groups: Int
    switch unit {
    case "all": groups = 1
    case "channel": groups = input.form.shape.rank > 1 ? input.form.shape[0] : 1
    default: groups = width
    }
    let size = width / groups
    var sums = [Double](repeating: 0, count: groups)
    var squares = sums
    func at(_ values: [Double], _ index: Int) -> Double { values[values.count == 1 ? 0 : index] }
    func value(_ row: Int32, _ index: Int) -> Double {
      input.value(Int(row) * width + index) * at(before.scales, index) + at(before.shifts, index)
    }
    for row in training.rows {
      for index in 0..<width { sums[index / size] += value(row, index) }
    }
    let count = Double(training.count * size)
    let means = sums.map { $0 / count }
    for row in training.rows {
      for index in 0..<width {
        let difference = value(row, index) - means[index / size]
        squares[index / size] += difference * difference
      }
    }
    var scales: [Double] = []
    var shifts: [Double] = []
    for index in 0..<(groups == 1 ? 1 : width) {
      let group = index / size
      let deviation = (squares[group] / count).squareRoot()
      // Rounding leaves a tiny deviation in a constant column of large numbers.
      let isConstant = deviation <= means[group].magnitude * 1e-12 || deviation == 0
      scales.append(isConstant ? 1 : 1 / deviation)
      shifts.append(isConstant ? -means[group] : -means[group] / deviation)
    }
    return AffinePreprocessing(scales: scales, shifts: shifts)
  }
}
