import NNCore

/// A step of a model's `<preprocess>` section.
public protocol Preprocessing: ElementValue {
  /// The step as a scale and a shift of each element, learned from the training set if need be.
  ///
  /// - Parameters:
  ///   - training: the training set, its only input the one to fit, in the shape in which the net reads it.
  ///   - before: the steps before this one, composed.
  /// - Returns: one scale and shift for all elements of a sample, or one for each.
  /// - Throws: an `ElementError` for numbers that do not fit the samples, or cannot be fitted.
  func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing

  /// Whether `fit` depends on the training set's numbers, and not on the shape of a sample alone. True by default.
  var isLearned: Bool { get }
}

extension Preprocessing {
  /// Whether the step is learned from the training set.
  public var isLearned: Bool { true }
}

/// Fits all steps for each of the set's inputs, each step on what the ones before it give.
///
/// - Parameter failure: turns what a step throws, and the step's index, into the error to throw.
/// - Returns: the preprocessing of each input, in their order.
public func fitPreprocessing(
  _ steps: [any Preprocessing], on training: Dataset, failure: (ElementError, Int) -> any Error = { error, _ in error }
) throws -> [AffinePreprocessing] {
  try training.inputs.map { input in
    // Indices are no quantities.
    if case .classes = input.form { return .identity }
    let alone = training.with(inputs: [input], targets: [])
    var result = AffinePreprocessing.identity
    for (index, step) in steps.enumerated() {
      do {
        result = result.followed(by: try step.fit(alone, before: result))
      } catch let error as ElementError {
        throw failure(error, index)
      }
    }
    return result
  }
}

/// Multiplies every number.
public struct Scale: Preprocessing, DeclaredElement {
  /// The declaration of `<scale>`.
  public static let schema = ElementSchema(
    .preprocessing, "scale", summary: "Multiplies every number, or each column or channel by its own factor.",
    formula: "x := by x", example: #"<scale by="0.0625"/>"#,
    attributes: [.required("by", .numbers, "The factor; or one for each channel, or each element, of a sample.")])

  private let factors: [Double]
  /// Whether the step is learned from the training set.
  public var isLearned: Bool { false }

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { factors = attributes.numbers("by") }

  /// The affine map of the step for each element of a sample, after `before`. Throws an `ElementError` for a wrong count.
  public func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing {
    AffinePreprocessing(scales: try spread(factors, "by", of: "scale", over: training), shifts: [0])
  }
}

/// Adds to every number.
public struct Shift: Preprocessing, DeclaredElement {
  /// The declaration of `<shift>`.
  public static let schema = ElementSchema(
    .preprocessing, "shift", summary: "Adds to every number, or to each column or channel a number of its own.",
    formula: "x := x + by", example: #"<shift by="-0.5"/>"#,
    attributes: [
      .required("by", .numbers, "What is added; or one number for each channel, or each element, of a sample.")
    ])

  private let summands: [Double]
  /// Whether the step is learned from the training set.
  public var isLearned: Bool { false }

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { summands = attributes.numbers("by") }

  /// The affine map of the step for each element of a sample, after `before`. Throws an `ElementError` for a wrong count.
  public func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing {
    AffinePreprocessing(scales: [1], shifts: try spread(summands, "by", of: "shift", over: training))
  }
}

/// What has a scale and a shift of its own in each sample of an array: a channel, which is what the first dimension
/// counts; a number of a row; or, where samples have lengths, a feature, which is the same at every step.
private struct Channels {
  let count: Int
  private let isPerStep: Bool
  private let size: Int

  init(_ array: DataArray) {
    let shape = array.form.shape
    isPerStep = array.lengths != nil
    count = isPerStep ? array.width / shape[0] : shape.rank > 1 ? shape[0] : array.width
    size = array.width / count
  }

  /// The channel of an element of a sample.
  func callAsFunction(_ element: Int) -> Int { isPerStep ? element % count : element / size }
}

/// One number for all elements of a sample, or one for each; numbers for each channel, the first dimension, are
/// repeated over its elements.
private func spread(
  _ values: [Double], _ attribute: String, of element: String, over training: Dataset
) throws -> [Double] {
  guard let input = training.inputs.first, values.count != 1, values.count != input.width else { return values }
  let channels = Channels(input)
  guard values.count == channels.count else {
    let isRow = channels.count == input.width
    throw ElementError(
      code: "shape-mismatch",
      "<\(element)> has \(values.count) numbers, but a sample has "
        + (isRow ? "" : "\(channels.count) \(input.lengths == nil ? "channels" : "features") and ")
        + "\(input.width) elements",
      remedy: "give 1 or " + (isRow ? "" : "\(channels.count) or ") + "\(input.width) numbers", attribute: attribute)
  }
  return (0..<input.width).map { values[channels($0)] }
}

