import NNCore
import NNKernels

/// -x
public struct Negate: FunctionLayer {
  /// The declaration of `<negate>`.
  public static let schema = ElementSchema(
    .layer, "negate", summary: "Changes the sign of every element.", formula: "f = -x; df/dx = -1",
    example: "<negate/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .negate }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("*-1", "-{0}", slopes: ["(-1)"]) }
}

/// x^2
public struct Square: FunctionLayer {
  /// The declaration of `<square>`.
  public static let schema = ElementSchema(
    .layer, "square", summary: "Multiplies every element with itself.", formula: "f = x^2; df/dx = 2 x",
    example: "<square/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .square }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("^2", "{0} * {0}", slopes: ["2 * {0}"]) }
}

/// sqrt(x)
public struct SquareRoot: FunctionLayer {
  /// The declaration of `<squareRoot>`.
  public static let schema = ElementSchema(
    .layer, "squareRoot", summary: "The square root of every element.", formula: "f = sqrt(x); df/dx = 1 / (2 f)",
    example: "<squareRoot/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .squareRoot }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("sqrt", "sqrt({0})", slopes: ["0.5 / {f}"]) }
}

/// |x|
public struct Absolute: FunctionLayer {
  /// The declaration of `<absolute>`.
  public static let schema = ElementSchema(
    .layer, "absolute", summary: "The magnitude of every element.", formula: "f = |x|; df/dx = sign(x)",
    example: "<absolute/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .absolute }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("abs", "abs({0})", slopes: ["sign({0})"]) }
}

/// 1 / x
public struct Reciprocal: FunctionLayer {
  /// The declaration of `<reciprocal>`.
  public static let schema = ElementSchema(
    .layer, "reciprocal", summary: "One divided by every element.", formula: "f = 1 / x; df/dx = -1 / x^2",
    example: "<reciprocal/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .reciprocal }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    LayerFormula("1/x", "1 / {0}", slopes: ["(-1) / ({0} * {0})"])
  }
}

/// e^x
public struct Exponential: FunctionLayer {
  /// The declaration of `<exp>`.
  public static let schema = ElementSchema(
    .layer, "exp", summary: "The exponential function of every element.", formula: "f = e^x; df/dx = f",
    example: "<exp/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .exp }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("exp", "exp({0})", slopes: ["{f}"]) }
}

/// ln(x)
public struct Logarithm: FunctionLayer {
  /// The declaration of `<log>`.
  public static let schema = ElementSchema(
    .layer, "log", summary: "The natural logarithm of every element.", formula: "f = ln(x); df/dx = 1 / x",
    example: "<log/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .log }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("log", "log({0})", slopes: ["1 / {0}"]) }
}

/// sin(x)
public struct Sine: FunctionLayer {
  /// The declaration of `<sin>`.
  public static let schema = ElementSchema(
    .layer, "sin", summary: "The sine of every element, in radians.", formula: "f = sin(x); df/dx = cos(x)",
    example: "<sin/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .sin }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? { LayerFormula("sin", "sin({0})", slopes: ["cos({0})"]) }
}

/// cos(x)
public struct Cosine: FunctionLayer {
  /// The declaration of `<cos>`.
  public static let schema = ElementSchema(
    .layer, "cos", summary: "The cosine of every element, in radians.", formula: "f = cos(x); df/dx = -sin(x)",
    example: "<cos/>")

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .cos }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    LayerFormula("cos", "cos({0})", slopes: ["(-1) * sin({0})"])
  }
}
