import NNCore
import NNKernels

/// A convolution as the runner executes it: weights rearranged, or transformed, once for the kernels.
struct PackedConvolution: PackedLayer {
  static let schema = ElementSchema(
    .layer, "packedConvolution", namespace: "urn:nnrun:inference:1", summary: "A convolution with packed weights.",
    formula: "as conv2d", example: "<packedConvolution/>")

  let shape: Convolution
  let output: Shape
  let hasBias: Bool
  /// Scalars of the packed weights in the precision at hand.
  let packedCount: Int
  let operations: Int

  init(_ shape: Convolution, output: Shape, hasBias: Bool, packedCount: Int, operations: Int) {
    self.shape = shape
    self.output = output
    self.hasBias = hasBias
    self.packedCount = packedCount
    self.operations = operations
  }

  init(attributes: Attributes) throws {
    throw ElementError(code: "not-writable", "<packedConvolution> exists only inside the runner")
  }

  var facts: LayerFacts { LayerFacts(acceptsEpilogue: true, acceptsAddend: true) }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    var parameters = [ParameterPlan("packed", Shape(packedCount), initializer: .zeros, decays: false)]
    if hasBias {
      parameters.append(ParameterPlan("bias", Shape(shape.outputChannels), initializer: .zeros, decays: false))
    }
    return LayerPlan(
      outputs: [output], parameters: parameters, backwardNeeds: [], forwardOperations: operations,
      backwardOperations: 0)
  }

  func pack<S: Scalar>(_ parameters: [Tensor<S>], into packed: [Tensor<S>], workers: WorkerPool) {
    S.pack(shape, parameters[0].buffer, into: packed[0].buffer, workers: workers)
    if hasBias { packed[1].buffer.copy(from: parameters[1].buffer) }
  }

  @specialized(where S == Float)
  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.convolvePacked(
      shape, batch: context.batch, context.input.buffer, context.parameters[0].buffer, into: context.output.buffer,
      epilogue: Epilogue(
        bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue,
        accumulate: context.addsToOutput),
      workers: context.workers)
  }

  /// The runner never trains.
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
