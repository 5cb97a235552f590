import NNCore
import NNKernels
import NNTraining

/// Steps of one size in the direction of the momentum's sign. Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms".
struct Lion: Optimizer, DeclaredElement {
  static let schema = ElementSchema(
    .optimizer, "lion", namespace: "urn:lion:training", summary: "Steps in the direction of the momentum's sign.",
    formula: "w := w - rate (sign(a m + (1 - a) g) + weightDecay w); m := b m + (1 - b) g",
    reference: "Chen et al. 2023", example: #"<l:lion rate="0.0003" weightDecay="0.1"/>"#,
    attributes: commonAttributes(rate: 1e-4) + [
      .optional("blend", .number(.unitBelowOne), default: .number(0.9), "The momentum's share a of the step."),
      .optional(
        "memory", .number(.unitBelowOne), default: .number(0.99), "The share b of the old momentum that is kept."),
    ])

  let rate: Double
  let weightDecay: Double
  let blend: Double
  let memory: Double

  /// The momentum m.
  let stateCount = 1

  init(attributes: Attributes) throws {
    rate = attributes.number("rate")
    weightDecay = attributes.number("weightDecay")
    blend = attributes.number("blend")
    memory = attributes.number("memory")
  }

  // Compiled for both precisions: code that is left generic looks up every addition.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func update<S: Scalar>(_ span: UpdateSpan<S>) {
    let (rate, decay, blend, memory) = (S(span.rate), S(span.decay), S(blend), S(memory))
    let momentum = span.states[0]
    span.updateEach { i, parameter, gradient in
      let direction = blend * momentum[i] + (1 - blend) * gradient
      momentum[i] = memory * momentum[i] + (1 - memory) * gradient
      let sign: S = direction > 0 ? 1 : direction < 0 ? -1 : 0
      return parameter - rate * (sign + decay * parameter)
    }
  }
}
