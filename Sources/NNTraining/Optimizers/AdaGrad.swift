import NNCore
import NNKernels

/// Steps divided by the root of the sum of all squared gradients so far.
public struct AdaGrad: Optimizer, DeclaredElement {
  /// The declaration of `<adaGrad>`.
  public static let schema = ElementSchema(
    .optimizer, "adaGrad", summary: "Steps divided by the root of the sum of all squared gradients so far.",
    formula: "s := s + g^2; w := w - rate g / (sqrt(s) + epsilon)",
    reference: "Duchi, Hazan and Singer 2011; as torch.optim.Adagrad", example: #"<adaGrad rate="0.01"/>"#,
    attributes: commonAttributes(rate: 0.01) + [
      .optional("initial", .number(.nonNegative), default: .number(0), "The sum before the first step."),
      .optional("epsilon", .number(.positive), default: .number(1e-10), "Added to the root, against division by zero."),
    ])

  public let rate: Double
  public let weightDecay: Double
  public let initialState: Double
  /// Added to the root.
  public let epsilon: Double

  public init(attributes: Attributes) throws {
    rate = attributes.number("rate")
    weightDecay = attributes.number("weightDecay")
    initialState = attributes.number("initial")
    epsilon = attributes.number("epsilon")
  }

  public func rule(step: Int) -> UpdateRule { .adaGrad(epsilon: epsilon) }
}
