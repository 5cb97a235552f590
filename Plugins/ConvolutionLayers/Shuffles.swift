import NNCore
import NNKernels

/// A layer that permutes its input's elements.
protocol ShufflingLayer: DeclaredLayer {
  /// Where the elements of an output come from, for an input of the given shape.
  func order(_ input: Shape) -> ShuffleOrder
}

/// The permutation: the input's index of an output's element (channel, row, column).
enum ShuffleOrder: Sendable {
  /// Channel o is channel (o mod groups) of the groups' (o / groups)-th members.
  case channels(groups: Int, channels: Int, pixels: Int)
  /// Depth to space: factor x factor channels become a block of pixels.
  case pixels(factor: Int, channels: Int, height: Int, width: Int)

  @inline(__always)
  func source(_ index: Int) -> Int {
    switch self {
    case .channels(let groups, let channels, let pixels):
      let channel = index / pixels
      return (channel % groups * (channels / groups) + channel / groups) * pixels + index % pixels
    case .pixels(let factor, _, let height, let width):
      let (column, rest) = (index % (width * factor), index / (width * factor))
      let (row, channel) = (rest % (height * factor), rest / (height * factor))
      let from = channel * factor * factor + row % factor * factor + column % factor
      return (from * height + row / factor) * width + column / factor
    }
  }
}

extension ShufflingLayer {
  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  func shuffle<S: Scalar>(_ context: ForwardContext<S>) {
    shuffleForward(
      order(context.input.shape.sample), context.input.buffer, context.output.buffer, context.batch, context.workers)
  }

  func shuffleBack<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    shuffleBackward(
      order(downstream.tensor.shape.sample), context.upstream[0].buffer, downstream, context.batch, context.workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func shuffleForward<S: Scalar>(
  _ order: ShuffleOrder, _ x: Buffer<S>, _ y: Buffer<S>, _ batch: Int, _ workers: WorkerPool
) {
  let size = y.count / max(1, batch)
  workers.run(count: batch, grain: max(1, 8192 / max(1, size))) { samples in
    for sample in samples {
      for i in 0..<size { y[sample * size + i] = x[sample * size + order.source(i)] }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func shuffleBackward<S: Scalar>(
  _ order: ShuffleOrder, _ upstream: Buffer<S>, _ downstream: GradientSlot<S>, _ batch: Int, _ workers: WorkerPool
) {
  let size = upstream.count / max(1, batch)
  let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
  workers.run(count: batch, grain: max(1, 8192 / max(1, size))) { samples in
    for sample in samples {
      for i in 0..<size {
        let place = sample * size + order.source(i)
        let value = upstream[sample * size + i]
        target[place] = accumulates ? target[place] + value : value
      }
    }
  }
}

/// Channel shuffle: interleaves the channels of several groups.
public struct ChannelShuffle: ShufflingLayer {
  /// The declaration of `<channelShuffle>`.
  public static let schema = ElementSchema(
    .layer, "channelShuffle", summary: "Deals the channels of several groups out in turn, so that groups mix.",
    formula: "channel j groups + i of y is channel i (channels / groups) + j of x",
    reference: "Zhang et al. 2018; as torch.nn.ChannelShuffle",
    example: #"<reshape shape="4x4x4"/><channelShuffle groups="2"/>"#,
    attributes: [.required("groups", .integer(1...Window.largest), "The groups that the channels consist of.")])

  private let groups: Int

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { groups = attributes.integer("groups") }

  /// The layer.
  public init(groups: Int) { self.groups = groups }

  /// One output of the input's shape. Throws an `ElementError` if the channels cannot be cut into the groups.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank > 0, inputs[0][0] % groups == 0 else {
      throw ElementError(
        code: "shape-mismatch",
        "<channelShuffle> cannot cut the channels of its input \(inputs[0]) into \(groups) equal groups",
        attribute: "groups")
    }
    let count = inputs[0].elementCount
    return LayerPlan(outputs: [inputs[0]], backwardNeeds: [], forwardOperations: count, backwardOperations: count)
  }

  func order(_ input: Shape) -> ShuffleOrder {
    .channels(groups: groups, channels: input[0], pixels: input.elementCount / input[0])
  }

  /// Channel j groups + i of y is channel i (channels / groups) + j of x.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) { shuffle(context) }

  /// The same order the other way round.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) { shuffleBack(context) }
}

/// Pixel shuffle (depth to space): trades channels for a larger image.
public struct PixelShuffle: ShufflingLayer {
  /// The declaration of `<pixelShuffle>`.
  public static let schema = ElementSchema(
    .layer, "pixelShuffle", summary: "Makes blocks of pixels of groups of channels: fewer channels, a larger image.",
    formula: "y[c, i r + u, j r + v] = x[c r^2 + u r + v, i, j]",
    reference: "Shi et al. 2016; as torch.nn.PixelShuffle",
    example: #"<reshape shape="4x4x4"/><pixelShuffle factor="2"/>"#,
    attributes: [.required("factor", .integer(1...1024), "How many times higher and wider the output is.")])

  private let factor: Int

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { factor = attributes.integer("factor") }

  /// The layer.
  public init(factor: Int) { self.factor = factor }

  /// channels / r^2 x r height x r width. Throws an `ElementError` if the channels cannot be cut so.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (channels, size) = try Window.image(inputs[0], "pixelShuffle")
    guard channels % (factor * factor) == 0,
      let output = Shape([channels / (factor * factor), size.height * factor, size.width * factor])
    else {
      throw ElementError(
        code: "shape-mismatch",
        "<pixelShuffle> needs a multiple of \(factor * factor) channels, but its input has the shape \(inputs[0])",
        attribute: "factor")
    }
    let count = inputs[0].elementCount
    return LayerPlan(outputs: [output], backwardNeeds: [], forwardOperations: count, backwardOperations: count)
  }

  func order(_ input: Shape) -> ShuffleOrder {
    .pixels(factor: factor, channels: input[0] / (factor * factor), height: input[1], width: input[2])
  }

  /// y[c, i r + u, j r + v] = x[c r^2 + u r + v, i, j].
  public func forward<S: Scalar>(_ context: ForwardContext<S>) { shuffle(context) }

  /// The same order the other way round.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) { shuffleBack(context) }
}
