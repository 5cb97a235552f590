import NNCore
import NNKernels

/// The scaled exponential linear unit, whose constants preserve mean 0 and variance 1. y = 1.0507 (x where x > 0, else
/// 1.6733 (exp(x) - 1)).
public struct Selu: ElementwiseActivation {
  /// The declaration of `<selu>`.
  public static let schema = ElementSchema(
    .layer, "selu", summary: "An exponential unit whose constants keep mean 0 and variance 1 through many layers.",
    formula: "y = 1.0507 (x where x > 0, else 1.6733 (exp(x) - 1))", reference: "Klambauer et al. 2017",
    example: "<selu/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .selu }
}
