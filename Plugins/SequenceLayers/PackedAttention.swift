import NNCore
import NNKernels

/// An attention layer as it predicts, on weights rearranged once for the product kernel.
struct PackedAttention: PackedLayer {
  var schema: ElementSchema {
    ElementSchema(
      .layer, "packedAttention", namespace: "urn:nnrun:inference:1",
      summary: "An attention layer with packed weights.", formula: "as attention", example: "<packedAttention/>",
      inputs: 1...2)
  }

  let sizes: AttentionSizes
  let hasBias: Bool
  /// The shapes of the packed weights in the precision at hand, one for each projection.
  let packed: [Shape]

  func plan(_ shapes: [Shape]) throws -> LayerPlan {
    var parameters: [ParameterPlan] = []
    for index in 0..<sizes.projections {
      parameters.append(ParameterPlan("packed\(index)", packed[index], initializer: .zeros, decays: false))
      if hasBias {
        parameters.append(
          ParameterPlan("bias\(index)", Shape(sizes.columns(index)), initializer: .zeros, decays: false))
      }
    }
    return LayerPlan(
      outputs: [shapes[0]], parameters: parameters, scratchPerSample: sizes.values, backwardNeeds: [],
      forwardOperations: sizes.operations, backwardOperations: 0)
  }

  func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] { [lengths[0]] }

  private var stride: Int { hasBias ? 2 : 1 }

  func pack<S: Scalar>(_ parameters: [Tensor<S>], into packed: [Tensor<S>], workers: WorkerPool) {
    let features = sizes.features
    var row = 0
    for index in 0..<sizes.projections {
      let columns = sizes.columns(index)
      let isOutput = index == sizes.projections - 1
      let first = isOutput ? 0 : row
      let weight = isOutput ? stride : 0
      S.pack(
        parameters[weight].buffer.slice(from: first * features, count: columns * features), inner: features,
        columns: columns, transposed: true, into: packed[index * stride].buffer)
      if hasBias {
        packed[index * stride + 1].buffer.copy(
          from: parameters[weight + 1].buffer.slice(from: first, count: columns))
      }
      row += columns
    }
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let values = sizes.split(context.scratch, batch: context.batch)
    func project(_ index: Int, _ x: Buffer<S>, _ rows: Int, into y: Buffer<S>) {
      S.multiplyPacked(
        rows: rows, inner: sizes.features, columns: sizes.columns(index), x,
        context.parameters[index * stride].buffer, into: y,
        epilogue: Epilogue(bias: hasBias ? context.parameters[index * stride + 1].buffer : nil),
        workers: context.workers)
    }
    let rows = context.batch * sizes.queries
    project(0, context.inputs[0].buffer, rows, into: values.queries)
    if sizes.readsMemory { project(1, context.inputs[1].buffer, context.batch * sizes.keys, into: values.keys) }
    S.attend(
      sizes.attention(batch: context.batch), sizes.lengths(context.inputLengths), sizes.arrays(values),
      into: values.output, logarithms: sizes.none(context.scratch), workers: context.workers)
    project(sizes.projections - 1, values.output, rows, into: context.output.buffer)
  }

  /// A packed layer never trains.
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}
