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
    let shape = context.input.shape
    transpose(
      context.input.buffer, rows: shape[1], columns: shape[2], into: context.output.buffer, accumulate: false,
      context.workers)
  }

  /// dx_ij = dy_ji
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    let shape = context.upstream[0].shape
    transpose(
      context.upstream[0].buffer, rows: shape[1], columns: shape[2], into: slot.tensor.buffer,
      accumulate: slot.accumulates, context.workers)
  }
}

/// Transposes each of the matrices that lie one after the other, in blocks whose rows stay in the nearest cache.
@specialized(where S == Float)
@specialized(where S == Double)
private func transpose<S: Scalar>(
  _ x: Buffer<S>, rows: Int, columns: Int, into y: Buffer<S>, accumulate: Bool, _ workers: WorkerPool
) {
  let size = rows * columns
  let edge = 16
  workers.run(count: x.count / size, grain: max(1, 16384 / size)) { samples in
    for sample in samples {
      let (from, to) = (x.slice(from: sample * size, count: size), y.slice(from: sample * size, count: size))
      for top in stride(from: 0, to: rows, by: edge) {
        for column in 0..<columns {
          for row in top..<min(rows, top + edge) {
            let value = from[row * columns + column]
            to[column * rows + row] = accumulate ? to[column * rows + row] + value : value
          }
        }
      }
    }
  }
}