/// Brings the training set to mean 0 and deviation 1.
public struct Standardize: Preprocessing, DeclaredElement {
  /// The declaration of `<standardize>`.
  public static let schema = ElementSchema(
    .preprocessing, "standardize",
    summary: "Brings every column of the training set to mean 0 and deviation 1; the rest is treated alike. Or takes "
      + "given means and deviations, such as those of the set that weights were trained on.",
    formula: "x := (x - mean) / deviation, the deviation being that of the whole set (divided by n); "
      + "a column that is constant is only shifted",
    example: "<standardize/>",
    attributes: [
      .optional(
        "per", .choice(["element", "channel", "all"]), default: .text("element"),
        "What has a mean and a deviation of its own: every element of a sample, every channel (the first dimension of "
          + "the net's input; each column of a table), or all together. Where samples have lengths, element and channel both "
          + "mean a feature at all steps, and padding does not count."
      ),
      .optional(
        "mean", .numbers, "Given means in place of the training set's: one, or one for each channel or element."),
      .optional(
        "deviation", .numbers,
        "Given deviations, with mean: one, or one for each channel or element; none of them zero."),
    ])

  private let unit: String
  private let given: (means: [Double], deviations: [Double])?
  /// Whether the step is learned from the training set.
  public var isLearned: Bool { given == nil }

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    unit = attributes.text("per")
    guard attributes.has("mean") || attributes.has("deviation") else {
      given = nil
      return
    }
    for (present, missing) in [("mean", "deviation"), ("deviation", "mean")] where !attributes.has(missing) {
      throw ElementError(
        code: "missing-attribute", "<standardize> has \(present), but no \(missing)",
        remedy: "give both, or neither to learn them from the training set", attribute: present)
    }
    let deviations = attributes.numbers("deviation")
    guard deviations.allSatisfy({ $0 > 0 }) else {
      throw ElementError(
        code: "out-of-range", "a deviation of <standardize> is not above zero", attribute: "deviation")
    }
    given = (attributes.numbers("mean"), deviations)
  }

  /// The affine map of the step for each element of a sample, after `before`. Throws an `ElementError` for a wrong count.
  public func fit(_ training: Dataset, before: AffinePreprocessing) throws -> AffinePreprocessing {
    if let given {
      let means = try spread(given.means, "mean", of: "standardize", over: training)
      let deviations = try spread(given.deviations, "deviation", of: "standardize", over: training)
      let count = max(means.count, deviations.count)
      return AffinePreprocessing(
        scales: deviations.map { 1 / $0 },
        shifts: (0..<count).map { -means[means.count == 1 ? 0 : $0] / deviations[deviations.count == 1 ? 0 : $0] })
    }
    guard let input = training.inputs.first else { return .identity }
    let width = input.width
    let channels = Channels(input)
    let groups: Int
    let group: (Int) -> Int
    switch unit {
    case "all": (groups, group) = (1, { _ in 0 })
    case "element" where input.lengths == nil: (groups, group) = (width, { $0 })
    default: (groups, group) = (channels.count, { channels($0) })
    }
    var sums = [Double](repeating: 0, count: groups)
    var squares = sums
    func at(_ values: [Double], _ index: Int) -> Double { values[values.count == 1 ? 0 : index] }
    func value(_ number: Double, _ index: Int) -> Double {
      number * at(before.scales, index) + at(before.shifts, index)
    }
    var elements = 0
    input.forEachSample(of: training.rows) { place, numbers in
      let valid = input.validWidth(Int(training.rows[place]))
      elements += valid
      for index in 0..<valid { sums[group(index)] += value(numbers[index], index) }
      return true
    }
    let count = Double(elements / groups)
    let means = sums.map { $0 / count }
    input.forEachSample(of: training.rows) { place, numbers in
      for index in 0..<input.validWidth(Int(training.rows[place])) {
        let difference = value(numbers[index], index) - means[group(index)]
        squares[group(index)] += difference * difference
      }
      return true
    }
    var scales: [Double] = []
    var shifts: [Double] = []
    for index in 0..<(groups == 1 ? 1 : width) {
      let group = group(index)
      let deviation = (squares[group] / count).squareRoot()
      guard deviation.isFinite, means[group].isFinite else {
        throw ElementError(
          code: "number-too-large", "the numbers are too large for <standardize>: their squares cannot be added up",
          remedy: "put a <scale> before it")
      }
      let (scale, shift) = AffinePreprocessing.scaling(center: means[group], spread: deviation)
      scales.append(scale)
      shifts.append(shift)
    }
    return AffinePreprocessing(scales: scales, shifts: shifts)
  }
}
