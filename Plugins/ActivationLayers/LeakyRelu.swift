import NNCore
import NNKernels

/// The leaky rectified linear unit. y = x where x > 0, else slope x.
public struct LeakyRelu: ElementwiseActivation {
  /// The declaration of `<leakyRelu>`.
  public static let schema = ElementSchema(
    .layer, "leakyRelu", summary: "Lets positive numbers through and the others with a small slope.",
    formula: "y = x where x > 0, else slope x", reference: "Maas, Hannun and Ng 2013",
    example: #"<leakyRelu slope="0.01"/>"#,
    attributes: [.optional("slope", .number(.any), default: .number(0.01), "The slope below 0.")])

  /// The slope below 0.
  public let slope: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { slope = attributes.number("slope") }

  /// The layer.
  public init(slope: Double = 0.01) { self.slope = slope }

  /// The function that the kernels apply.
  public var function: Activation { .leakyRelu(slope: slope) }
}
