import NNCore
import NNKernels

/// A layer that sums the elements of each sample, times a factor.
public protocol SummingLayer: DeclaredLayer {
  /// The factor for samples of `count` elements.
  func factor(_ count: Int) -> Double
}

extension SummingLayer {
  /// One number for each sample.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    return LayerPlan(outputs: [Shape(1)], backwardNeeds: [], forwardOperations: count, backwardOperations: count)
  }

  /// f = factor times the sum of a sample's elements.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    sumRows(
      context.input.buffer, into: context.output.buffer,
      factor: factor(context.input.count / max(1, context.batch)), context.workers)
  }

  /// dx_i = factor df.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    let size = slot.tensor.count / max(1, context.batch)
    let factor = S(factor(size))
    spreadRows(context.upstream[0].buffer, size: size, factor: factor, into: slot, context.workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func spreadRows<S: Scalar>(
  _ upstream: Buffer<S>, size: Int, factor: S, into slot: GradientSlot<S>, _ workers: WorkerPool
) {
  let target = slot.tensor.buffer
  workers.run(count: upstream.count, grain: max(1, 16384 / max(1, size))) { rows in
    for row in rows {
      let (value, own) = (upstream[row] * factor, target.slice(from: row * size, count: size))
      if slot.accumulates {
        for i in 0..<size { own[i] += value }
      } else {
        own.fill(value)
      }
    }
  }
}

/// Sums are accumulated in double precision, in a fixed order.
private func sumRows<S: Scalar>(_ x: Buffer<S>, into y: Buffer<S>, factor: Double, _ workers: WorkerPool) {
  let size = x.count / max(1, y.count)
  workers.run(count: y.count, grain: max(1, 16384 / max(1, size))) { rows in
    for row in rows { y[row] = S(S.sum(x.slice(from: row * size, count: size), workers: workers) * factor) }
  }
}

/// The sum of all elements of a sample.
public struct Sum: SummingLayer {
  /// The declaration of `<sum>`.
  public static let schema = ElementSchema(
    .layer, "sum", summary: "Adds up all elements of a sample.",
    formula: "f = sum of x_i; df/dx_i = 1", example: "<sum/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// 1: a plain sum.
  public func factor(_ count: Int) -> Double { 1 }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    LayerFormula("sum", "array([sum({0})])", gradients: ["{g} * ones_like({0})"])
  }
}

/// The mean of all elements of a sample.
public struct Mean: SummingLayer {
  /// The declaration of `<mean>`.
  public static let schema = ElementSchema(
    .layer, "mean", summary: "The mean of all elements of a sample.",
    formula: "f = sum of x_i / n; df/dx_i = 1 / n", example: "<mean/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// 1 / n: the mean.
  public func factor(_ count: Int) -> Double { 1 / Double(count) }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    let count = inputs[0].elementCount
    return LayerFormula("mean", "array([sum({0}) / \(count)])", gradients: ["{g} * ones_like({0}) / \(count)"])
  }
}
