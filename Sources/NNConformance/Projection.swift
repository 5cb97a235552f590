import NNCore
import NNKernels

/// A loss that is the sum of products of its input and its target: with a random target, every element of what it
/// reads gets a gradient of its own.
public struct Projection: DeclaredLayer {
  /// The declaration, in a namespace of its own.
  public static let schema = ElementSchema(
    .loss, "projection", namespace: "urn:nnrun:tests:1", summary: "The sum of products of input and target.",
    formula: "sum of x u; dx = u", example: "<projection/>")

  /// The loss; it has no attributes.
  public init(attributes: Attributes) throws {}

  /// The loss.
  public init() {}

  /// States that the prediction is numbers, and the loss a sum.
  public var facts: LayerFacts { LayerFacts(prediction: .values, sumsLoss: true) }

  /// One output of the input's shape; a number for each element.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [], targets: [.values(inputs[0])],
      forwardOperations: 2 * inputs[0].elementCount, backwardOperations: inputs[0].elementCount)
  }

  /// The prediction has the input's length.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] { lengths }

  /// The sum of x u, over the steps within the lengths.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    context.output.buffer.copy(from: context.input.buffer)
    guard let target = context.target else { return }
    var total = 0.0
    // Padding of x is 0, but that of u may be anything.
    for i in 0..<target.count where context.inputLengths[0] == nil || context.input[i] != 0 {
      total += Double(context.input[i]) * Double(target[i])
    }
    context.loss[0] = total
    context.loss[1] = 1
  }

  /// dx = u
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    guard context.downstream[0].isWanted, let target = context.target else { return }
    let factor = S(context.lossGradient)
    for i in 0..<target.count { context.downstream[0].put(factor * target[i], at: i) }
  }
}

/// Doubles its input. Around a layer under test it gives the memory plan something to share and to fuse: it reads
/// nothing in its backward pass and applies epilogues.
public struct Doubling: DeclaredLayer {
  /// The declaration, in a namespace of its own.
  public static let schema = ElementSchema(
    .layer, "doubling", namespace: "urn:nnrun:tests:1", summary: "Doubles its input.", formula: "y = 2 x",
    example: "<doubling/>")

  /// The layer; it has no attributes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// States that it takes an epilogue.
  public var facts: LayerFacts { LayerFacts(acceptsEpilogue: true) }

  /// One output of the input's shape.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [], forwardOperations: inputs[0].elementCount,
      backwardOperations: inputs[0].elementCount)
  }

  /// Keeps the length.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] { lengths }

  /// y = 2 x
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let output = context.output.buffer
    S.scale(context.input.buffer, by: 2, into: output, accumulate: false, workers: context.workers)
    if context.epilogue != .identity { S.activate(context.epilogue, output, into: output, workers: context.workers) }
  }

  /// dx = 2 dy
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.downstream[0]
    guard slot.isWanted else { return }
    S.scale(
      context.upstream[0].buffer, by: 2, into: slot.tensor.buffer, accumulate: slot.accumulates,
      workers: context.workers)
  }
}
