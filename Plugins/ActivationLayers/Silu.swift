import NNCore
import NNKernels

/// The sigmoid linear unit, also called swish. y = x sigmoid(x); dy/dx = s + x s (1 - s) with s = sigmoid(x).
public struct Silu: ElementwiseActivation {
  /// The declaration of `<silu>`.
  public static let schema = ElementSchema(
    .layer, "silu", summary: "The input times its sigmoid; also called swish.",
    formula: "y = x sigmoid(x); dy/dx = s + x s (1 - s) with s = sigmoid(x)",
    reference: "Elfwing et al. 2018; Ramachandran et al. 2017",
    example: "<silu/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .silu }
}
