import NNCore
import NNKernels

/// The attributes of Adam and its variant with decoupled decay.
private let momentAttributes: [AttributeSchema] = [
  .optional("beta1", .number(.unitBelowOne), default: .number(0.9), "Smoothing of the mean of gradients."),
  .optional("beta2", .number(.unitBelowOne), default: .number(0.999), "Smoothing of the mean of squared gradients."),
  .optional("epsilon", .number(.positive), default: .number(1e-8), "Added to the root, against division by zero."),
]

/// Steps scaled by running means of the gradient and of its square.
public struct Adam: Optimizer, DeclaredElement {
  /// The declaration of `<adam>`.
  public static let schema = ElementSchema(
    .optimizer, "adam", summary: "Steps scaled by running means of the gradient and of its square.",
    formula: "m := beta1 m + (1 - beta1) g; v := beta2 v + (1 - beta2) g^2; "
      + "w := w - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)",
    reference: "Kingma and Ba 2015; as torch.optim.Adam", example: #"<adam rate="0.001"/>"#,
    attributes: commonAttributes(rate: 0.001) + momentAttributes)

  public let rate: Double
  public let weightDecay: Double
  /// Smoothing of the mean of gradients.
  public let beta1: Double
  /// Smoothing of the mean of squared gradients.
  public let beta2: Double
  /// Added to the root.
  public let epsilon: Double

  public init(attributes: Attributes) throws {
    self.init(
      rate: attributes.number("rate"), beta1: attributes.number("beta1"), beta2: attributes.number("beta2"),
      epsilon: attributes.number("epsilon"), weightDecay: attributes.number("weightDecay"))
  }

  /// Adam with the given settings.
  public init(
    rate: Double = 0.001, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.rate = rate
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }

  public func rule(step: Int) -> UpdateRule { .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, step: step) }
}

/// Adam with weight decay that does not pass through the running means.
public struct AdamW: Optimizer, DeclaredElement {
  /// The declaration of `<adamW>`.
  public static let schema = ElementSchema(
    .optimizer, "adamW", summary: "Adam with weight decay that does not pass through the running means.",
    formula: "w := w - rate weightDecay w, then Adam's step",
    reference: "Loshchilov and Hutter 2019; as torch.optim.AdamW",
    example: #"<adamW rate="0.001" weightDecay="0.01"/>"#,
    attributes: commonAttributes(rate: 0.001, weightDecay: 0.01) + momentAttributes)

  public let rate: Double
  public let weightDecay: Double
  /// Smoothing of the mean of gradients.
  public let beta1: Double
  /// Smoothing of the mean of squared gradients.
  public let beta2: Double
  /// Added to the root.
  public let epsilon: Double

  public init(attributes: Attributes) throws {
    rate = attributes.number("rate")
    weightDecay = attributes.number("weightDecay")
    beta1 = attributes.number("beta1")
    beta2 = attributes.number("beta2")
    epsilon = attributes.number("epsilon")
  }

  public func rule(step: Int) -> UpdateRule { .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, step: step) }
}
