import NNCore
import NNKernels

/// What remains of a sequence: its last step, or the mean or the maximum over its steps.
public struct PoolSequence: DeclaredLayer {
  /// What is taken of a sequence.
  public enum Part: String, Sendable, CaseIterable {
    /// The last step.
    case last
    /// For each feature, the mean over the steps.
    case mean
    /// For each feature, the largest number; the first among equals gets the gradient.
    case max
  }

  /// The declaration of `<poolSequence>`.
  public static let schema = ElementSchema(
    .layer, "poolSequence",
    summary: "Makes one row of steps x features: the last step, or the mean or maximum over the steps.",
    formula: "n steps being valid: last: y = x_n; mean: y = sum over t of x_t / n; max: y = max over t of x_t",
    example: #"<reshape shape="4x16"/><poolSequence take="mean"/>"#,
    attributes: [
      .optional(
        "take", .choice(Part.allCases.map(\.rawValue)), default: .text(Part.mean.rawValue),
        "What is taken; padding never is.")
    ])

  /// What is taken.
  public let part: Part

  /// The step of a maximum is saved as a scalar, and single precision holds whole numbers up to this one exactly.
  private static let mostStepsOfMaximum = 1 << 24

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { part = Part(rawValue: attributes.text("take")) ?? .mean }

  /// The layer.
  public init(_ part: Part = .mean) { self.part = part }

  /// States that the gradient of padding is 0, and that last and maximum only move numbers.
  public var facts: LayerFacts { LayerFacts(clearsPadding: true, comparison: part == .mean ? .rounding : .exact) }

  /// One output of a step's shape. Throws an `ElementError` for an input without features.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank >= 2 else {
      throw ElementError.shape(
        "<poolSequence> reads steps x features, but its input has the shape \(inputs[0])",
        remedy: "put <embedding size=\"...\"/> before it if the input holds whole numbers")
    }
    guard part != .max || inputs[0][0] <= Self.mostStepsOfMaximum else {
      throw ElementError(
        code: "shape-mismatch",
        "<poolSequence take=\"max\"> reads at most \(Self.mostStepsOfMaximum) steps, but its input has \(inputs[0][0])",
        remedy: "take the mean")
    }
    let output = inputs[0].sample
    return LayerPlan(
      outputs: [output], savedPerSample: part == .max ? output.elementCount : 0, backwardNeeds: [],
      forwardOperations: inputs[0].elementCount, backwardOperations: inputs[0].elementCount)
  }

  /// Consumes the length.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    _ = try SequenceLength.ofRows(lengths[0], of: schema.name)
    return [nil]
  }

  /// Takes the part of each sample's valid steps; of a maximum, the step is saved.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let sequences = Sequences(context.input, context.inputLengths[0])
    let (x, y, saved) = (context.input.buffer, context.output.buffer, context.saved)
    let (part, features) = (part, sequences.features)
    context.workers.run(count: context.batch, grain: sequences.grain) { samples in
      for sample in samples {
        let steps = sequences.steps(sample)
        let result = y.slice(from: sample * features, count: features)
        func step(_ index: Int) -> Buffer<S> { x.slice(from: sequences.start(sample, index), count: features) }
        switch part {
        case .last: result.copy(from: step(steps - 1))
        case .mean:
          result.copy(from: step(0))
          for index in 1..<max(1, steps) {
            let next = step(index)
            for i in 0..<features { result[i] += next[i] }
          }
          for i in 0..<features { result[i] /= S(steps) }
        case .max:
          result.copy(from: step(0))
          let places = saved.count > 0 ? saved.slice(from: sample * features, count: features) : nil
          places?.fill(0)
          for index in 1..<max(1, steps) {
            let next = step(index)
            // NaN propagates.
            for i in 0..<features where next[i] > result[i] || next[i].isNaN {
              result[i] = next[i]
              places?[i] = S(index)
            }
          }
        }
      }
    }
  }

  /// last: dx_n = dy; mean: dx_t = dy / n; max: dy to the step that was largest. The others, and padding, get 0.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    let sequences = Sequences(slot.tensor, context.inputLengths[0])
    let (upstream, saved, downstream) = (context.upstream[0].buffer, context.saved, slot.tensor.buffer)
    let (part, features) = (part, sequences.features)
    context.workers.run(count: context.batch, grain: sequences.grain) { samples in
      for sample in samples {
        let steps = sequences.steps(sample)
        if !slot.accumulates {
          downstream.slice(from: sequences.start(sample, 0), count: sequences.mostSteps * features).fill(0)
        }
        let gradient = upstream.slice(from: sample * features, count: features)
        switch part {
        case .last:
          let target = downstream.slice(from: sequences.start(sample, steps - 1), count: features)
          for i in 0..<features { target[i] += gradient[i] }
        case .mean:
          for index in 0..<steps {
            let target = downstream.slice(from: sequences.start(sample, index), count: features)
            for i in 0..<features { target[i] += gradient[i] / S(steps) }
          }
        case .max:
          for i in 0..<features {
            downstream[sequences.start(sample, Int(saved[sample * features + i])) + i] += gradient[i]
          }
        }
      }
    }
  }
}

/// A batch of sequences, steps x features: where the steps of each sample are.
private struct Sequences: Sendable {
  let mostSteps: Int
  let features: Int
  private let lengths: Buffer<Int32>?

  init<S: Scalar>(_ batch: Tensor<S>, _ lengths: Buffer<Int32>?) {
    mostSteps = batch.shape[1]
    features = batch.count / max(1, batch.shape[0] * mostSteps)
    self.lengths = lengths
  }

  /// Samples in a piece of work.
  var grain: Int { max(1, 16384 / (mostSteps * features)) }

  func steps(_ sample: Int) -> Int { lengths.map { Int($0[sample]) } ?? mostSteps }

  /// The first element of a step.
  func start(_ sample: Int, _ step: Int) -> Int { (sample * mostSteps + step) * features }
}
