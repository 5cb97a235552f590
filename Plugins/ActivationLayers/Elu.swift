import NNCore
import NNKernels

/// The exponential linear unit. y = x where x > 0, else alpha (exp(x) - 1).
public struct Elu: ElementwiseActivation {
  /// The declaration of `<elu>`.
  public static let schema = ElementSchema(
    .layer, "elu", summary: "Lets positive numbers through and bends the others towards -alpha.",
    formula: "y = x where x > 0, else alpha (exp(x) - 1)", reference: "Clevert, Unterthiner and Hochreiter 2016",
    example: #"<elu alpha="1"/>"#,
    attributes: [.optional("alpha", .number(.any), default: .number(1), "The limit below 0, with its sign changed.")])

  /// alpha: the function approaches -alpha.
  public let alpha: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { alpha = attributes.number("alpha") }

  /// The layer.
  public init(alpha: Double = 1) { self.alpha = alpha }

  /// The function that the kernels apply.
  public var function: Activation { .elu(alpha: alpha) }
}
