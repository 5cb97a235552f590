import NNCore
import NNKernels

/// A dense (fully connected) layer: y = W x + b.
public struct Dense: DeclaredLayer {
  /// The declaration of `<dense>`.
  public static let schema = ElementSchema(
    .layer, "dense", summary: "Every output is a weighted sum of all inputs, plus a bias.",
    formula: "y = x W^T + b; dx = dy W, dW = dy^T x, db = sum of dy over the batch",
    reference: "as torch.nn.Linear and Caffe's InnerProduct; weight is units x inputs",
    example: #"<dense name="fc1" units="32"/>"#,
    attributes: [
      .required("units", .integer(1...Shape.maximumElementCount), "The number of outputs."),
      .optional("bias", .boolean, default: .boolean(true), "Whether a learned number is added to each output."),
      .optional(
        "each", .choice(["step"]),
        "With step: reads steps x features, the same weights at every step. Without it the input is a row."),
    ] + Initializer.attributes())

  /// The number of outputs.
  public let units: Int
  /// Whether there is a bias.
  public let hasBias: Bool
  /// Whether it reads steps x features, the same weights at every step.
  public let isPerStep: Bool
  /// The initializer of the weights; biases begin at 0.
  public let initializer: Initializer

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      units: attributes.integer("units"), bias: attributes.boolean("bias"), perStep: attributes.has("each"),
      initializer: Initializer(attributes))
  }

  /// A dense layer.
  public init(units: Int, bias: Bool = true, perStep: Bool = false, initializer: Initializer = .he(gain: 1)) {
    self.units = units
    self.hasBias = bias
    isPerStep = perStep
    self.initializer = initializer
  }

  /// The affine map of a row that it is.
  public var facts: LayerFacts {
    LayerFacts(
      acceptsEpilogue: true, acceptsAddend: true,
      affine: isPerStep ? nil : .init(weight: 0, bias: hasBias ? 1 : nil) { Dense(units: $0, bias: $1) })
  }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    if isPerStep {
      return LayerFormula(
        "x W", "{0} @ {p0}.T" + (hasBias ? " + {p1}" : ""),
        gradients: ["{g} @ {p0}", "{g}.T @ {0}"] + (hasBias ? ["{g}.T @ ones_like({g}[:, 0])"] : []))
    }
    return LayerFormula(
      "W x", "{p0} @ {0}" + (hasBias ? " + {p1}" : ""),
      gradients: ["{p0}.T @ {g}", "outer({g}, {0})"] + (hasBias ? ["{g}"] : []))
  }

  /// A row of `units`, or one for each step; `weight` of units x inputs, and `bias`. Throws an `ElementError` for an input
  /// that is no row, or no steps of rows.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let input = inputs[0]
    guard input.rank == (isPerStep ? 2 : 1) else {
      throw ElementError.shape(
        isPerStep
          ? "<dense each=\"step\"> reads steps x features, but its input has the shape \(input)"
          : "<dense> reads a row of numbers, but its input has the shape \(input)",
        remedy: isPerStep
          ? input.rank == 1 ? "leave each=\"step\" out" : "put <reshape/> before it"
          : "put <flatten/> before it, which makes a row of \(input.elementCount)")
    }
    let width = input[input.rank - 1]
    let steps = isPerStep ? input[0] : 1
    guard let weight = Shape([units, width]) else {
      throw ElementError(
        code: "too-many-parameters",
        "<dense> would need \(units) x \(width) weights, more than the \(Shape.maximumElementCount) that are possible",
        attribute: "units")
    }
    guard let output = Shape(isPerStep ? [steps, units] : [units]) else {
      throw ElementError.shape("<dense> would make more than \(Shape.maximumElementCount) elements")
    }
    var parameters = [
      ParameterPlan("weight", weight, initializer: initializer, fanIn: width, fanOut: units, decays: true)
    ]
    if hasBias { parameters.append(ParameterPlan("bias", Shape(units), initializer: .zeros, decays: false)) }
    let bias = hasBias ? 1 : 0
    return LayerPlan(
      outputs: [output], parameters: parameters, backwardNeeds: .inputs,
      forwardOperations: Count.product(2 * width + bias, output.elementCount),
      backwardOperations: Count.product(4 * width + bias, output.elementCount))
  }

  /// With each="step" it computes each step by itself. A row has no steps to tell from padding.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    guard isPerStep else {
      throw ElementError.length(
        schema.name,
        remedy: "write each=\"step\" for the same layer at every step, or put <poolSequence take=\"mean\"/> before it")
    }
    return [try SequenceLength.ofRows(lengths[0], of: schema.name)]
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// The layer on weights that are packed once.
  public func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)? {
    let width = inputs[0][inputs[0].rank - 1]
    guard let plan = try? plan(inputs) else { return nil }
    return Shape([S.packedCount(inner: width, columns: units)]).map {
      PackedDense(inputs: width, output: plan.outputs[0], hasBias: hasBias, packed: $0)
    }
  }

  /// y = x W^T + b for each row, then the epilogue.
  @specialized(where S == Float)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let rows = context.output.count / units
    S.multiply(
      MatrixProduct(rows: rows, columns: units, inner: context.input.count / max(1, rows), transposeB: true),
      context.input.buffer, context.parameters[0].buffer, into: context.output.buffer,
      epilogue: Epilogue(
        bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue,
        accumulate: context.addsToOutput),
      workers: context.workers)
  }

  /// dx = dy W; dW = dy^T x; db = sum of dy over all rows. Rows of padding are 0 in x and in dy.
  @specialized(where S == Float)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let input = context.inputs[0]
    let upstream = context.upstream[0].buffer
    let rows = upstream.count / units
    let width = input.count / max(1, rows)
    let weightGradient = context.parameterGradients[0]
    if weightGradient.isWanted {
      S.multiply(
        MatrixProduct(rows: units, columns: width, inner: rows, transposeA: true), upstream, input.buffer,
        into: weightGradient.tensor.buffer, epilogue: Epilogue(accumulate: weightGradient.accumulates),
        workers: context.workers)
    }
    if hasBias, context.parameterGradients[1].isWanted {
      let biasGradient = context.parameterGradients[1]
      S.columnSums(
        rows: rows, columns: units, upstream, into: biasGradient.tensor.buffer,
        accumulate: biasGradient.accumulates, workers: context.workers)
    }
    let downstream = context.downstream[0]
    if downstream.isWanted {
      S.multiply(
        MatrixProduct(rows: rows, columns: width, inner: units), upstream, context.parameters[0].buffer,
        into: downstream.tensor.buffer, epilogue: Epilogue(accumulate: downstream.accumulates),
        workers: context.workers)
    }
  }
}
