import NNCore
import NNKernels

/// A convolution for prediction: its weights are packed, or Winograd-transformed, once, and max pooling may be fused
/// into it.
struct PackedConvolution: PackedLayer {
  var schema: ElementSchema {
    ElementSchema(
      .layer, "packedConvolution", namespace: "urn:nnrun:inference:1", summary: "A convolution with packed weights.",
      formula: "as conv2d", example: "<packedConvolution/>")
  }

  let shape: Convolution
  private(set) var output: Shape
  private(set) var pooling: Pooling?
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

  var facts: LayerFacts { LayerFacts(acceptsEpilogue: true, acceptsAddend: pooling == nil) }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    var parameters = [ParameterPlan("packed", Shape(packedCount), initializer: .zeros, decays: false)]
    if hasBias {
      parameters.append(ParameterPlan("bias", Shape(shape.outputChannels), initializer: .zeros, decays: false))
    }
    return LayerPlan(
      outputs: [output], parameters: parameters, backwardNeeds: [], forwardOperations: operations,
      backwardOperations: 0)
  }

  func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try shape.length(lengths[0], dimensions: output.rank - 1, "conv1d")]
  }

  func pack<S: Scalar>(_ parameters: [Tensor<S>], into packed: [Tensor<S>], workers: WorkerPool) {
    S.pack(shape, parameters[0].buffer, into: packed[0].buffer, workers: workers)
    if hasBias { packed[1].buffer.copy(from: parameters[1].buffer) }
  }

  func pooled<S: Scalar>(by pooling: Pooling, for scalar: S.Type) -> (any PackedLayer)? {
    guard self.pooling == nil, pooling.input == shape.output, S.poolsConvolution(shape, pooling),
      let output = Shape([shape.outputChannels, pooling.output.height, pooling.output.width])
    else { return nil }
    var layer = self
    layer.pooling = pooling
    layer.output = output
    return layer
  }

  @specialized(where S == Float)
  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let epilogue = Epilogue(
      bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue, accumulate: context.addsToOutput
    )
    if let pooling {
      S.convolvePooled(
        shape, pooling, batch: context.batch, context.input.buffer, context.parameters[0].buffer,
        into: context.output.buffer, epilogue: epilogue, workers: context.workers)
    } else {
      S.convolvePacked(
        shape, batch: context.batch, context.input.buffer, context.parameters[0].buffer, into: context.output.buffer,
        epilogue: epilogue, workers: context.workers)
    }
  }

  /// Packed layers are never trained.
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
