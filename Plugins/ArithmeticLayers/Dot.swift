import NNCore
import NNKernels

/// The dot product of two inputs, for each sample.
public struct Dot: DeclaredLayer {
  /// The declaration of `<dot>`.
  public static let schema = ElementSchema(
    .layer, "dot", summary: "The scalar product of two inputs of one shape, for each sample.",
    formula: "f = sum of x_i y_i; df/dx = y, df/dy = x", example: #"<dot from="left right"/>"#, inputs: 2...2)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    LayerFormula("dot", "array([sum({0} * {1})])", gradients: ["{g} * {1}", "{g} * {0}"])
  }

  /// One number for each sample. Throws an `ElementError` for inputs of different sizes.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0] == inputs[1] else {
      throw ElementError.shape("<dot> needs two inputs of one shape, but they are \(inputs[0]) and \(inputs[1])")
    }
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [Shape(1)], backwardNeeds: .inputs, forwardOperations: 2 * count, backwardOperations: 2 * count)
  }

  /// f = sum of x_i y_i.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let size = context.input.count / max(1, context.batch)
    let (x, y, f) = (context.inputs[0].buffer, context.inputs[1].buffer, context.output.buffer)
    context.workers.run(count: context.batch, grain: max(1, 16384 / max(1, size))) { samples in
      for sample in samples {
        f[sample] = S(S.deviationSums(x, y, center: 0, StridedSegments(start: sample * size, length: size)).product)
      }
    }
  }

  /// dx = df y; dy = df x.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let size = context.inputs[0].count / max(1, context.batch)
    let (upstream, workers) = (context.upstream[0].buffer, context.workers)
    for position in 0..<2 where context.downstream[position].isWanted {
      let (slot, other) = (context.downstream[position], context.inputs[1 - position].buffer)
      workers.run(count: context.batch, grain: max(1, 16384 / max(1, size))) { samples in
        for sample in samples {
          S.scale(
            other.slice(from: sample * size, count: size), by: upstream[sample],
            into: slot.tensor.buffer.slice(from: sample * size, count: size), accumulate: slot.accumulates,
            workers: workers)
        }
      }
    }
  }
}
