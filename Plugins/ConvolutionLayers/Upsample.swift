import NNCore
import NNKernels

/// Upsampling of images by nearest neighbours or linear interpolation.
public struct Upsample: DeclaredLayer {
  /// The declaration of `<upsample>`.
  public static let schema = ElementSchema(
    .layer, "upsample", summary: "Enlarges each channel, repeating pixels or interpolating between them.",
    formula: "nearest: y[i] = x[floor(i / scale)]; bilinear: x interpolated at (i + 1/2) / scale - 1/2",
    reference: "as torch.nn.Upsample",
    example: #"<reshape shape="1x8x8"/><upsample scale="2" mode="bilinear"/>"#,
    attributes: [
      .required("scale", .pair(1...Window.largest), "How many times larger the output is."),
      .optional(
        "mode", .choice(["nearest", "bilinear"]), default: .text("nearest"), "How pixels in between are made."),
      .optional(
        "alignCorners", .boolean, default: .boolean(false),
        "Whether bilinear interpolation goes from the centre of the first pixel to that of the last."),
    ])

  private let scale: Extent
  private let interpolates: Bool
  private let alignsCorners: Bool

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      scale: Window.extent(attributes, "scale"), interpolates: attributes.text("mode") == "bilinear",
      alignsCorners: attributes.boolean("alignCorners"))
  }

  /// The layer.
  public init(scale: Extent, interpolates: Bool = false, alignsCorners: Bool = false) {
    self.scale = scale
    self.interpolates = interpolates
    self.alignsCorners = alignsCorners
  }

  /// Whether it only repeats numbers.
  public var facts: LayerFacts { LayerFacts(comparison: interpolates ? .rounding : .exact) }

  private func interpolation(_ image: Shape) -> SeparableResampling {
    let (weights, input) = (AxisWeights.linear(alignsCorners: alignsCorners), Extent(image[1], image[2]))
    return SeparableResampling(
      rows: weights, columns: weights, input: input,
      output: Extent(input.height * scale.height, input.width * scale.width))
  }

  /// The repetition of pixels, for images of the given shape, the batch first.
  private func repetition(_ images: Shape) -> StridedMove {
    let (height, width) = (images[2], images[3])
    let row = width * scale.width
    var move = StridedMove()
    move.append(images[0] * images[1], x: height * width, y: height * scale.height * row)
    move.append(height, x: width, y: scale.height * row)
    move.append(scale.height, x: 0, y: row)
    move.append(width, x: 1, y: scale.width)
    move.append(scale.width, x: 0, y: 1)
    return move
  }

  /// Channels x scale height x scale width. Throws an `ElementError` for an input that is no image.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (channels, size) = try Window.image(inputs[0], "upsample")
    guard let output = Shape([channels, size.height * scale.height, size.width * scale.width]) else {
      throw ElementError.shape("<upsample> would make more than \(Shape.maximumElementCount) elements")
    }
    return LayerPlan(
      outputs: [output], backwardNeeds: [], forwardOperations: 7 * output.elementCount,
      backwardOperations: 8 * output.elementCount)
  }

  /// Repeats or interpolates pixels.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let (x, y) = (context.input, context.output.buffer)
    if interpolates {
      interpolation(x.shape.sample).forward(x.buffer, into: y, workers: context.workers)
    } else {
      repetition(x.shape)(x.buffer, into: y, accumulate: false, workers: context.workers)
    }
  }

  /// Adds up what became of each pixel, by its weights.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    let (upstream, shape) = (context.upstream[0].buffer, downstream.tensor.shape)
    if interpolates {
      interpolation(shape.sample).backward(
        upstream, into: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
    } else {
      if !downstream.accumulates { S.fill(downstream.tensor.buffer, with: 0, workers: context.workers) }
      repetition(shape).reversed(
        upstream, into: downstream.tensor.buffer, accumulate: true, workers: context.workers)
    }
  }
}
