import NNCore
import NNKernels

/// A dense layer as the runner executes it: weights rearranged once for the product kernel, bias and the following
/// activation applied to each tile of the result while it is in the nearest cache.
///
/// For each sample inputs x outputs multiplications and as many additions; the packed weights are read once for each
/// block of rows, so a single sample is bound by reading them.
struct PackedAffine: Layer {
  var schema: ElementSchema {
    ElementSchema(
      .layer, "packedAffine", namespace: "urn:nnrun:inference:1", summary: "A dense layer with packed weights.",
      formula: "y = x W^T + b", example: "<packedAffine/>")
  }

  let inputs: Int
  let outputs: Int
  let hasBias: Bool
  /// Scalars of the packed weights in the precision at hand.
  let packedCount: Int

  init(inputs: Int, outputs: Int, hasBias: Bool, packedCount: Int) {
    self.inputs = inputs
    self.outputs = outputs
    self.hasBias = hasBias
    self.packedCount = packedCount
  }

  var facts: LayerFacts { LayerFacts(acceptsEpilogue: true, acceptsAddend: true) }

  func plan(_ shapes: [Shape]) throws -> LayerPlan {
    var parameters = [
      ParameterPlan("packed", Shape(packedCount), initializer: .zeros, decays: false)
    ]
    if hasBias { parameters.append(ParameterPlan("bias", Shape(outputs), initializer: .zeros, decays: false)) }
    return LayerPlan(
      outputs: [Shape(outputs)], parameters: parameters, backwardNeeds: [],
      forwardOperations: (2 * inputs + (hasBias ? 1 : 0)) * outputs, backwardOperations: 0)
  }

  @specialized(where S == Float)
  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.multiplyPacked(
      rows: context.batch, inner: inputs, columns: outputs, context.input.buffer, context.parameters[0].buffer,
      into: context.output.buffer,
      epilogue: Epilogue(
        bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue,
        accumulate: context.addsToOutput),
      workers: context.workers)
  }

  /// The runner never trains.
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
