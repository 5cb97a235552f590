import NNCore
import NNKernels

/// A constant array, the same for each sample.
public struct Constant: DeclaredLayer {
  /// The declaration of `<constant>`.
  public static let schema = ElementSchema(
    .layer, "constant", summary: "Fixed numbers, the same for every sample; reads nothing.",
    formula: "f = c; no gradient", example: #"<constant value="1 2 3"/>"#,
    attributes: [
      .required("value", .numbers, "The numbers, row by row."),
      .optional("shape", .shape, "Their shape; a row of them unless given."),
    ], inputs: 0...0)

  private let values: [Double]
  private let shape: Shape?

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    values = attributes.numbers("value")
    shape = attributes.has("shape") ? attributes.shape("shape") : nil
  }

  /// The layer.
  public init(_ values: [Double], shape: Shape? = nil) {
    self.values = values
    self.shape = shape
  }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    guard values.count == 1 else { return nil }
    return LayerFormula(AttributeValue.number(values[0]).written, LayerFormula.number(values[0]), slopes: [])
  }

  /// The given shape, or a row of as many numbers. Throws an `ElementError` if the numbers do not fill it.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard let output = shape ?? Shape([values.count]), output.elementCount == values.count else {
      throw ElementError(
        code: "shape-mismatch",
        "<constant> of shape \(shape?.description ?? "?") needs \(shape?.elementCount ?? 0) numbers, not "
          + "\(values.count)", attribute: "value")
    }
    return LayerPlan(outputs: [output], backwardNeeds: [], forwardOperations: 0, backwardOperations: 0)
  }

  /// The same numbers for every sample.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let output = context.output.buffer
    guard output.count >= values.count else { return }
    let first = output.slice(from: 0, count: values.count)
    for i in values.indices { first[i] = S(values[i]) }
    for start in stride(from: values.count, to: output.count, by: values.count) {
      output.slice(from: start, count: values.count).copy(from: first)
    }
  }

  /// Nothing: nobody learns a constant.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}

/// A trainable array, the same for each sample.
public struct Parameter: DeclaredLayer {
  /// The declaration of `<parameter>`.
  public static let schema = ElementSchema(
    .layer, "parameter", summary: "A trainable array, the same for every sample; reads nothing.",
    formula: "f = p; dp = sum of df over the batch", reference: "saved as NAME.value",
    example: #"<parameter name="W" shape="10x4" init="normal" initScale="0.01"/>"#,
    attributes: [.required("shape", .shape, "The array's shape.")] + Initializer.attributes(default: "zeros"),
    inputs: 0...0)

  private let shape: Shape
  private let initializer: Initializer

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    shape = attributes.shape("shape")
    initializer = Initializer(attributes)
  }

  /// The layer.
  public init(shape: Shape, initializer: Initializer = .zeros) {
    self.shape = shape
    self.initializer = initializer
  }

  /// One output of the given shape, and the array `value`.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let fanOut = shape.rank > 0 ? shape[0] : 1
    return LayerPlan(
      outputs: [shape],
      parameters: [
        ParameterPlan(
          "value", shape, initializer: initializer, fanIn: shape.elementCount / fanOut, fanOut: fanOut,
          decays: shape.rank > 1)
      ], backwardNeeds: [], forwardOperations: 0, backwardOperations: shape.elementCount)
  }

  /// The parameter for every sample.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let value = context.parameters[0]
    let output = context.output.buffer
    for start in stride(from: 0, to: output.count, by: value.count) {
      output.slice(from: start, count: value.count).copy(from: value.buffer)
    }
  }

  /// dp = sum of df over the batch.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let slot = context.parameterGradients[0]
    guard slot.isWanted else { return }
    let gradient = slot.tensor.buffer
    if !slot.accumulates { gradient.fill(0) }
    let upstream = context.upstream[0].buffer
    for start in stride(from: 0, to: upstream.count, by: gradient.count) {
      let sample = upstream.slice(from: start, count: gradient.count)
      for i in 0..<gradient.count { gradient[i] += sample[i] }
    }
  }
}
