import ActivationLayers
import Foundation
import NNCore
import NNExplain
import NNKernels
import StandardLayers
import Testing

/// Formulas as graphs, and both passes through them.
@Suite struct ExpressionTests {
  static let registry: Registry = {
    var registry = Registry()
    do {
      try registerStandardLayers(into: &registry)
    } catch {
      preconditionFailure("\(error)")
    }
    return registry
  }()

  /// A formula's explanation.
  static func explain(_ text: String, _ values: [String: Double], fuses: Bool = false) throws -> Explanation {
    let expression = try Expression(text, values: values, registry: registry)
    var definition = expression.definition
    var output = expression.output
    if fuses {
      definition = try definition.fusingSigmoids(Sigmoid())
      output = try #require(definition.value(named: "f"))
    }
    return try Explanation(definition, output: output, workers: WorkerPool(threads: 1)) { $0.initialize(seed: 1) }
  }

  /// 400 random formulas; the values are Python's, the gradients PyTorch's (tools/reference/expressions.py).
  @Test func randomFormulas() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/expressions.txt")
    let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 400)
    for line in lines {
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let (text, expected) = (fields[0], try #require(Double(fields[2])))
      let explanation = try Self.explain(text, Self.numbers(fields[1]))
      let value = try #require(explanation.nodes.first { $0.name == explanation.output }?.value.first)
      #expect(Self.isClose(value, expected), "\(text): \(value), not \(expected)")
      for (name, gradient) in Self.numbers(fields[3]) {
        let found = try #require(explanation.nodes.first { $0.name == name }?.gradient.first)
        #expect(Self.isClose(found, gradient), "\(text): d/d\(name) is \(found), not \(gradient)")
        try Self.compareWithDifferences(text, Self.numbers(fields[1]), name, value, found)
      }
    }
  }

  /// Compares a gradient with central differences; at a kink the one-sided ones differ by more than what is compared.
  private static func compareWithDifferences(
    _ text: String, _ point: [String: Double], _ name: String, _ middle: Double, _ gradient: Double
  ) throws {
    let x = try #require(point[name])
    let step = 1e-5 * max(1, x.magnitude)
    func value(at place: Double) throws -> Double? {
      var moved = point
      moved[name] = place
      let expression = try Expression(text, values: moved, registry: registry)
      let network = Network<Double>(
        try NetworkPlan(expression.definition), batch: 1,
        options: NetworkOptions(isTrained: false, keepsEverything: true), workers: WorkerPool(threads: 1))
      network.forward(.inference)
      let value = network.value(expression.output).buffer[0]
      return value.isFinite ? value : nil
    }
    // A step may leave the formula's domain.
    guard let above = try value(at: x + step), let below = try value(at: x - step) else { return }
    let deviation = ((above - below) / (2 * step) - gradient).magnitude
    let oneSided = ((above - middle) - (middle - below)).magnitude / step
    #expect(
      deviation <= 1e-5 * max(1, gradient.magnitude) || oneSided > deviation,
      "\(text): d/d\(name) is \(gradient), by differences \((above - below) / (2 * step))")
  }

  /// Each gradient is the sum over the readers of upstream times local.
  @Test func theChainRuleHoldsAtEveryNode() throws {
    let explanation = try Self.explain("max(x * y, exp(x)) / (1 + exp(-x * z)) + x^2", ["x": 0.7, "y": -2, "z": 1.5])
    for node in explanation.nodes where node.name != explanation.output {
      var total = 0.0
      for reader in explanation.nodes {
        for (position, input) in reader.inputs.enumerated() where input == node.name {
          total += reader.gradient[0] * reader.local[position][0]
        }
      }
      #expect(Self.isClose(node.gradient[0], total), "\(node.name)")
    }
  }

  @Test func fusedSigmoid() throws {
    let text = "1 / (1 + exp(-(w * x + b)))"
    let values = ["w": 2.0, "x": -1, "b": 3]
    let plain = try Self.explain(text, values)
    let fused = try Self.explain(text, values, fuses: true)
    #expect(plain.nodes.count == fused.nodes.count + 3)
    let end = try #require(fused.nodes.last)
    #expect(end.operation == "sigmoid" && end.name == "f")
    #expect(Self.isClose(end.local[0][0], end.value[0] * (1 - end.value[0])))
    for name in ["w", "x", "b"] {
      let numbers = [plain, fused].compactMap { $0.nodes.first { $0.name == name }?.gradient[0] }
      #expect(numbers.count == 2 && Self.isClose(numbers[0], numbers[1]))
    }
    #expect(fused.text.contains("(1 - f) * f"))
    // What is no sigmoid stays as it is.
    for other in ["1 / (1 + exp(x))", "1 / (2 + exp(-x))", "2 / (1 + exp(-x))", "1 / (1 - exp(-x))"] {
      let graph = try Self.explain(other, ["x": 1], fuses: true)
      #expect(!graph.nodes.contains { $0.operation == "sigmoid" }, "\(other)")
    }
  }

  /// A step of the chain that has another reader is still needed.
  @Test func aSharedStepIsNotFused() throws {
    var definition = NetworkDefinition(name: "shared")
    let x = try definition.input("x", shape: Shape(1), value: [1])
    func add(_ element: String, _ attributes: [String: AttributeValue] = [:], _ inputs: NetworkDefinition.Value...)
      throws -> NetworkDefinition.Value
    {
      let type = try #require(Self.registry.declaration(of: element, in: .network))
      return try definition.add(type.layer(attributes), from: inputs)
    }
    let power = try add("exp", [:], try add("negate", [:], x))
    let inverse = try add("reciprocal", [:], try add("addConstant", ["value": .number(1)], power))
    _ = try add("add", [:], inverse, power)
    #expect(try definition.fusingSigmoids(Sigmoid()).nodes.count == definition.nodes.count)
  }

  private static func numbers(_ text: String) -> [String: Double] {
    var result: [String: Double] = [:]
    for word in text.split(separator: " ") {
      let parts = word.split(separator: "=")
      result[String(parts[0])] = Double(parts[1])
    }
    return result
  }

  private static func isClose(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude <= 1e-9 * max(1, b.magnitude) }
}
