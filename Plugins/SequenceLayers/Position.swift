import NNCore
import NNKernels

/// Adds to each step of a sequence a vector that says where it is.
public struct Position: DeclaredLayer {
  /// The declaration of `<position>`.
  public static let schema = ElementSchema(
    .layer, "position", summary: "Adds to each step of steps x features a vector that says where the step is.",
    formula:
      "y_t = x_t + p_t; sine, for d features: p_t[2i] = sin(t / 10000^(2i/d)), p_t[2i+1] = cos(t / 10000^(2i/d)), t from 0; "
      + "learned: p is the parameter weight, dp_t = sum of dy_t over the batch",
    reference: "sine: Vaswani et al. 2017; learned: as in BERT",
    example: #"<reshape shape="4x16"/><position kind="sine"/>"#,
    attributes: [
      .optional(
        "kind", .choice(["sine", "learned"]), default: .text("sine"),
        "Whether the vectors are sines and cosines, or learned.")
    ] + Initializer.attributes(default: defaultInitializer))

  private static let defaultInitializer = "normal"

  /// Whether the vectors are learned.
  public let isLearned: Bool
  private let initializer: Initializer

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    isLearned = attributes.text("kind") == "learned"
    initializer = Initializer(attributes)
    // What an expanded model spells out is the default, and means nothing.
    let drawn =
      attributes.text("init") != Self.defaultInitializer ? "init" : attributes.has("initScale") ? "initScale" : nil
    if !isLearned, let name = drawn {
      throw ElementError(
        code: "exclusive-attributes", "<position> has \(name), but sines and cosines are not drawn",
        remedy: "write kind=\"learned\", or leave \(name) out", attribute: name)
    }
  }

  /// The layer; `initializer` is that of learned vectors.
  public init(learned: Bool = false, initializer: Initializer = .normal(deviation: 0.01)) {
    isLearned = learned
    self.initializer = initializer
  }

  /// One output of the input's shape; if learned, `weight` of steps x features. Throws an `ElementError` for an input that
  /// is no steps x features.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let input = inputs[0]
    guard input.rank == 2 else {
      throw ElementError.shape(
        "<position> reads steps x features, but its input has the shape \(input)",
        remedy: input.rank == 1 ? "put <embedding size=\"...\"/> before it if the input holds whole numbers" : nil)
    }
    let table = ParameterPlan(
      "weight", input, initializer: initializer, fanIn: input[0], fanOut: input[1], decays: true,
      countsSteps: true)
    return LayerPlan(
      outputs: [input], parameters: isLearned ? [table] : [], scratchFixed: isLearned ? 0 : input.elementCount,
      backwardNeeds: [], runsInPlace: true, forwardOperations: input.elementCount,
      backwardOperations: isLearned ? input.elementCount : 0)
  }

  /// Adds to each step by itself.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.ofRows(lengths[0], of: schema.name)]
  }

  /// y_t = x_t + p_t
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let table = isLearned ? context.parameters[0].buffer : context.scratch
    let shape = context.input.shape
    if !isLearned { sines(steps: shape[1], features: shape[2], into: table, context.workers) }
    let (x, y, size) = (context.input.buffer, context.output.buffer, shape[1] * shape[2])
    context.workers.run(count: context.batch, grain: max(1, 16384 / size)) { samples in
      for sample in samples {
        let (from, to) = (x.slice(from: sample * size, count: size), y.slice(from: sample * size, count: size))
        for i in 0..<size { to[i] = from[i] + table[i] }
      }
    }
  }

  /// dx = dy; dp = the sum of dy over the batch, in which padding is 0.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let upstream = context.upstream[0].buffer
    if isLearned, context.parameterGradients[0].isWanted {
      let slot = context.parameterGradients[0]
      S.columnSums(
        rows: context.batch, columns: slot.tensor.count, upstream, into: slot.tensor.buffer,
        accumulate: slot.accumulates, workers: context.workers)
    }
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    if slot.accumulates {
      S.scale(upstream, by: 1, into: slot.tensor.buffer, accumulate: true, workers: context.workers)
    } else if slot.tensor.buffer.base != upstream.base {
      slot.tensor.buffer.copy(from: upstream)
    }
  }
}

/// The sines and cosines of all positions. Each pair of features turns by the same angle from step to step, so that a
/// rotation takes the place of two functions; in double precision its error grows by a rounding for each step.
@specialized(where S == Float)
@specialized(where S == Double)
private func sines<S: Scalar>(steps: Int, features: Int, into table: Buffer<S>, _ workers: WorkerPool) {
  workers.run(count: (features + 1) / 2, grain: max(1, 4096 / steps)) { pairs in
    for pair in pairs {
      let feature = 2 * pair
      let angle = 1 / Double.pow(10000, Double(feature) / Double(features))
      let (sineOfAngle, cosineOfAngle) = (Double.sin(angle), Double.cos(angle))
      var (sine, cosine) = (0.0, 1.0)
      for step in 0..<steps {
        table[step * features + feature] = S(sine)
        if feature + 1 < features { table[step * features + feature + 1] = S(cosine) }
        (sine, cosine) = (
          sine * cosineOfAngle + cosine * sineOfAngle, cosine * cosineOfAngle - sine * sineOfAngle
        )
      }
    }
  }
}
