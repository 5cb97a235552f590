/// The length of a value whose samples have lengths of their own: how many steps of one dimension are valid.
///
/// Shapes and memory are those of the longest sample. Padding is what lies beyond a sample's length; it is 0 after every
/// layer, and so is its gradient. Two lengths are equal for every sample if they come from the same input by the same rules.
public struct SequenceLength: Sendable, Hashable {
  /// The dimension of a sample that counts the steps, from 0.
  public let axis: Int
  /// The net's input that it comes from, by index.
  public let input: Int
  /// What the layers on the way have done to it, in order.
  public let rules: [LengthRule]

  private init(axis: Int, input: Int, rules: [LengthRule]) {
    self.axis = axis
    self.input = input
    self.rules = rules
  }

  /// The length of an input of the net: its first dimension.
  package init(input: Int) { self.init(axis: 0, input: input, rules: []) }

  /// The length after a layer that makes another number of steps.
  public func changed(by rule: LengthRule) -> SequenceLength {
    SequenceLength(axis: axis, input: input, rules: rules + [rule])
  }

  /// The same length, counted by another dimension.
  public func moved(to axis: Int) -> SequenceLength { SequenceLength(axis: axis, input: input, rules: rules) }

  /// Whether both lengths are equal for every sample, whichever dimensions count them.
  public func isEqual(to other: SequenceLength) -> Bool { input == other.input && rules == other.rules }

  /// The steps of a sample whose input has `inputSteps`. Below 1 if the sample is too short.
  public func steps(_ inputSteps: Int) -> Int {
    var steps = inputSteps
    for index in rules.indices { steps = rules[index].steps(steps) }
    return steps
  }

  /// The fewest steps of the input, from 1 to `most`, of which a step is left here. `most` is assumed to be enough.
  package func leastInputSteps(_ most: Int) -> Int {
    var (low, high) = (1, most)
    while low < high {
      let middle = low + (high - low) / 2
      if steps(middle) >= 1 { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// How a layer's output length follows from its input length n: factor floor((n + offset) / stride) + constant.
public struct LengthRule: Sendable, Hashable {
  private let factor: Int
  private let offset: Int
  private let stride: Int
  private let constant: Int

  /// The rule of windows that move over the steps, as in a convolution:
  /// floor((n + padding - dilation (kernel - 1) - 1) / stride) + 1.
  ///
  /// - Parameter padding: the zeros on both sides together.
  public static func windows(kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) -> LengthRule {
    LengthRule(
      factor: 1, offset: padding - Count.product(dilation, kernel - 1) - 1, stride: max(1, stride), constant: 1)
  }

  /// The rule of steps that are each repeated so often: factor n.
  public static func repeated(_ factor: Int) -> LengthRule {
    LengthRule(factor: factor, offset: 0, stride: 1, constant: 0)
  }

  /// The output length for an input length of at least 1; below 1 if there is no output.
  public func steps(_ inputSteps: Int) -> Int {
    guard inputSteps >= 1, inputSteps + offset >= 0 else { return 0 }
    let (product, overflow) = factor.multipliedReportingOverflow(by: (inputSteps + offset) / stride)
    return overflow ? .max : product + constant
  }
}

// MARK: - What layers say

extension SequenceLength {
  /// The output length of a layer that computes each step by itself: the length that all its inputs have. Throws an
  /// `ElementError` if they are not equal for every sample, or if only some of them vary.
  ///
  /// - Parameters:
  ///   - element: the layer's name, for the message.
  ///   - axes: the dimensions across which the layer computes, which the length must not count.
  public static func kept(
    _ inputs: [SequenceLength?], by element: String, across axes: Range<Int> = 0..<0
  ) throws(ElementError) -> SequenceLength {
    guard let first = inputs.first ?? nil else { throw .lengths(element) }
    for other in inputs where other != first { throw .lengths(element) }
    guard !axes.contains(first.axis) else { throw .length(element) }
    return first
  }

  /// The length of a sequence of steps x features. Throws an `ElementError` if another dimension counts its steps.
  public static func ofRows(_ length: SequenceLength?, of element: String) throws(ElementError) -> SequenceLength? {
    guard let length, length.axis != 0 else { return length }
    throw ElementError(
      code: "length-axis",
      "<\(element)> reads steps x features, but the steps of its input are counted by dimension \(length.axis + 1)",
      remedy: "put <transpose/> before it")
  }
}

extension ElementError {
  /// What a layer says that cannot read a sequence whose length varies.
  public static func length(_ element: String, remedy: String? = nil) -> ElementError {
    ElementError(
      code: "length-refused",
      "<\(element)> cannot read samples that have lengths of their own: it would take padding for data",
      remedy: remedy
        ?? "put <poolSequence take=\"mean\"/> before it, which leaves no length, or take length=\"varying\" away")
  }

  /// What a layer says whose inputs' steps do not belong to each other.
  public static func lengths(_ element: String) -> ElementError {
    ElementError(
      code: "length-mismatch",
      "<\(element)> reads inputs step by step, but their lengths are not the same for every sample",
      remedy: "let all of them come from one input with length=\"varying\", by layers that change the length alike")
  }
}
