import NNCore
import NNKernels

/// Steps divided by the root of the sum of all squared gradients so far.
public struct AdaGrad: FusedOptimizer, DeclaredElement {
  /// The declaration of `<adaGrad>`.
  public static let schema = ElementSchema(
    .optimizer, "adaGrad", summary: "Steps divided by the root of the sum of all squared gradients so far.",
    formula: "s := s + g^2; w := w - rate g / (sqrt(s) + epsilon)",
    reference: "Duchi, Hazan and Singer 2011; as torch.optim.Adagrad", example: #"<adaGrad rate="0.01"/>"#,
    attributes: commonAttributes(rate: 0.01) + [
      .optional("initial", .number(.nonNegative), default: .number(0), "The sum before the first step."),
      .optional("epsilon", .number(.positive), default: .number(1e-10), "Added to the root, against division by zero."),
    ])

  /// The learning rate before any schedule, at least 0.
  public let rate: Double
  /// The factor c of the decay of weights: c w is added to the gradient g.
  public let weightDecay: Double
  /// The value of s before the first step, at least 0.
  public let initialState: Double
  /// Added to the root, against division by zero.
  public let epsilon: Double

  /// The optimizer that an element of a model file declares.
  public init(attributes: Attributes) throws {
    rate = attributes.number("rate")
    weightDecay = attributes.number("weightDecay")
    initialState = attributes.number("initial")
    epsilon = attributes.number("epsilon")
  }

  /// s := s + g^2; w := w - rate g / (sqrt(s) + epsilon), element by element.
  public func rule(step: Int) -> UpdateRule { .adaGrad(epsilon: epsilon) }
}
