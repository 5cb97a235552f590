import NNCore
import NNKernels

extension DefinedFormula {
  /// Longer formulas are of no use in a drawing or a printed program.
  private static let mostCharacters = 300

  /// The formula and its derivatives written out; nil where they are long, sum along rows, or have parameters.
  func written(name: String, hasParameters: Bool) -> LayerFormula? {
    guard !hasParameters, !readsRows, let text = text(of: value, graph) else { return nil }
    var graph = graph
    let one = graph.constant(1)
    let slopes = graph.gradients(of: value, upstream: one, for: inputs).map { self.text(of: $0, graph) }
    guard slopes.allSatisfy({ $0 != nil }) else { return nil }
    return LayerFormula(String(name.prefix(5)), text, slopes: slopes.compactMap { $0.map { "(\($0))" } })
  }

  private func text(of end: Int, _ graph: ElementGraph) -> String? {
    var texts: [Int: String] = [:]
    var isNeeded = [Bool](repeating: false, count: end + 1)
    isNeeded[end] = true
    for index in stride(from: end, through: 0, by: -1) where isNeeded[index] {
      for operand in graph.operands(of: index) { isNeeded[operand] = true }
    }
    for index in 0...end where isNeeded[index] {
      let text = Self.text(graph.nodes[index].kind, graph.value(index)) { texts[$0] ?? "" }
      guard let text, text.utf8.count <= Self.mostCharacters else { return nil }
      texts[index] = text
    }
    return texts[end]
  }

  private static func text(
    _ kind: ElementGraph.Kind, _ number: Double?, _ text: (Int) -> String
  ) -> String? {
    if let number { return LayerFormula.number(number) }
    switch kind {
    case .input(let index): return "{\(index)}"
    case .step(let operation, let operands):
      let x = text(operands[0])
      let y = operands.count > 1 ? text(operands[1]) : ""
      switch operation {
      case .add: return "(\(x) + \(y))"
      case .subtract: return "(\(x) - \(y))"
      case .multiply: return "(\(x) * \(y))"
      case .divide: return "(\(x) / \(y))"
      case .power: return "power(\(x), \(y))"
      case .maximum: return "maximum(\(x), \(y))"
      case .minimum: return "minimum(\(x), \(y))"
      case .isGreater: return "indicator(\(x) > \(y))"
      case .isAtLeast: return "indicator(\(x) >= \(y))"
      case .negate: return "(-\(x))"
      case .absolute: return "abs(\(x))"
      case .square: return "(\(x) * \(x))"
      case .squareRoot: return "sqrt(\(x))"
      case .reciprocal: return "(1 / \(x))"
      case .sign: return "sign(\(x))"
      case .exp, .log, .sin, .cos, .tanh: return "\(operation)(\(x))"
      case .expm1: return "(exp(\(x)) - 1)"
      case .log1p: return "log(1 + \(x))"
      case .sigmoid: return "(1 / (1 + exp(-\(x))))"
      case .softplus: return "log(1 + exp(\(x)))"
      case .sigmoidSlope: return "(\(x) * (1 - \(x)))"
      case .tanhSlope: return "(1 - \(x) * \(x))"
      case .copy: return x
      case .erf, .multiplyAdd, .sum, .sumOfProducts: return nil
      }
    default: return nil
    }
  }
}
