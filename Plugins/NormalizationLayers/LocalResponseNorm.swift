import NNCore
import NNKernels

/// Divides every number by a power of the mean square of its neighbours in other channels.
public struct LocalResponseNorm: Layer {
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

  public init(attributes: Attributes) throws {
    window = LocalResponse(
      size: attributes.integer("size"), alpha: attributes.number("alpha"), beta: attributes.number("beta"),
      k: attributes.number("k"))
  }

  /// The layer.
  public init(size: Int = 5, alpha: Double = 1e-4, beta: Double = 0.75, k: Double = 1) {
    window = LocalResponse(size: size, alpha: alpha, beta: beta, k: k)
  }

  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    _ = try ChannelLayout(inputs[0], "localResponseNorm")
    let count = inputs[0].elementCount
    // Scratch: the scales, then the products that the neighbours' gradients share.
    return LayerPlan(
      outputs: [inputs[0]], scratchPerSample: 2 * count, backwardNeeds: .inputs,
      forwardOperations: (window.size + 30) * count, backwardOperations: (2 * window.size + 60) * count)
  }

  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    responseForward(
      context.input.buffer, ChannelLayout(context.input.shape.sample), context.batch, window, context.output.buffer,
      context.scratch, context.workers)
  }

  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    guard context.downstream[0].isWanted else { return }
    responseBackward(
      context.inputs[0].buffer, context.upstream[0].buffer, ChannelLayout(context.inputs[0].shape.sample),
      context.batch, window, context.downstream[0], context.scratch, context.workers)
  }
}

/// The constants of a local response normalization.
struct LocalResponse: Sendable, Hashable {
  var size: Int
  var alpha: Double
  var beta: Double
  var k: Double

  /// The channels that channel `c` of `channels` is divided by.
  @inline(__always)
  func neighbours(_ c: Int, _ channels: Int) -> Range<Int> {
    max(0, c - size / 2)..<min(channels, c + (size - 1) / 2 + 1)
  }

  /// The channels that channel `c` of `channels` divides.
  @inline(__always)
  func reached(_ c: Int, _ channels: Int) -> Range<Int> {
    max(0, c - (size - 1) / 2)..<min(channels, c + size / 2 + 1)
  }
}

/// scale = k + alpha / size * sum of x^2 of the neighbours, for all channels of one sample.
@inline(__always)
private func scales<S: Scalar>(
  _ x: Buffer<S>, _ start: Int, _ layout: ChannelLayout, _ window: LocalResponse, _ scale: Buffer<S>
) {
  let pixels = layout.pixels
  let factor = S(window.alpha / Double(window.size))
  for c in 0..<layout.channels {
    let own = start + c * pixels
    for i in own..<(own + pixels) { scale[i] = 0 }
    for other in window.neighbours(c, layout.channels) {
      let from = start + other * pixels
      for i in 0..<pixels { scale[own + i] += x[from + i] * x[from + i] }
    }
    for i in own..<(own + pixels) { scale[i] = S(window.k) + factor * scale[i] }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func responseForward<S: Scalar>(
  _ x: Buffer<S>, _ layout: ChannelLayout, _ batch: Int, _ window: LocalResponse, _ y: Buffer<S>,
  _ scratch: Buffer<S>, _ workers: WorkerPool
) {
  let length = layout.channels * layout.pixels
  workers.run(count: batch, grain: 1) { samples in
    for sample in samples {
      let start = sample * length
      scales(x, start, layout, window, scratch)
      for i in start..<(start + length) { y[i] = x[i] * S.pow(scratch[i], S(-window.beta)) }
    }
  }
}

/// dx_i = dy_i s_i^-beta - 2 alpha beta / size x_i sum over the channels j that i divides of dy_j x_j s_j^(-beta - 1).
@specialized(where S == Float)
@specialized(where S == Double)
private func responseBackward<S: Scalar>(
  _ x: Buffer<S>, _ upstream: Buffer<S>, _ layout: ChannelLayout, _ batch: Int, _ window: LocalResponse,
  _ downstream: GradientSlot<S>, _ scratch: Buffer<S>, _ workers: WorkerPool
) {
  let (length, pixels) = (layout.channels * layout.pixels, layout.pixels)
  let (scale, products) = (
    scratch.slice(from: 0, count: batch * length), scratch.slice(from: batch * length, count: batch * length)
  )
  let factor = S(-2 * window.alpha * window.beta / Double(window.size))
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  workers.run(count: batch, grain: 1) { samples in
    for sample in samples {
      let start = sample * length
      scales(x, start, layout, window, scale)
      for i in start..<(start + length) {
        let power = S.pow(scale[i], S(-window.beta))
        products[i] = upstream[i] * x[i] * power / scale[i]
        let value = upstream[i] * power
        target[i] = accumulates ? target[i] + value : value
      }
      for c in 0..<layout.channels {
        let own = start + c * pixels
        for other in window.reached(c, layout.channels) {
          let from = start + other * pixels
          for i in 0..<pixels { target[own + i] += factor * x[own + i] * products[from + i] }
        }
      }
    }
  }
}
