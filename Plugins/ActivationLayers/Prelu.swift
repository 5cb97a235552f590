import NNCore
import NNKernels

/// The parametric ReLU: a leaky ReLU with a learned slope, one for all elements or one for each channel.
public struct Prelu: DeclaredLayer {
  /// The declaration of `<prelu>`.
  public static let schema = ElementSchema(
    .layer, "prelu", summary: "Lets positive numbers through and the others with a slope that is learned.",
    formula: "y = x where x > 0, else a x; da = sum of dy x where x <= 0",
    reference: "He et al. 2015; as torch.nn.PReLU", example: "<prelu/>",
    attributes: [
      .optional(
        "perChannel", .boolean, default: .boolean(false),
        "Whether every channel (the first dimension) has a slope of its own."),
      .optional("slope", .number(.any), default: .number(0.25), "The slope before training."),
    ])

  /// Whether every channel has a slope of its own.
  public let isPerChannel: Bool
  /// The initial slope.
  public let slope: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    isPerChannel = attributes.boolean("perChannel")
    slope = attributes.number("slope")
  }

  /// The layer.
  public init(perChannel: Bool = false, slope: Double = 0.25) {
    isPerChannel = perChannel
    self.slope = slope
  }

  /// One output of the input's shape; a slope, or one for each channel, as `weight`.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let channels = isPerChannel && inputs[0].rank > 0 ? inputs[0][0] : 1
    return LayerPlan(
      outputs: [inputs[0]],
      parameters: [ParameterPlan("weight", Shape(channels), initializer: .constant(slope), decays: false)],
      backwardNeeds: .inputs, forwardOperations: inputs[0].elementCount, backwardOperations: 3 * inputs[0].elementCount)
  }

  /// Computes each step by itself, unless each step is a channel with a slope of its own.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.kept(lengths, by: schema.name, across: 0..<(isPerChannel ? 1 : 0))]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// y = x where x > 0, else slope x.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let slopes = context.parameters[0].buffer
    preluForward(context.input.buffer, slopes, into: context.output.buffer, span: span(context.input, slopes))
  }

  /// dx = dy where x > 0, else slope dy; d slope = sum of dy x where x <= 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slopes = context.parameters[0].buffer
    preluBackward(
      context.inputs[0].buffer, slopes, context.upstream[0].buffer, context.downstream[0],
      context.parameterGradients[0], span: span(context.inputs[0], slopes))
  }

  /// Contiguous elements that share a slope.
  private func span<S: Scalar>(_ input: Tensor<S>, _ slopes: Buffer<S>) -> Int {
    max(1, input.shape.sample.elementCount / slopes.count)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func preluForward<S: Scalar>(_ x: Buffer<S>, _ slopes: Buffer<S>, into y: Buffer<S>, span: Int) {
  var position = 0
  while position < x.count {
    let slope = slopes[position / span % slopes.count]
    for i in position..<(position + span) { y[i] = x[i] > 0 ? x[i] : slope * x[i] }
    position += span
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func preluBackward<S: Scalar>(
  _ x: Buffer<S>, _ slopes: Buffer<S>, _ upstream: Buffer<S>, _ downstream: GradientSlot<S>,
  _ slopeGradient: GradientSlot<S>, span: Int
) {
  if slopeGradient.isWanted, !slopeGradient.accumulates { slopeGradient.tensor.buffer.fill(0) }
  var position = 0
  while position < x.count {
    let channel = position / span % slopes.count
    let slope = slopes[channel]
    var sum: S = 0
    for i in position..<(position + span) where x[i] <= 0 { sum += upstream[i] * x[i] }
    if slopeGradient.isWanted { slopeGradient.tensor.buffer[channel] += sum }
    if downstream.isWanted {
      for i in position..<(position + span) { downstream.put(x[i] > 0 ? upstream[i] : slope * upstream[i], at: i) }
    }
    position += span
  }
}
