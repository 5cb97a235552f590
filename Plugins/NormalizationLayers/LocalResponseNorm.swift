import NNCore
import NNKernels

/// Local response normalization: divides each element by a power of the mean square over adjacent channels.
public struct LocalResponseNorm: DeclaredLayer {
  /// The declaration of `<localResponseNorm>`.
  public static let schema = ElementSchema(
    .layer, "localResponseNorm",
    summary: "Divides every number by a power of the squares at the same pixel of the neighbouring channels.",
    formula: "y = x / (k + alpha / size * sum of x^2 over size channels)^beta",
    reference: "Krizhevsky et al. 2012; as torch.nn.LocalResponseNorm",
    example: #"<localResponseNorm size="5"/>"#,
    attributes: [
      .optional(
        "size", .integer(1...65_535), default: .integer(5),
        "Channels in the sum, the number's own in their middle (the left of two middles)."),
      .optional("alpha", .number(.nonNegative), default: .number(1e-4), "Factor on the mean of the squares."),
      .optional("beta", .number(.nonNegative), default: .number(0.75), "The power of the divisor."),
      .optional("k", .number(.positive), default: .number(1), "Added to the mean of the squares."),
    ])

  private let window: LocalResponse

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    window = LocalResponse(
      size: attributes.integer("size"), alpha: attributes.number("alpha"), beta: attributes.number("beta"),
      k: attributes.number("k"))
  }

  /// The layer.
  public init(size: Int = 5, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
    window = LocalResponse(size: size, alpha: alpha, beta: beta, k: k)
  }

  /// One output of the input's shape. Throws an `ElementError` for an input without channels.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    _ = try ChannelLayout(inputs[0], "localResponseNorm")
    let count = inputs[0].elementCount
    // Scratch: the terms dy x s^(-beta - 1), each of which several channels add up.
    return LayerPlan(
      outputs: [inputs[0]], scratchPerSample: count, backwardNeeds: .inputs,
      forwardOperations: (window.size + 30) * count, backwardOperations: (2 * window.size + 60) * count)
  }

  /// y = x / (k + alpha / size sum of x^2 over the neighbouring channels)^beta.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.localResponse(
      window, extent(context.input.shape.sample, context.batch), context.input.buffer, into: context.output.buffer,
      workers: context.workers)
  }

  /// The gradient of x, through its own channel and through the neighbours'.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let extent = extent(context.inputs[0].shape.sample, context.batch)
    S.localResponseBackward(
      window, extent, context.inputs[0].buffer, upstream: context.upstream[0].buffer,
      products: context.scratch.slice(from: 0, count: extent.batch * extent.sampleCount),
      downstream: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
  }

  private func extent(_ sample: Shape, _ batch: Int) -> ChannelExtent {
    let layout = ChannelLayout(sample)
    return ChannelExtent(batch: batch, channels: layout.channels, pixels: layout.pixels)
  }
}
