import NNCore
import NNKernels

/// Transpose: the columns of its input become rows.
public struct Transpose: DeclaredLayer {
  /// The declaration of `<transpose>`.
  public static let schema = ElementSchema(
    .layer, "transpose",
    summary: "Swaps the two dimensions of its input: steps x features become channels x steps, as conv1d reads them.",
    formula: "y_ji = x_ij; dx_ij = dy_ji", reference: "as torch.Tensor.mT",
    example: #"<reshape shape="4x16"/><transpose/>"#)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("T", "{0}.T", gradients: ["{g}.T"]) }

  /// One output of columns x rows. Throws an `ElementError` for an input that is no matrix.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank == 2 else {
      throw ElementError.shape("<transpose> reads rows x columns, but its input has the shape \(inputs[0])")
    }
    return LayerPlan(
      outputs: [Shape(inputs[0][1], inputs[0][0])], backwardNeeds: [], forwardOperations: inputs[0].elementCount,
      backwardOperations: inputs[0].elementCount)
  }

  /// Keeps the length, which the other dimension counts.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [lengths[0].map { $0.moved(to: 1 - $0.axis) }]
  }

  /// y_ji = x_ij
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    transposition(context.input.shape)(
      context.input.buffer, into: context.output.buffer, accumulate: false, workers: context.workers)
  }

  /// dx_ij = dy_ji
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    transposition(context.upstream[0].shape)(
      context.upstream[0].buffer, into: slot.tensor.buffer, accumulate: slot.accumulates, workers: context.workers)
  }

  /// The transposition of matrices of the given shape, the batch first.
  private func transposition(_ matrices: Shape) -> StridedMove {
    let (rows, columns) = (matrices[1], matrices[2])
    var move = StridedMove()
    move.append(matrices[0], x: rows * columns, y: rows * columns)
    move.append(columns, x: 1, y: rows)
    move.append(rows, x: columns, y: 1)
    return move
  }
}
