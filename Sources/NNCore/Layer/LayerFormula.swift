/// What a layer computes, written out: for people who read a pass number by number, and for programs printed from a
/// graph.
///
/// In all texts `{0}`, `{1}` … stand for the inputs, `{f}` for the layer's own value, `{p0}`, `{p1}` … for its
/// parameters, `{g}` for the gradient that arrives. They are expressions of numbers, + - * /, parentheses, comparisons
/// and the functions exp, log, sin, cos, tanh, sqrt, abs, sign, power(x, p), maximum(x, y), minimum(x, y) and
/// indicator(condition), which is 1 or 0.
public struct LayerFormula: Sendable, Hashable {
  /// How gradients follow from the formula.
  public enum Rule: Sendable, Hashable {
    /// Element by element, smaller inputs repeated: for each input the derivative of the value with respect to it, as
    /// a product or a single term, so that it may follow a `*`.
    case elementwise(slopes: [String])
    /// By whole arrays, with NumPy's `@`, `.T`, `array`, `outer`, `ones_like` and `sum`: the gradients of the inputs, then of
    /// the parameters.
    case arrays(gradients: [String])
  }

  /// One to five characters for a drawing, such as `+` or `exp`.
  public var symbol: String
  /// The value.
  public var value: String
  /// The gradients.
  public var rule: Rule

  /// A formula of elements.
  public init(_ symbol: String, _ value: String, slopes: [String]) {
    self.symbol = symbol
    self.value = value
    rule = .elementwise(slopes: slopes)
  }

  /// A formula of arrays.
  public init(_ symbol: String, _ value: String, gradients: [String]) {
    self.symbol = symbol
    self.value = value
    rule = .arrays(gradients: gradients)
  }

  /// A number as a formula holds it: with parentheses if it is negative.
  public static func number(_ value: Double) -> String {
    let written = AttributeValue.number(value).written
    return value < 0 ? "(\(written))" : written
  }
}
