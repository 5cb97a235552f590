import NNCore
import NNKernels

/// A layer that permutes its input's elements.
protocol ShufflingLayer: DeclaredLayer {
  /// The permutation of a batch of inputs of the given shape, the batch first.
  func move(_ input: Shape) -> StridedMove
}

extension ShufflingLayer {
  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  func shuffle<S: Scalar>(_ context: ForwardContext<S>) {
    move(context.input.shape)(
      context.input.buffer, into: context.output.buffer, accumulate: false, workers: context.workers)
  }

  func shuffleBack<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    move(downstream.tensor.shape).reversed(
      context.upstream[0].buffer, into: downstream.tensor.buffer, accumulate: downstream.accumulates,
      workers: context.workers)
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

  func move(_ input: Shape) -> StridedMove {
    let (channels, pixels) = (input[1], input.sample.elementCount / input[1])
    var move = StridedMove()
    move.append(input[0], x: channels * pixels, y: channels * pixels)
    move.append(channels / groups, x: pixels, y: groups * pixels)
    move.append(groups, x: channels / groups * pixels, y: pixels)
    move.append(pixels, x: 1, y: 1)
    return move
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

  func move(_ input: Shape) -> StridedMove {
    let (height, width) = (input[2], input[3])
    let (area, row) = (height * width, width * factor)
    var move = StridedMove()
    move.append(input[0] * input[1] / (factor * factor), x: factor * factor * area, y: factor * factor * area)
    move.append(height, x: width, y: factor * row)
    move.append(factor, x: factor * area, y: row)
    move.append(width, x: 1, y: factor)
    move.append(factor, x: area, y: 1)
    return move
  }

  /// y[c, i r + u, j r + v] = x[c r^2 + u r + v, i, j].
  public func forward<S: Scalar>(_ context: ForwardContext<S>) { shuffle(context) }

  /// The same order the other way round.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) { shuffleBack(context) }
}
