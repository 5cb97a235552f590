import NNCore
import NNKernels

/// The piecewise linear approximation of the sigmoid. y = min(max(x / 6 + 1/2, 0), 1).
public struct HardSigmoid: ElementwiseActivation {
  /// The declaration of `<hardSigmoid>`.
  public static let schema = ElementSchema(
    .layer, "hardSigmoid", summary: "A sigmoid made of three straight lines.",
    formula: "y = min(max(x / 6 + 1/2, 0), 1)", reference: "Howard et al. 2019; as torch.nn.Hardsigmoid",
    example: "<hardSigmoid/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .hardSigmoid }
}
