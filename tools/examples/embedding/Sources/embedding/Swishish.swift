import NNCore
import NNKernels

/// A layer that this program brings along: y = x sigmoid(beta x), with a fixed beta.
struct Swishish: DeclaredLayer {
  static let schema = ElementSchema(
    .layer, "swishish", namespace: "urn:acme:layers", summary: "The input times a sigmoid of it.",
    formula: "y = x sigmoid(beta x)", example: "<acme:swishish beta=\"1.5\"/>",
    attributes: [.optional("beta", .number(.positive), default: .number(1), "How steep the sigmoid is.")])

  let beta: Double

  init(beta: Double) { self.beta = beta }

  init(attributes: Attributes) throws { beta = attributes.number("beta") }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [inputs[0]], backwardNeeds: .inputs, forwardOperations: 5 * inputs[0].elementCount,
      backwardOperations: 8 * inputs[0].elementCount)
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    for i in 0..<context.input.count { context.output[i] = context.input[i] * sigmoid(context.input[i]) }
  }

  func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let downstream = context.downstream[0]
    guard downstream.isWanted else { return }
    for i in 0..<context.inputs[0].count {
      let x = context.inputs[0][i]
      let s = sigmoid(x)
      downstream.put(context.upstream[0][i] * (s + S(beta) * x * s * (1 - s)), at: i)
    }
  }

  private func sigmoid<S: Scalar>(_ x: S) -> S {
    let e = S.exp(-(S(beta) * x).magnitude)
    return x < 0 ? e / (1 + e) : 1 / (1 + e)
  }
}
