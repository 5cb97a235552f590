import NNCore
import NNKernels

/// Attention with several heads: every step of a sequence reads all steps of the same sequence, or of another one, weighted
/// by how well its query fits their keys.
public struct AttentionLayer: DeclaredLayer {
  /// The declaration of `<attention>`.
  public static let schema = ElementSchema(
    .layer, "attention",
    summary: "Lets every step of a sequence look at all steps of itself, or of a second input, and take what fits.",
    formula:
      "q = x W_q^T + b_q, k = m W_k^T + b_k, v = m W_v^T + b_v, cut into heads; o = softmax(q k^T / sqrt(width)) v for "
      + "each head; y = o W_o^T + b_o; m is the second input, or x",
    reference:
      "Vaswani et al. 2017; as torch.nn.MultiheadAttention: in_proj_weight is W_q, W_k and W_v, out_proj.weight W_o",
    example: #"<attention heads="4"/>"#,
    attributes: [
      .required("heads", .integer(1...Shape.maximumElementCount), "The heads, which share the features evenly."),
      .optional(
        "causal", .boolean, default: .boolean(false), "Whether a step looks only at the steps up to its own position."),
      .optional("bias", .boolean, default: .boolean(true), "Whether there are biases."),
    ], inputs: 1...2)

  /// The heads.
  public let heads: Int
  /// Whether a step looks only at the steps up to its own position.
  public let isCausal: Bool
  /// Whether there are biases.
  public let hasBias: Bool

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      heads: attributes.integer("heads"), causal: attributes.boolean("causal"), bias: attributes.boolean("bias"))
  }

  /// The layer.
  public init(heads: Int, causal: Bool = false, bias: Bool = true) {
    self.heads = heads
    self.isCausal = causal
    self.hasBias = bias
  }

  private func sizes(_ input: Shape, _ memory: Shape?) -> AttentionSizes {
    AttentionSizes(
      heads: heads, isCausal: isCausal, queries: input[0], keys: (memory ?? input)[0], features: input[1],
      readsMemory: memory != nil)
  }

  private func sizes(_ inputs: [Shape]) -> AttentionSizes { sizes(inputs[0], inputs.count > 1 ? inputs[1] : nil) }

  private func sizes<S: Scalar>(_ inputs: [Tensor<S>]) -> AttentionSizes {
    sizes(inputs[0].shape.sample, inputs.count > 1 ? inputs[1].shape.sample : nil)
  }

  /// One output of the first input's shape. Throws an `ElementError` for inputs that are not steps x features, for features
  /// that the heads cannot share evenly, and for a second input of other features.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    for input in inputs where input.rank != 2 {
      throw ElementError.shape("<attention> reads steps x features, but an input has the shape \(input)")
    }
    let features = inputs[0][1]
    guard features % heads == 0 else {
      throw ElementError(
        code: "shape-mismatch", "<attention> cannot share \(features) features among \(heads) heads evenly",
        remedy: "let the number of heads divide \(features)", attribute: "heads")
    }
    if let memory = inputs.last, memory[1] != features {
      throw ElementError.shape(
        "<attention> reads two sequences of the same features, but its inputs have the shapes \(inputs[0]) and \(memory)",
        remedy: "put <dense units=\"\(features)\" each=\"step\"/> before the second one")
    }
    guard let projection = Shape([Count.product(3, features), features]) else {
      throw ElementError(
        code: "too-many-parameters",
        "<attention> of \(features) features would need more weights than the \(Shape.maximumElementCount) possible")
    }
    let sizes = sizes(inputs)
    var parameters = [
      ParameterPlan(
        "in_proj_weight", projection, initializer: .xavier(gain: 1), fanIn: features, fanOut: 3 * features, decays: true
      )
    ]
    if hasBias {
      parameters.append(ParameterPlan("in_proj_bias", Shape(3 * features), initializer: .zeros, decays: false))
    }
    parameters.append(
      ParameterPlan(
        "out_proj.weight", Shape(features, features), initializer: .uniform(limit: 1 / Double(features).squareRoot()),
        fanIn: features, fanOut: features, decays: true))
    if hasBias {
      parameters.append(ParameterPlan("out_proj.bias", Shape(features), initializer: .zeros, decays: false))
    }
    return LayerPlan(
      outputs: [inputs[0]], parameters: parameters, scratchPerSample: sizes.values,
      savedPerSample: Count.sum(sizes.values, Count.product(heads, sizes.queries)), backwardNeeds: .inputs,
      forwardOperations: sizes.operations, backwardOperations: Count.product(2, sizes.operations))
  }

  /// Keeps the first input's length; the keys beyond the second's are not read.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try lengths.map { try SequenceLength.ofRows($0, of: "attention") }[0]]
  }

  /// The layer on weights that are packed once.
  public func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)? {
    let sizes = sizes(inputs)
    var shapes: [Shape] = []
    for index in 0..<sizes.projections {
      guard let shape = Shape([S.packedCount(inner: sizes.features, columns: sizes.columns(index))]) else { return nil }
      shapes.append(shape)
    }
    return PackedAttention(sizes: sizes, hasBias: hasBias, packed: shapes)
  }

  /// The index of the output projection's weight.
  private var outputWeight: Int { hasBias ? 2 : 1 }

  /// The projections, attention, and the projection of what it takes.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let sizes = sizes(context.inputs)
    let features = sizes.features
    let values = sizes.split(context.saved.count > 0 ? context.saved : context.scratch, batch: context.batch)
    func project(_ x: Buffer<S>, _ rows: Int, _ range: Range<Int>, into y: Buffer<S>) {
      S.multiply(
        MatrixProduct(rows: rows, columns: range.count, inner: features, transposeB: true), x,
        context.parameters[0].buffer.slice(from: range.lowerBound * features, count: range.count * features), into: y,
        epilogue: Epilogue(bias: hasBias ? context.parameters[1].buffer.slice(range) : nil), workers: context.workers)
    }
    project(
      context.inputs[0].buffer, context.batch * sizes.queries, 0..<sizes.columns(0), into: values.queries)
    if sizes.readsMemory {
      project(context.inputs[1].buffer, context.batch * sizes.keys, features..<(3 * features), into: values.keys)
    }
    S.attend(
      sizes.attention(batch: context.batch), sizes.lengths(context.inputLengths), sizes.arrays(values),
      into: values.output,
      logarithms: context.saved.count > 0
        ? sizes.logarithms(context.saved, batch: context.batch) : sizes.none(context.scratch),
      workers: context.workers)
    S.multiply(
      MatrixProduct(rows: context.batch * sizes.queries, columns: features, inner: features, transposeB: true),
      values.output, context.parameters[outputWeight].buffer, into: context.output.buffer,
      epilogue: Epilogue(bias: hasBias ? context.parameters[outputWeight + 1].buffer : nil), workers: context.workers)
  }

  /// The gradients of the projections, and through the weights of attention, which are computed again.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let sizes = sizes(context.inputs)
    let features = sizes.features
    let rows = context.batch * sizes.queries
    let values = sizes.split(context.saved, batch: context.batch)
    let gradients = sizes.split(context.scratch, batch: context.batch)
    let upstream = context.upstream[0].buffer
    let projection = ProjectionGradients(context: context, features: features)
    projection.parameters(
      weight: outputWeight, bias: hasBias ? outputWeight + 1 : nil, 0..<features, rows: rows, upstream, values.output)
    guard
      context.parameterGradients[0].isWanted || hasBias && context.parameterGradients[1].isWanted
        || context.downstream.contains(where: \.isWanted)
    else { return }
    S.multiply(
      MatrixProduct(rows: rows, columns: features, inner: features), upstream, context.parameters[outputWeight].buffer,
      into: gradients.output, epilogue: Epilogue(), workers: context.workers)
    S.attendBackward(
      sizes.attention(batch: context.batch), sizes.lengths(context.inputLengths), sizes.arrays(values),
      output: values.output, logarithms: sizes.logarithms(context.saved, batch: context.batch),
      upstream: gradients.output, gradients: sizes.arrays(gradients), workers: context.workers)
    let own = 0..<sizes.columns(0)
    projection.parameters(
      weight: 0, bias: hasBias ? 1 : nil, own, rows: rows, gradients.queries, context.inputs[0].buffer)
    projection.input(0, own, rows: rows, gradients.queries)
    guard sizes.readsMemory else { return }
    let memoryRows = context.batch * sizes.keys
    let memory = features..<(3 * features)
    projection.parameters(
      weight: 0, bias: hasBias ? 1 : nil, memory, rows: memoryRows, gradients.keys, context.inputs[1].buffer)
    projection.input(1, memory, rows: memoryRows, gradients.keys)
  }
}

