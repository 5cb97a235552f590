import NNCore
import NNKernels

/// The logistic sigmoid, with values in (0, 1). y = 1 / (1 + exp(-x)); dy/dx = y (1 - y).
public struct Sigmoid: ElementwiseActivation {
  /// The declaration of `<sigmoid>`.
  public static let schema = ElementSchema(
    .layer, "sigmoid", summary: "Squeezes numbers into (0, 1).", formula: "y = 1 / (1 + exp(-x)); dy/dx = y (1 - y)",
    example: "<sigmoid/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .sigmoid }
}
