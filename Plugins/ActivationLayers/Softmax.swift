import NNCore
import NNKernels

/// The softmax: y[j] = exp(x[j]) / sum over k of exp(x[k]).
public struct Softmax: DeclaredLayer {
  /// The declaration of `<softmax>`.
  public static let schema = ElementSchema(
    .layer, "softmax",
    summary: "Turns the scores along the last dimension into probabilities that add up to 1.",
    formula: "y_i = exp(x_i - m) / sum_j exp(x_j - m), m being the largest x; dx = y (dy - <dy, y>)",
    example: "<softmax/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// States that its output is probabilities.
  public var facts: LayerFacts { LayerFacts(probabilities: .probabilities) }

  /// One output of the input's shape. Throws an `ElementError` for a scalar.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    try rowPlan(inputs[0], "softmax")
  }

  /// Computes each step by itself, unless the last dimension counts the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name, across: (inputs[0].rank - 1)..<inputs[0].rank)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y_i = exp(x_i) / sum over j of exp(x_j), along the last dimension.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (rows, columns) = rowSizes(context.input)
    S.softmax(
      rows: rows, columns: columns, context.input.buffer, into: context.output.buffer, workers: context.workers)
  }

  /// dx_i = y_i (dy_i - sum over j of dy_j y_j).
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let (rows, columns) = rowSizes(context.outputs[0])
    S.softmaxBackward(
      rows: rows, columns: columns, output: context.outputs[0].buffer, upstream: context.upstream[0].buffer,
      downstream: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
  }
}

/// The logarithm of the softmax: y[j] = x[j] - log sum over k of exp(x[k]).
public struct LogSoftmax: DeclaredLayer {
  /// The declaration of `<logSoftmax>`.
  public static let schema = ElementSchema(
    .layer, "logSoftmax",
    summary: "Turns the scores along the last dimension into logarithms of probabilities.",
    formula: "y_i = x_i - m - log sum_j exp(x_j - m), m being the largest x; dx = dy - exp(y) sum(dy)",
    example: "<logSoftmax/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// One output of the input's shape. Throws an `ElementError` for a scalar.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    try rowPlan(inputs[0], "logSoftmax")
  }

  /// Computes each step by itself, unless the last dimension counts the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name, across: (inputs[0].rank - 1)..<inputs[0].rank)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y_i = x_i - log of the sum over j of exp(x_j), along the last dimension.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (rows, columns) = rowSizes(context.input)
    S.logSoftmax(
      rows: rows, columns: columns, context.input.buffer, into: context.output.buffer, workers: context.workers)
  }

  /// dx_i = dy_i - exp(y_i) sum over j of dy_j.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let (rows, columns) = rowSizes(context.outputs[0])
    S.logSoftmaxBackward(
      rows: rows, columns: columns, output: context.outputs[0].buffer, upstream: context.upstream[0].buffer,
      downstream: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
  }
}

private func rowPlan(_ input: Shape, _ name: String) throws -> LayerPlan {
  guard input.rank > 0 else { throw ElementError.shape("<\(name)> needs at least one dimension") }
  return LayerPlan(
    outputs: [input], backwardNeeds: .outputs, runsInPlace: true, forwardOperations: 4 * input.elementCount,
    backwardOperations: 4 * input.elementCount)
}

private func rowSizes<S: Scalar>(_ tensor: Tensor<S>) -> (rows: Int, columns: Int) {
  let columns = tensor.shape[tensor.shape.rank - 1]
  return (tensor.count / columns, columns)
}
