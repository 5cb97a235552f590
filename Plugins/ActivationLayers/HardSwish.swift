import NNCore
import NNKernels

/// Hard swish: x times its hard sigmoid. y = x min(max(x / 6 + 1/2, 0), 1).
public struct HardSwish: ElementwiseActivation {
  /// The declaration of `<hardSwish>`.
  public static let schema = ElementSchema(
    .layer, "hardSwish", summary: "The input times its hard sigmoid.", formula: "y = x min(max(x / 6 + 1/2, 0), 1)",
    reference: "Howard et al. 2019; as torch.nn.Hardswish",
    example: "<hardSwish/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: Activation { .hardSwish }
}
