import NNCore
import NNKernels

/// The attributes of Adam and its variant with decoupled decay.
private let momentAttributes: [AttributeSchema] = [
  .optional("beta1", .number(.unitBelowOne), default: .number(0.9), "Smoothing of the mean of gradients."),
  .optional("beta2", .number(.unitBelowOne), default: .number(0.999), "Smoothing of the mean of squared gradients."),
  .optional("epsilon", .number(.positive), default: .number(1e-8), "Added to the root, against division by zero."),
]

/// Steps scaled by running means of the gradient and of its square.
public struct Adam: FusedOptimizer, DeclaredElement {
  /// The declaration of `<adam>`.
  public static let schema = ElementSchema(
    .optimizer, "adam", summary: "Steps scaled by running means of the gradient and of its square.",
    formula: "m := beta1 m + (1 - beta1) g; v := beta2 v + (1 - beta2) g^2; "
      + "w := w - rate (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)",
    reference: "Kingma and Ba 2015; as torch.optim.Adam", example: #"<adam rate="0.001"/>"#,
    attributes: commonAttributes(rate: 0.001) + momentAttributes)

  /// The learning rate before any schedule, at least 0.
  public let rate: Double
  /// The factor c of the decay of weights: c w is added to the gradient g.
  public let weightDecay: Double
  /// The exponential decay rate of the first moment, the mean of gradients.
  public let beta1: Double
  /// The exponential decay rate of the second moment, the mean of squared gradients.
  public let beta2: Double
  /// Added to the root, against division by zero.
  public let epsilon: Double

  /// The optimizer that an element of a model file declares.
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

  /// m := beta1 m + (1 - beta1) g; v := beta2 v + (1 - beta2) g^2; w := w - rate m' / (sqrt(v') + epsilon), element by
  /// element, where m' = m / (1 - beta1^step) and v' = v / (1 - beta2^step).
  public func rule(step: Int) -> UpdateRule { .adam(beta1: beta1, beta2: beta2, epsilon: epsilon, step: step) }
}

/// Adam with weight decay that does not pass through the running means.
public struct AdamW: FusedOptimizer, DeclaredElement {
  /// The declaration of `<adamW>`.
  public static let schema = ElementSchema(
    .optimizer, "adamW", summary: "Adam with weight decay that does not pass through the running means.",
    formula: "w := w - rate weightDecay w, then Adam's step",
    reference: "Loshchilov and Hutter 2019; as torch.optim.AdamW",
    example: #"<adamW rate="0.001" weightDecay="0.01"/>"#,
    attributes: commonAttributes(rate: 0.001, weightDecay: 0.01) + momentAttributes)

  /// The learning rate before any schedule, at least 0.
  public let rate: Double
  /// The factor c of the decay of weights: w := w - rate c w before Adam's step.
  public let weightDecay: Double
  /// The exponential decay rate of the first moment, the mean of gradients.
  public let beta1: Double
  /// The exponential decay rate of the second moment, the mean of squared gradients.
  public let beta2: Double
  /// Added to the root, against division by zero.
  public let epsilon: Double

  /// The optimizer that an element of a model file declares.
  public init(attributes: Attributes) throws {
    rate = attributes.number("rate")
    weightDecay = attributes.number("weightDecay")
    beta1 = attributes.number("beta1")
    beta2 = attributes.number("beta2")
    epsilon = attributes.number("epsilon")
  }

  /// w := w - rate weightDecay w, then the step of `Adam`, element by element.
  public func rule(step: Int) -> UpdateRule { .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon, step: step) }
}
