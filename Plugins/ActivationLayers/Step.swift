import NNCore
import NNKernels

/// The Heaviside step of the perceptron. y = 1 where x > 0, else 0; dy/dx = 0, so no gradient flows through it.
public struct Step: ElementwiseActivation {
  /// The declaration of `<step>`.
  public static let schema = ElementSchema(
    .layer, "step", summary: "One where the input is above 0, and zero elsewhere: the perceptron's function.",
    formula: "y = 1 where x > 0, else 0; dy/dx = 0, so nothing before it learns", reference: "Rosenblatt 1958",
    example: "<step/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .step }
}
