import NNCore
import NNKernels

/// Padding of images with constants, reflections or edges.
public struct Pad2D: ResamplingLayer {
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

  private let top: Int
  private let bottom: Int
  private let left: Int
  private let right: Int
  private let mode: String
  let filler: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    let sizes = attributes.integers("padding")
    guard sizes.count == 1 || sizes.count == 4 else {
      throw ElementError(
        code: "bad-value", "the padding of <pad2d> is one number or four, not \(sizes.count)", attribute: "padding")
    }
    (top, bottom, left, right) =
      sizes.count == 1
      ? (sizes[0], sizes[0], sizes[0], sizes[0])
      : (sizes[0], sizes[1], sizes[2], sizes[3])
    mode = attributes.text("mode")
    filler = attributes.number("value")
  }

  /// States that it only moves numbers.
  public var facts: LayerFacts { LayerFacts(comparison: .exact) }
  var rows: AxisResampling { axis(top) }
  var columns: AxisResampling { axis(left) }

  private func axis(_ before: Int) -> AxisResampling {
    switch mode {
    case "reflect": .reflected(before: before)
    case "replicate": .repeated(before: before)
    default: .shifted(before: before)
    }
  }

  /// Channels x (height + top + bottom) x (width + left + right). Throws an `ElementError` for an input that is no
  /// image, or too small to be mirrored so far.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (channels, size) = try Window.image(inputs[0], "pad2d")
    if mode == "reflect", max(top, bottom) >= size.height || max(left, right) >= size.width {
      throw ElementError.shape(
        "<pad2d> can mirror at most \(size.height - 1) rows and \(size.width - 1) columns of its input \(inputs[0])")
    }
    guard let output = Shape([channels, size.height + top + bottom, size.width + left + right]) else {
      throw ElementError.shape("<pad2d> would make more than \(Shape.maximumElementCount) elements")
    }
    return resamplingPlan(output)
  }

  /// y[i,j] = x[i - top, j - left] inside; outside what the mode says.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) { resample(context) }

  /// Adds up what became of each pixel.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) { resampleBack(context) }
}
