import NNCore
import NNKernels

/// Softplus, a smooth approximation of ReLU. y = log(1 + exp(x)); dy/dx = sigmoid(x).
public struct Softplus: ElementwiseActivation {
  /// The declaration of `<softplus>`.
  public static let schema = ElementSchema(
    .layer, "softplus", summary: "A smooth version of relu.", formula: "y = log(1 + exp(x)); dy/dx = sigmoid(x)",
    reference: "Dugas et al. 2001",
    example: "<softplus/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .softplus }
}
