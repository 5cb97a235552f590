import NNCore
import NNKernels

/// The Gaussian error linear unit: y = x Phi(x), Phi the normal distribution function.
public struct Gelu: ElementwiseActivation {
  /// The declaration of `<gelu>`.
  public static let schema = ElementSchema(
    .layer, "gelu", summary: "The input times the probability that a normal number is below it.",
    formula: "y = x Phi(x), Phi(x) = (1 + erf(x / sqrt(2))) / 2; "
      + "tanh: y = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2",
    reference: "Hendrycks and Gimpel 2016; as torch.nn.GELU", example: "<gelu/>",
    attributes: [
      .optional(
        "approximation", .choice(["none", "tanh"]), default: .text("none"),
        "Whether Phi is computed exactly or by the approximation with tanh.")
    ])

  /// Whether the approximation with tanh is used.
  public let isApproximate: Bool

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { isApproximate = attributes.text("approximation") == "tanh" }

  /// The layer.
  public init(isApproximate: Bool = false) { self.isApproximate = isApproximate }

  /// The function that the kernels apply.
  public var function: Activation { isApproximate ? .geluTanh : .gelu }
}
