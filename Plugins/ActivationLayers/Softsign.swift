import NNCore
import NNKernels

/// Softsign, with values in (-1, 1) and polynomial tails. y = x / (1 + |x|); dy/dx = 1 / (1 + |x|)^2.
public struct Softsign: ElementwiseActivation {
  /// The declaration of `<softsign>`.
  public static let schema = ElementSchema(
    .layer, "softsign", summary: "Squeezes numbers into (-1, 1), approaching the ends slowly.",
    formula: "y = x / (1 + |x|); dy/dx = 1 / (1 + |x|)^2", reference: "Bergstra et al. 2009",
    example: "<softsign/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .softsign }
}
