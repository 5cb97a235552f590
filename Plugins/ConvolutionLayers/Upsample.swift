import NNCore
import NNKernels

/// Upsampling of images by nearest neighbours or linear interpolation.
public struct Upsample: ResamplingLayer {
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
  var filler: Double { 0 }

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
  var rows: AxisResampling { axis(scale.height) }
  var columns: AxisResampling { axis(scale.width) }

  private func axis(_ scale: Int) -> AxisResampling {
    interpolates ? .linear(scale: scale, alignsCorners: alignsCorners) : .nearest(scale: scale)
  }

  /// Channels x scale height x scale width. Throws an `ElementError` for an input that is no image.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let (channels, size) = try Window.image(inputs[0], "upsample")
    guard let output = Shape([channels, size.height * scale.height, size.width * scale.width]) else {
      throw ElementError.shape("<upsample> would make more than \(Shape.maximumElementCount) elements")
    }
    return resamplingPlan(output)
  }

  /// Repeats or interpolates pixels.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) { resample(context) }

  /// Adds up what became of each pixel, by its weights.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) { resampleBack(context) }
}
