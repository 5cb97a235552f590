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
    let (x, y) = (context.input.buffer, context.output.buffer)
    guard isPerSpan(context.input, context.parameters[0].buffer) else {
      return activateEach(x, context.parameters[0].buffer, into: y)
    }
    forEachSpan(context.input, context.parameters[0].buffer) { span, _, slope in
      S.activate(.leakyRelu(slope: slope), x.slice(span), into: y.slice(span), workers: context.workers)
    }
  }

  /// dx = dy where x > 0, else slope dy; d slope = sum of dy x where x <= 0.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let (x, upstream) = (context.inputs[0].buffer, context.upstream[0].buffer)
    let (downstream, slopes) = (context.downstream[0], context.parameterGradients[0])
    if slopes.isWanted, !slopes.accumulates { slopes.tensor.buffer.fill(0) }
    guard isPerSpan(context.inputs[0], context.parameters[0].buffer) else {
      return activateEachBackward(x, upstream, context.parameters[0].buffer, downstream, slopes)
    }
    forEachSpan(context.inputs[0], context.parameters[0].buffer) { span, channel, slope in
      if slopes.isWanted {
        slopes.tensor.buffer[channel] += sumOfProducts(x.slice(span), upstream.slice(span))
      }
      if downstream.isWanted {
        // The input has the sign of the output where the slope is positive.
        S.activateBackward(
          .leakyRelu(slope: slope), input: x.slice(span), output: x.slice(span), upstream: upstream.slice(span),
          downstream: downstream.tensor.buffer.slice(span), accumulate: downstream.accumulates,
          workers: context.workers)
      }
    }
  }

  /// Whether spans of elements that share a slope are long enough for a kernel's call.
  private func isPerSpan<S: Scalar>(_ input: Tensor<S>, _ slopes: Buffer<S>) -> Bool {
    slopes.count == 1 || input.shape.sample.elementCount > slopes.count
  }

  /// Calls `body` with each span of elements that lie together and share a slope, the slope's index and the slope.
  private func forEachSpan<S: Scalar>(
    _ input: Tensor<S>, _ slopes: Buffer<S>, _ body: (_ span: Range<Int>, _ channel: Int, _ slope: Double) -> Void
  ) {
    let size = slopes.count == 1 ? max(1, input.count) : max(1, input.shape.sample.elementCount / slopes.count)
    for (index, start) in stride(from: 0, to: input.count, by: size).enumerated() {
      let channel = index % slopes.count
      body(start..<(start + size), channel, Double(slopes[channel]))
    }
  }
}

/// y = x where x > 0, else slope x, where each element of a sample has a slope of its own.
@specialized(where S == Float)
@specialized(where S == Double)
private func activateEach<S: Scalar>(_ x: Buffer<S>, _ slopes: Buffer<S>, into y: Buffer<S>) {
  for start in stride(from: 0, to: x.count, by: slopes.count) {
    for i in 0..<slopes.count { y[start + i] = x[start + i] > 0 ? x[start + i] : slopes[i] * x[start + i] }
  }
}

/// The gradients of the same.
@specialized(where S == Float)
@specialized(where S == Double)
private func activateEachBackward<S: Scalar>(
  _ x: Buffer<S>, _ upstream: Buffer<S>, _ slopes: Buffer<S>, _ downstream: GradientSlot<S>, _ gradient: GradientSlot<S>
) {
  for start in stride(from: 0, to: x.count, by: slopes.count) {
    for i in 0..<slopes.count {
      let (value, arriving) = (x[start + i], upstream[start + i])
      if gradient.isWanted, value <= 0 { gradient.tensor.buffer[i] += arriving * value }
      if downstream.isWanted { downstream.put(value > 0 ? arriving : slopes[i] * arriving, at: start + i) }
    }
  }
}

/// The sum of upstream x over the elements with x <= 0 in double precision, in eight partial sums of every eighth element,
/// which hides the latency of additions.
@specialized(where S == Float)
@specialized(where S == Double)
private func sumOfProducts<S: Scalar>(_ x: Buffer<S>, _ upstream: Buffer<S>) -> S {
  // The product is made either way: nobody could predict a branch on the sign.
  func term(_ i: Int) -> Double {
    let product = Double(upstream[i] * x[i])
    return x[i] <= 0 ? product : 0
  }
  // Variables of their own stay in registers; lanes of a vector are slow to index.
  var (s0, s1, s2, s3, s4, s5, s6, s7) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
  let whole = x.count / 8 * 8
  for i in stride(from: 0, to: whole, by: 8) {
    (s0, s1, s2, s3) = (s0 + term(i), s1 + term(i + 1), s2 + term(i + 2), s3 + term(i + 3))
    (s4, s5, s6, s7) = (s4 + term(i + 4), s5 + term(i + 5), s6 + term(i + 6), s7 + term(i + 7))
  }
  var sums = SIMD8(s0, s1, s2, s3, s4, s5, s6, s7)
  for i in whole..<x.count { sums[i - whole] += term(i) }
  return S(sums.sum())
}
