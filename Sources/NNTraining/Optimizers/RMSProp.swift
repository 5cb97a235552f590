import NNCore
import NNKernels

/// Steps divided by the root of a running mean of squared gradients.
public struct RMSProp: FusedOptimizer, DeclaredElement {
  /// The declaration of `<rmsProp>`.
  public static let schema = ElementSchema(
    .optimizer, "rmsProp", summary: "Steps divided by the root of a running mean of squared gradients.",
    formula: "s := smoothing s + (1 - smoothing) g^2; w := w - rate g / (sqrt(s) + epsilon)",
    reference: "Tieleman and Hinton 2012; as torch.optim.RMSprop", example: #"<rmsProp rate="0.001"/>"#,
    attributes: commonAttributes(rate: 0.01) + [
      .optional("smoothing", .number(.unitBelowOne), default: .number(0.99), "Share of the old mean that is kept."),
      .optional("momentum", .number(.unitBelowOne), default: .number(0), "Share of the previous step that is kept."),
      .optional("epsilon", .number(.positive), default: .number(1e-8), "Added to the root, against division by zero."),
    ])

  /// The learning rate before any schedule, at least 0.
  public let rate: Double
  /// The factor c of the decay of weights: c w is added to the gradient g.
  public let weightDecay: Double
  /// The exponential decay rate of the mean of squared gradients.
  public let smoothing: Double
  /// The momentum coefficient: the share of the previous step that is kept.
  public let momentum: Double
  /// Added to the root, against division by zero.
  public let epsilon: Double

  /// The optimizer that an element of a model file declares.
  public init(attributes: Attributes) throws {
    rate = attributes.number("rate")
    weightDecay = attributes.number("weightDecay")
    smoothing = attributes.number("smoothing")
    momentum = attributes.number("momentum")
    epsilon = attributes.number("epsilon")
  }

  /// s := smoothing s + (1 - smoothing) g^2; w := w - rate g / (sqrt(s) + epsilon), element by element; with momentum the
  /// step is v := momentum v + g / (sqrt(s) + epsilon).
  public func rule(step: Int) -> UpdateRule { .rmsProp(smoothing: smoothing, epsilon: epsilon, momentum: momentum) }
}
