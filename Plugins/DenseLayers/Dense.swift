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
    ] + Initializer.attributes())

  /// The number of outputs.
  public let units: Int
  /// Whether there is a bias.
  public let hasBias: Bool
  /// The initializer of the weights; biases begin at 0.
  public let initializer: Initializer

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    self.init(
      units: attributes.integer("units"), bias: attributes.boolean("bias"), initializer: Initializer(attributes))
  }

  /// A dense layer.
  public init(units: Int, bias: Bool = true, initializer: Initializer = .he(gain: 1)) {
    self.units = units
    self.hasBias = bias
    self.initializer = initializer
  }

  /// The affine map that it is.
  public var facts: LayerFacts {
    LayerFacts(
      acceptsEpilogue: true, acceptsAddend: true,
      affine: .init(weight: 0, bias: hasBias ? 1 : nil) { Dense(units: $0, bias: $1) })
  }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    LayerFormula(
      "W x", "{p0} @ {0}" + (hasBias ? " + {p1}" : ""),
      gradients: ["{p0}.T @ {g}", "outer({g}, {0})"] + (hasBias ? ["{g}"] : []))
  }

  /// A row of `units`; `weight` of units x inputs, and `bias`. Throws an `ElementError` for an input that is no row.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank == 1 else {
      throw ElementError.shape(
        "<dense> reads a row of numbers, but its input has the shape \(inputs[0])",
        remedy: "put <flatten/> before it, which makes a row of \(inputs[0].elementCount)")
    }
    let width = inputs[0].elementCount
    guard let weight = Shape([units, width]) else {
      throw ElementError(
        code: "too-many-parameters",
        "<dense> would need \(units) x \(width) weights, more than the \(Shape.maximumElementCount) that are possible",
        attribute: "units")
    }
    var parameters = [
      ParameterPlan("weight", weight, initializer: initializer, fanIn: width, fanOut: units, decays: true)
    ]
    if hasBias { parameters.append(ParameterPlan("bias", Shape(units), initializer: .zeros, decays: false)) }
    return LayerPlan(
      outputs: [Shape(units)], parameters: parameters, backwardNeeds: .inputs,
      forwardOperations: (2 * width + (hasBias ? 1 : 0)) * units,
      backwardOperations: (4 * width + (hasBias ? 1 : 0)) * units)
  }

  /// The layer on weights that are packed once.
  public func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)? {
    let width = inputs[0].elementCount
    return Shape([S.packedCount(inner: width, columns: units)]).map {
      PackedDense(inputs: width, outputs: units, hasBias: hasBias, packed: $0)
    }
  }

  /// y = x W^T + b, then the epilogue.
  @specialized(where S == Float)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let width = context.input.count / max(1, context.batch)
    S.multiply(
      MatrixProduct(rows: context.batch, columns: units, inner: width, transposeB: true), context.input.buffer,
      context.parameters[0].buffer, into: context.output.buffer,
      epilogue: Epilogue(
        bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue,
        accumulate: context.addsToOutput),
      workers: context.workers)
  }

  /// dx = dy W; dW = dy^T x; db = sum of dy over the batch.
  @specialized(where S == Float)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let input = context.inputs[0]
    let upstream = context.upstream[0].buffer
    let width = input.count / max(1, context.batch)
    let weightGradient = context.parameterGradients[0]
    if weightGradient.isWanted {
      S.multiply(
        MatrixProduct(rows: units, columns: width, inner: context.batch, transposeA: true), upstream, input.buffer,
        into: weightGradient.tensor.buffer, epilogue: Epilogue(accumulate: weightGradient.accumulates),
        workers: context.workers)
    }
    if hasBias, context.parameterGradients[1].isWanted {
      let biasGradient = context.parameterGradients[1]
      S.columnSums(
        rows: context.batch, columns: units, upstream, into: biasGradient.tensor.buffer,
        accumulate: biasGradient.accumulates, workers: context.workers)
    }
    let downstream = context.downstream[0]
    if downstream.isWanted {
      S.multiply(
        MatrixProduct(rows: context.batch, columns: width, inner: units), upstream, context.parameters[0].buffer,
        into: downstream.tensor.buffer, epilogue: Epilogue(accumulate: downstream.accumulates),
        workers: context.workers)
    }
  }
}
