import NNCore
import NNKernels

/// A layer that normalizes each row (the last dimensions of a sample) to mean 0 and variance 1, or only to mean square
/// 1, then applies a learned affine map per column.
public protocol RowNormalization: DeclaredLayer {
  /// The number of last dimensions that form a row.
  var dimensions: Int { get }
  /// Epsilon, added to the variance or the mean square.
  var epsilon: Double { get }
  /// Whether a learned affine map follows.
  var isAffine: Bool { get }
  /// Whether the mean is subtracted, and a learned shift added.
  var centers: Bool { get }
}

extension RowNormalization {
  /// One output of the input's shape; parameters of a row's shape if affine. Throws an `ElementError` for an input of
  /// fewer dimensions.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let name = Self.schema.name
    guard inputs[0].rank >= dimensions, let row = Shape(Array(inputs[0].dimensions.suffix(dimensions))) else {
      throw ElementError(
        code: "shape-mismatch",
        "<\(name)> normalizes \(dimensions) dimensions together, but its input has the shape \(inputs[0])",
        attribute: "dimensions")
    }
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]],
      parameters: isAffine ? NormalizationAttributes.parameters(row, hasShift: centers) : [],
      savedPerSample: 2 * (count / row.elementCount), backwardNeeds: .inputs, forwardOperations: 6 * count,
      backwardOperations: 12 * count)
  }

  /// Computes each step by itself, unless the dimensions that are normalized together count the steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    let rank = inputs[0].rank
    return [try SequenceLength.kept(lengths, by: schema.name, across: (rank - dimensions)..<rank)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y = w (x - mean) / sqrt(variance + epsilon) + b over each row; mean and b are 0 where rows are not centred.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.normalizeRows(
      rows(context.input, context.parameters, context.saved, none: context.scratch.slice(from: 0, count: 0)),
      context.input.buffer, into: context.output.buffer, workers: context.workers)
  }

  /// The gradients of x through the row's statistics, of w and of b.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let input = context.inputs[0]
    func target(_ slot: GradientSlot<S>) -> GradientTarget<S>? {
      slot.isWanted ? GradientTarget(slot.tensor.buffer, accumulate: slot.accumulates) : nil
    }
    S.normalizeRowsBackward(
      rows(input, context.parameters, context.saved, none: context.scratch.slice(from: 0, count: 0)),
      input.buffer, upstream: context.upstream[0].buffer,
      gradients: NormalizedRowsGradients(
        x: target(context.downstream[0]), weight: isAffine ? target(context.parameterGradients[0]) : nil,
        bias: isAffine && centers ? target(context.parameterGradients[1]) : nil),
      workers: context.workers)
  }

  /// The rows of a batch of the given shape.
  private func rows<S: Scalar>(
    _ input: Tensor<S>, _ parameters: [Tensor<S>], _ saved: Buffer<S>, none: Buffer<S>
  ) -> NormalizedRows<S> {
    let shape = input.shape
    var columns = 1
    for axis in (shape.rank - dimensions)..<shape.rank { columns *= shape[axis] }
    return NormalizedRows(
      rows: input.count / columns, columns: columns, centers: centers, epsilon: epsilon,
      weight: isAffine ? parameters[0].buffer : none, bias: isAffine && centers ? parameters[1].buffer : none,
      statistics: saved)
  }
}
