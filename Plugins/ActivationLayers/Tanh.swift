import NNCore
import NNKernels

/// The hyperbolic tangent, with values in (-1, 1). y = tanh(x); dy/dx = 1 - y^2.
public struct Tanh: ElementwiseActivation {
  /// The declaration of `<tanh>`.
  public static let schema = ElementSchema(
    .layer, "tanh", summary: "Squeezes numbers into (-1, 1).", formula: "y = tanh(x); dy/dx = 1 - y^2",
    example: "<tanh/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .tanh }
}
