import NNCore
import NNKernels

/// The identity. y = x; dy/dx = 1.
public struct Identity: ElementwiseActivation {
  /// The declaration of `<identity>`.
  public static let schema = ElementSchema(
    .layer, "identity", summary: "Passes its input on unchanged.", formula: "y = x; dy/dx = 1",
    example: "<identity/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .identity }
}
