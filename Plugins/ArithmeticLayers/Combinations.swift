import NNCore
import NNKernels

/// The elementwise sum of its inputs.
public struct Add: BroadcastingBinaryLayer {
  /// The declaration of `<add>`.
  public static let schema = ElementSchema(
    .layer, "add", summary: "Adds its inputs, element by element.",
    formula: "f = x + y; df/dx = 1, df/dy = 1: the gradient is handed to every input unchanged",
    example: #"<add from="left right"/>"#, inputs: 1...Int.max)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The operation.
  public var combination: ElementOperation { .add }
}

/// The elementwise difference of two inputs.
public struct Subtract: BroadcastingBinaryLayer {
  /// The declaration of `<subtract>`.
  public static let schema = ElementSchema(
    .layer, "subtract", summary: "Takes the second input from the first, element by element.",
    formula: "f = x - y; df/dx = 1, df/dy = -1",
    example: #"<subtract from="left right"/>"#, inputs: 2...2)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The operation.
  public var combination: ElementOperation { .subtract }
}

/// The elementwise (Hadamard) product of its inputs.
public struct Multiply: BroadcastingBinaryLayer {
  /// The declaration of `<multiply>`.
  public static let schema = ElementSchema(
    .layer, "multiply", summary: "Multiplies its inputs, element by element.",
    formula: "f = x y; df/dx = y, df/dy = x: each input's gradient is scaled by the others",
    example: #"<multiply from="left right"/>"#, inputs: 1...Int.max)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The operation.
  public var combination: ElementOperation { .multiply }
}

/// The elementwise quotient of two inputs.
public struct Divide: BroadcastingBinaryLayer {
  /// The declaration of `<divide>`.
  public static let schema = ElementSchema(
    .layer, "divide", summary: "Divides the first input by the second, element by element.",
    formula: "f = x / y; df/dx = 1 / y, df/dy = -x / y^2",
    example: #"<divide from="left right"/>"#, inputs: 2...2)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The operation.
  public var combination: ElementOperation { .divide }
}

/// The elementwise maximum of its inputs.
public struct Maximum: BroadcastingBinaryLayer {
  /// The declaration of `<max>`.
  public static let schema = ElementSchema(
    .layer, "max", summary: "The largest of its inputs, element by element.",
    formula: "f = max(x, y); the gradient goes to the largest input, the first among equals, and the others get 0",
    example: #"<max from="left right"/>"#, inputs: 1...Int.max)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The operation.
  public var combination: ElementOperation { .maximum }
}

/// The elementwise minimum of its inputs.
public struct Minimum: BroadcastingBinaryLayer {
  /// The declaration of `<min>`.
  public static let schema = ElementSchema(
    .layer, "min", summary: "The smallest of its inputs, element by element.",
    formula: "f = min(x, y); the gradient goes to the smallest input, the first among equals, and the others get 0",
    example: #"<min from="left right"/>"#, inputs: 1...Int.max)

  /// The layer that a model file describes.
  public init(attributes: Attributes) throws {}

  /// The layer.
  public init() {}

  /// The operation.
  public var combination: ElementOperation { .minimum }
}
