import NNCore
import NNKernels

/// The rectified linear unit. y = max(x, 0); dy/dx = 1 where x > 0, else 0.
public struct Relu: ElementwiseActivation {
  /// The declaration of `<relu>`.
  public static let schema = ElementSchema(
    .layer, "relu", summary: "Lets positive numbers through and makes the others 0.",
    formula: "y = max(x, 0); dy/dx = 1 where x > 0, else 0", reference: "Nair and Hinton 2010",
    example: "<relu/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .relu }
}