/// The gradients of some rows of a projection's weight, of its bias and of its input.
private struct ProjectionGradients<S: Scalar> {
  let context: BackwardContext<S>
  let features: Int

  /// dW = dy^T x and db = sum of dy, for the rows `range` of the parameters.
  func parameters(
    weight: Int, bias: Int?, _ range: Range<Int>, rows: Int, _ upstream: Buffer<S>, _ x: Buffer<S>
  ) {
    let slot = context.parameterGradients[weight]
    if slot.isWanted {
      S.multiply(
        MatrixProduct(rows: range.count, columns: features, inner: rows, transposeA: true), upstream, x,
        into: slot.tensor.buffer.slice(from: range.lowerBound * features, count: range.count * features),
        epilogue: Epilogue(accumulate: slot.accumulates), workers: context.workers)
    }
    guard let bias, context.parameterGradients[bias].isWanted else { return }
    let biasSlot = context.parameterGradients[bias]
    S.columnSums(
      rows: rows, columns: range.count, upstream, into: biasSlot.tensor.buffer.slice(range),
      accumulate: biasSlot.accumulates, workers: context.workers)
  }

  /// dx = dy W for the rows `range` of the input projection's weight.
  func input(_ index: Int, _ range: Range<Int>, rows: Int, _ upstream: Buffer<S>) {
    let slot = context.downstream[index]
    guard slot.isWanted else { return }
    S.multiply(
      MatrixProduct(rows: rows, columns: features, inner: range.count), upstream,
      context.parameters[0].buffer.slice(from: range.lowerBound * features, count: range.count * features),
      into: slot.tensor.buffer, epilogue: Epilogue(accumulate: slot.accumulates), workers: context.workers)
  }
}
