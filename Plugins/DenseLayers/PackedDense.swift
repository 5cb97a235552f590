import NNCore
import NNKernels

/// A dense layer as it predicts: weights rearranged once for the product kernel, bias and the activation that follows
/// applied to each tile of the result while it is in the nearest cache.
///
/// For each sample inputs x outputs multiplications and as many additions; the packed weights are read once for each
/// block of rows, so a single sample is bound by reading them.
struct PackedDense: PackedLayer {
  var schema: ElementSchema {
    ElementSchema(
      .layer, "packedDense", namespace: "urn:nnrun:inference:1", summary: "A dense layer with packed weights.",
      formula: "as dense", example: "<packedDense/>")
  }

  let inputs: Int
  /// A row of units, or one for each step.
  let output: Shape
  let hasBias: Bool
  /// The shape of the packed weights in the precision at hand: a row.
  let packed: Shape

  private var units: Int { output[output.rank - 1] }

  var facts: LayerFacts { LayerFacts(acceptsEpilogue: true, acceptsAddend: true) }

  func plan(_ shapes: [Shape]) throws -> LayerPlan {
    var parameters = [ParameterPlan("packed", packed, initializer: .zeros, decays: false)]
    if hasBias { parameters.append(ParameterPlan("bias", Shape(units), initializer: .zeros, decays: false)) }
    return LayerPlan(
      outputs: [output], parameters: parameters, backwardNeeds: [],
      forwardOperations: Count.product(2 * inputs + (hasBias ? 1 : 0), output.elementCount), backwardOperations: 0)
  }

  func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try SequenceLength.ofRows(lengths[0], of: "dense")]
  }

  func pack<S: Scalar>(_ parameters: [Tensor<S>], into packed: [Tensor<S>], workers: WorkerPool) {
    S.pack(parameters[0].buffer, inner: inputs, columns: units, transposed: true, into: packed[0].buffer)
    if hasBias { packed[1].buffer.copy(from: parameters[1].buffer) }
  }

  @specialized(where S == Float)
  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.multiplyPacked(
      rows: context.output.count / units, inner: inputs, columns: units, context.input.buffer,
      context.parameters[0].buffer,
      into: context.output.buffer,
      epilogue: Epilogue(
        bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue,
        accumulate: context.addsToOutput),
      workers: context.workers)
  }

  /// A packed layer never trains.
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
