import NNCore
import NNKernels

/// Turns a graph's output into a loss, so that backward begins there: the sum of its elements times the target's. With
/// a target of ones the gradient of every element of the output is 1.
struct OutputSum: Layer {
  var schema: ElementSchema {
    ElementSchema(
      .loss, "outputSum", namespace: "urn:nnrun:explain:1", summary: "The sum of products of input and target.",
      formula: "sum of x t; dx = t", example: "<outputSum/>")
  }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let count = inputs[0].elementCount
    return LayerPlan(
      outputs: [inputs[0]], backwardNeeds: [], targets: [.values(inputs[0])], forwardOperations: 2 * count,
      backwardOperations: count)
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    context.output.buffer.copy(from: context.input.buffer)
    guard let target = context.target else { return }
    var total = 0.0
    for i in 0..<target.count { total += Double(context.input[i]) * Double(target[i]) }
    context.loss[0] = total
    context.loss[1] = 1
  }

  func backward<S: Scalar>(_ context: BackwardContext<S>) {
    guard context.downstream[0].isWanted, let target = context.target else { return }
    let factor = S(context.lossGradient)
    context.downstream[0].putAll { factor * target[$0] }
  }
}
