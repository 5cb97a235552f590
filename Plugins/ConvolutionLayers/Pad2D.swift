import NNCore
import NNKernels

/// Padding of images with constants, reflections or edges.
public struct Pad2D: DeclaredLayer {
  /// The declaration of `<pad2d>`.
  public static let schema = ElementSchema(
    .layer, "pad2d", summary: "Puts rows and columns around each channel.",
    formula: "y[i,j] = x[i - top, j - left] inside; outside a constant, the mirrored image, or the nearest pixel",
    reference: "as torch.nn.functional.pad with constant, reflect and replicate",
    example: #"<reshape shape="1x8x8"/><pad2d padding="1 2 0 3" mode="reflect"/>"#,
    attributes: [
      .required(
        "padding", .integers(0...Window.largest), "One number for all sides, or four: top, bottom, left and right."),
      .optional(
        "mode", .choice(["constant", "reflect", "replicate"]), default: .text("constant"),
        "What is put around: a constant, the image mirrored at its edge, or its nearest pixel."),
      .optional("value", .number(.any), default: .number(0), "The constant of mode constant."),
    ])

  /// Top, bottom, left and right.
  private let padding: [Int]
  private let mode: AxisPadding.Mode
  private let value: Double

  private var top: Int { padding[0] }
  private var bottom: Int { padding[1] }
  private var left: Int { padding[2] }
  private var right: Int { padding[3] }

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    let sizes = attributes.integers("padding")
    guard sizes.count == 1 || sizes.count == 4 else {
      throw ElementError(
        code: "bad-value", "the padding of <pad2d> is one number or four, not \(sizes.count)", attribute: "padding")
    }
    padding = sizes.count == 1 ? Array(repeating: sizes[0], count: 4) : sizes
    mode = AxisPadding.Mode(rawValue: attributes.text("mode")) ?? .constant
    value = attributes.number("value")
  }

  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }

  private func planePadding(_ image: Shape) -> PlanePadding {
    PlanePadding(
      rows: AxisPadding(before: top, input: image[1], output: image[1] + top + bottom, mode: mode),
      columns: AxisPadding(before: left, input: image[2], output: image[2] + left + right, mode: mode))
  }

  /// Channels x (height + top + bottom) x (width + left + right). Throws an `ElementError` for an input that is no
  /// image, or too small to be mirrored so far.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (channels, size) = try Window.image(inputs[0], "pad2d")
    if mode == .reflect, max(top, bottom) >= size.height || max(left, right) >= size.width {
      throw ElementError.shape(
        "<pad2d> can mirror at most \(size.height - 1) rows and \(size.width - 1) columns of its input \(inputs[0])")
    }
    guard let output = Shape([channels, size.height + top + bottom, size.width + left + right]) else {
      throw ElementError.shape("<pad2d> would make more than \(Shape.maximumElementCount) elements")
    }
    return LayerPlan(
      outputs: [output], backwardNeeds: [], forwardOperations: output.elementCount,
      backwardOperations: output.elementCount)
  }

  /// y[i,j] = x[i - top, j - left] inside; outside what the mode says.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    planePadding(context.input.shape.sample).forward(
      context.input.buffer, into: context.output.buffer, filler: S(value), workers: context.workers)
  }

  /// Adds up what became of each pixel.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    planePadding(downstream.tensor.shape.sample).backward(
      context.upstream[0].buffer, downstream, workers: context.workers)
  }
}
