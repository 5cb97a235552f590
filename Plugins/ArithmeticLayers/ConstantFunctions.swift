import NNCore
import NNKernels

/// x + c
public struct AddConstant: FunctionLayer {
  /// The declaration of `<addConstant>`.
  public static let schema = ElementSchema(
    .layer, "addConstant", summary: "Adds a fixed number to every element.", formula: "f = x + c; df/dx = 1",
    example: #"<addConstant value="1"/>"#,
    attributes: [.required("value", .number(.any), "The number to add.")])

  /// The number to add.
  public let value: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { value = attributes.number("value") }

  /// The layer.
  public init(value: Double) { self.value = value }

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .addConstant(value) }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    let sign = value < 0 ? "-" : "+"
    let size = LayerFormula.number(value.magnitude)
    return LayerFormula(sign + size, "{0} \(sign) \(size)", slopes: ["1"])
  }
}

/// c x
public struct MultiplyConstant: FunctionLayer {
  /// The declaration of `<multiplyConstant>`.
  public static let schema = ElementSchema(
    .layer, "multiplyConstant", summary: "Multiplies every element by a fixed number.", formula: "f = c x; df/dx = c",
    example: #"<multiplyConstant value="-1"/>"#,
    attributes: [.required("value", .number(.any), "The factor.")])

  /// The factor.
  public let value: Double

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws { value = attributes.number("value") }

  /// The layer.
  public init(value: Double) { self.value = value }

  /// The function that the kernels apply.
  public var function: MathematicalFunction { .multiplyConstant(value) }

  /// The layer written out, for explanations and printed programs.
  public func formula(_ inputs: [Shape]) -> LayerFormula? {
    let number = LayerFormula.number(value)
    return LayerFormula("*" + AttributeValue.number(value).written, "{0} * \(number)", slopes: [number])
  }
}
