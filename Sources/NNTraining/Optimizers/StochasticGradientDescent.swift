import NNCore
import NNKernels

/// Gradient descent on batches, with momentum if asked for.
public struct StochasticGradientDescent: FusedOptimizer, DeclaredElement {
  /// The declaration of `<sgd>`.
  public static let schema = ElementSchema(
    .optimizer, "sgd", summary: "Gradient descent on batches, with momentum if asked for.",
    formula: "g := g + weightDecay w; v := momentum v + g; w := w - rate v (Nesterov: w := w - rate (g + momentum v))",
    reference: "Robbins and Monro 1951; Polyak 1964; Nesterov 1983; as torch.optim.SGD",
    example: #"<sgd rate="0.1" momentum="0.9" weightDecay="0.0001"/>"#,
    attributes: commonAttributes(rate: 0.01) + [
      .optional("momentum", .number(.unitBelowOne), default: .number(0), "Share of the previous step that is kept."),
      .optional("nesterov", .boolean, default: .boolean(false), "Whether the gradient is taken ahead of the step."),
    ])

  /// The learning rate before any schedule, at least 0.
  public let rate: Double
  /// The factor c of the decay of weights: c w is added to the gradient g.
  public let weightDecay: Double
  /// The momentum coefficient: the share of the previous step that is kept.
  public let momentum: Double
  /// Whether the gradient is taken ahead of the step.
  public let nesterov: Bool

  /// The optimizer that an element of a model file declares. Throws an `ElementError`: Nesterov's variant has no momentum.
  public init(attributes: Attributes) throws {
    self.init(
      rate: attributes.number("rate"), momentum: attributes.number("momentum"),
      nesterov: attributes.boolean("nesterov"),
      weightDecay: attributes.number("weightDecay"))
    if nesterov, momentum == 0 {
      throw ElementError(
        code: "nesterov-without-momentum", "nesterov needs a momentum above 0", remedy: "add momentum=\"0.9\"",
        attribute: "nesterov")
    }
  }

  /// Gradient descent with the given settings.
  public init(rate: Double, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
    self.rate = rate
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.nesterov = nesterov
  }

  /// v := momentum v + g; w := w - rate v, or w := w - rate (g + momentum v) for Nesterov's variant, element by element.
  public func rule(step: Int) -> UpdateRule { .sgd(momentum: momentum, nesterov: nesterov) }
}
