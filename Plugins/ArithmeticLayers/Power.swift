import NNCore
import NNKernels

/// x^p for a constant p, or x^y for two inputs.
public struct Power: DeclaredLayer {
  /// The declaration of `<power>`.
  public static let schema = ElementSchema(
    .layer, "power", summary: "Raises its input to a fixed power, or its first input to the power of its second.",
    formula: "f = x^p; df/dx = p x^(p - 1), df/dp = f ln(x)", example: #"<power exponent="3"/>"#,
    attributes: [
      .optional("exponent", .number(.any), "The power; left out when a second input gives it.")
    ], inputs: 1...2)

  /// The exponent p, unless a second input gives it.
  public let exponent: Double?

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {
    exponent = attributes.has("exponent") ? attributes.number("exponent") : nil
  }

  /// The layer.
  public init(exponent: Double? = nil) { self.exponent = exponent }

  private struct OfOne: FunctionLayer {
    static let schema = Power.schema
    let function: MathematicalFunction
    init(attributes: Attributes) throws { function = .power(1) }
    init(_ exponent: Double) { function = .power(exponent) }
  }

  private struct OfTwo: BroadcastingBinaryLayer {
    static let schema = Power.schema
    init(attributes: Attributes) throws {}
    init() {}
    var combination: ElementOperation { .power }
  }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    guard let exponent else {
      return LayerFormula(
        "^", "power({0}, {1})", slopes: ["{1} * power({0}, {1} - 1)", "{f} * log({0})"])
    }
    let number = LayerFormula.number(exponent)
    return LayerFormula(
      "^" + AttributeValue.number(exponent).written, "power({0}, \(number))",
      slopes: ["\(number) * power({0}, \(LayerFormula.number(exponent - 1)))"])
  }

  /// The input's shape, or that of both inputs broadcast. Throws an `ElementError` for an exponent beside a second
  /// input, or for neither.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard (exponent == nil) == (inputs.count == 2) else {
      throw ElementError(
        code: exponent == nil ? "missing-attribute" : "input-count",
        exponent == nil ? "<power> has no power to raise to" : "<power> has an exponent and a second input too",
        remedy: exponent == nil
          ? "write exponent=\"2\", or let it read a second input" : "leave out exponent, or the second input",
        attribute: exponent == nil ? nil : "exponent")
    }
    if let exponent { return try OfOne(exponent).plan(inputs) }
    return try OfTwo().plan(inputs)
  }

  /// Computes each step by itself.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    try exponent == nil ? OfTwo().lengths(lengths, inputs: inputs) : OfOne(1).lengths(lengths, inputs: inputs)
  }

  /// Reads each step by itself.
  public func stepped(_ inputs: [Shape]) -> (any Layer)? { self }

  /// f = x^p for every element.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    if let exponent { OfOne(exponent).forward(context) } else { OfTwo().forward(context) }
  }

  /// dx = df p x^(p - 1); dp = df f ln(x).
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    if let exponent { OfOne(exponent).backward(context) } else { OfTwo().backward(context) }
  }
}
