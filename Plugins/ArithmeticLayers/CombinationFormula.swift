import NNCore
import NNKernels

extension ElementOperation {
  /// The most inputs of a combination that is written out: the slopes of products and choices grow with their square.
  static let mostWritten = 64

  /// The combination of `count` inputs, written out.
  func formula(_ count: Int) -> LayerFormula {
    let inputs = (0..<count).map { "{\($0)}" }
    switch self {
    case .add: return LayerFormula("+", joined(inputs, "+"), slopes: inputs.map { _ in "1" })
    case .subtract: return LayerFormula("-", joined(inputs, "-"), slopes: ["1", "(-1)"])
    case .multiply:
      let others = inputs.map { own in inputs.filter { $0 != own } }
      return LayerFormula("*", joined(inputs, "*"), slopes: others.map { $0.isEmpty ? "1" : joined($0, "*") })
    case .divide:
      return LayerFormula("/", joined(inputs, "/"), slopes: ["1 / {1}", "(-1) * {0} / ({1} * {1})"])
    case .power:
      return LayerFormula("^", "power({0}, {1})", slopes: ["{1} * power({0}, {1} - 1)", "{f} * log({0})"])
    case .maximum: return choice("max", "maximum", inputs)
    case .minimum: return choice("min", "minimum", inputs)
    }
  }

  private func joined(_ words: [String], _ sign: String) -> String { words.joined(separator: " \(sign) ") }

  /// The derivative is 1 for the first of the equal inputs and 0 for all others.
  private func choice(_ symbol: String, _ function: String, _ inputs: [String]) -> LayerFormula {
    let value = inputs.dropFirst().reduce(inputs[0]) { "\(function)(\($0), \($1))" }
    let slopes = inputs.indices.map { position in
      let missed = inputs[..<position].map { "indicator(\($0) != {f})" }
      return (missed + ["indicator(\(inputs[position]) == {f})"]).joined(separator: " * ")
    }
    return LayerFormula(symbol, value, slopes: slopes)
  }
}
