import NNCore
import NNFormulas
import NNKernels
import NNTestSupport
import StandardLayers
import Testing

/// The layers under test: name, inputs, parameters, attributes, formula.
private let definitions: [(String, String, String, String, String)] = [
  ("swish", "x", "beta=1", "", "x * sigmoid(beta * x)"),
  ("plainSwish", "x", "", "", "x * sigmoid(x)"),
  ("mish", "x", "", "", "x * tanh(softplus(x))"),
  ("squaredRelu", "x", "", "", "relu(x)^2"),
  ("rms", "x", "gain[features]=1", "epsilon=1e-6", "gain * x / sqrt(mean(x^2) + epsilon)"),
  (
    "standard", "x", "gain[features]=1 shift[features]=0", "epsilon=1e-5",
    "gain * (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon) + shift"
  ),
  ("mixture", "x y", "weight=0.25", "", "weight * x + (1 - weight) * y"),
  ("perChannel", "x", "gain[channels]=1 shift[channels]=0.5", "", "gain * tanh(x) + shift"),
  ("channelsAndRows", "x", "gain[channels]=1", "", "gain * x / sqrt(mean(x^2) + 1)"),
  ("perFeature", "x", "scale[features]=0.1 bias[features]=0", "", "exp(scale) * x + bias"),
  ("shares", "x", "", "", "exp(x) / sum(exp(x))"),
  ("product", "x y", "", "factor", "factor * mean(x * y)"),
  ("choices", "x y", "", "", "max(x, y, 0.1) - min(x, 2 * y) + abs(x)"),
  ("powers", "x", "p=1.5", "", "x^p + x^3 + x^-1 + 2^x"),
  ("functions", "x", "", "", "sin(x) + cos(x) * erf(x) + expm1(x / 4) + log1p(exp(x)) - log(x^2 + 1)"),
  ("shifted", "x", "bias=0 unit=2", "", "(x + bias) / exp(unit)"),
  ("slopes", "x", "", "", "sign(x) + x"),
  ("meanOfSum", "x", "b=0 shift[channels]=0.5", "", "mean(x + b) * x + mean(x * shift)"),
  ("meanOfMean", "x", "", "", "mean(x + mean(x))"),
  ("partOfSum", "x", "b=3", "", "x / sum(x^2 + b)"),
  ("rowLength", "x", "b=0.5", "", "x / sum(1) + sum(b)"),
  ("between", "x", "", "low high", "low + (high - low) * sigmoid(x)"),
  ("powerOfZero", "x", "p=0 q=2", "", "relu(x)^p + relu(x)^q + x"),
  ("still", "x", "rate=1", "start", "rate * mean(x) + start"),
]

private let registry: Result<Registry, any Error> = Result {
  var registry = Registry()
  try registerStandardLayers(into: &registry)
  for (name, inputs, parameters, attributes, text) in definitions {
    try registry.register(definition(name, inputs, parameters, attributes, text).declaration)
  }
  return registry
}

private func definition(
  _ name: String, _ inputs: String, _ parameters: String, _ attributes: String, _ text: String
) throws -> LayerDefinition {
  func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
  return try LayerDefinition(
    name, inputs: words(inputs), parameters: words(parameters), attributes: words(attributes), text: text)
}

private let cases: [ConformanceCase] = [
  .init("swish", inputs: [Shape(5)]), .init("swish", inputs: [Shape(3, 2, 4)]),
  .init("swish", inputs: [Shape(700)], note: "several blocks"),
  .init("swish", inputs: [Shape(4, 3)], hasLengths: true),
  .init("rms", inputs: [Shape(4, 3)], precision: 1e-4, hasLengths: true),
  .init("plainSwish", inputs: [Shape(6)]), .init("mish", inputs: [Shape(3, 4)]),
  .init("squaredRelu", inputs: [Shape(7)]),
  .init("rms", inputs: [Shape(9)], precision: 1e-4), .init("rms", inputs: [Shape(4, 6)], precision: 1e-4),
  .init("rms", inputs: [Shape(1, 530)], precision: 1e-4, note: "rows of several blocks"),
  .init("rms", inputs: [Shape(1, 300)], precision: 1e-4, note: "a row for each block"),
  .init("rms", inputs: [Shape(29, 30)], precision: 1e-4, note: "segments of rows and a remainder"),
  .init("standard", inputs: [Shape(3, 7)], precision: 1e-4),
  .init("standard", inputs: [Shape(530)], precision: 1e-4, note: "rows of several blocks"),
  .init("mixture", inputs: [Shape(6), Shape(6)]), .init("mixture", inputs: [Shape(2, 3), Shape(2, 3)]),
  .init("perChannel", inputs: [Shape(3, 2, 4)]), .init("perChannel", inputs: [Shape(5)]),
  .init("perChannel", inputs: [Shape(2, 24, 24)], note: "planes of several blocks"),
  .init("channelsAndRows", inputs: [Shape(3, 2, 4)], precision: 1e-4), .init("channelsAndRows", inputs: [Shape(5)]),
  .init("perFeature", inputs: [Shape(3, 4)]), .init("perFeature", inputs: [Shape(530)]),
  .init("shares", inputs: [Shape(2, 5)]),
  .init("product", ["factor": .number(2)], inputs: [Shape(3, 4), Shape(3, 4)]),
  .init("product", ["factor": .number(-1)], inputs: [Shape(5), Shape(5)]),
  .init("choices", inputs: [Shape(11), Shape(11)]),
  .init("powers", inputs: [Shape(6)], isPositive: true, precision: 1e-4),
  .init("functions", inputs: [Shape(2, 9)]), .init("shifted", inputs: [Shape(8)]), .init("slopes", inputs: [Shape(5)]),
  .init("still", ["start": .number(0.5)], inputs: [Shape(2, 3)]),
  .init("meanOfSum", inputs: [Shape(3, 4)]), .init("meanOfSum", inputs: [Shape(5)]),
  .init("meanOfMean", inputs: [Shape(3, 4)]), .init("meanOfMean", inputs: [Shape(530)]),
  .init("partOfSum", inputs: [Shape(3, 4)]), .init("rowLength", inputs: [Shape(3, 4)]),
  .init("rowLength", inputs: [Shape(8)]),
  .init("between", ["low": .number(-1), "high": .number(2)], inputs: [Shape(3, 4)]),
  .init("powerOfZero", inputs: [Shape(3, 4)], isPositive: true),
]

@Suite struct DefinedLayerTests {
  @Test(arguments: Conformance.allCases, cases) func promise(_ check: Conformance, _ example: ConformanceCase) throws {
    for problem in try check.run(example, registry.get()) { Issue.record("\(example): \(problem)") }
  }

  @Test func everyDefinitionHasCases() { #expect(Set(cases.map(\.name)) == Set(definitions.map(\.0))) }

  /// A formula and the layer of the repository that computes it.
  @Test(arguments: [
    ("plainSwish", "silu", [Shape(700)]), ("rms", "rmsNorm", [Shape(4, 6)]), ("rms", "rmsNorm", [Shape(1, 1200)]),
    ("rms", "rmsNorm", [Shape(29, 30)]),
    ("standard", "layerNorm", [Shape(400)]), ("standard", "layerNorm", [Shape(3, 7)]),
    ("standard", "layerNorm", [Shape(1200)]),
  ])
  func formulasAreTheLayers(_ formula: String, _ layer: String, _ inputs: [Shape]) throws {
    let one = try LayerHarness<Double>(.init(formula, inputs: inputs), registry.get())
    let other = try LayerHarness<Double>(.init(layer, inputs: inputs), registry.get())
    one.run()
    other.run()
    #expect(one.results.count == other.results.count)
    for (a, b) in zip(one.results, other.results) {
      #expect(a.values.count == b.values.count, "\(a.name) \(b.name)")
      for (x, y) in zip(a.values, b.values) { #expect((x - y).magnitude < 1e-11, "\(a.name): \(x) \(y)") }
    }
  }

  /// The mean over a row has the row's length, whatever else the formula reads.
  @Test func rowsHaveTheirLength() throws {
    let harness = try LayerHarness<Double>(.init("rowLength", inputs: [Shape(3, 4)]), registry.get())
    harness.network.forward(.training, step: 1)
    let (x, b) = (harness.network.inputBuffer(0).array, harness.network.parameters[0])
    let y = harness.network.value(.init(.node(0))).buffer.array
    for (x, y) in zip(x, y) { #expect((y - (x / 4 + 4 * b)).magnitude < 1e-12) }
  }

  /// The slope of 0^p is a number.
  @Test func powersOfZeroHaveSlopes() throws {
    let harness = try LayerHarness<Double>(.init("powerOfZero", inputs: [Shape(6)]), registry.get())
    for (parameter, exponent) in zip(harness.network.plan.parameters, [0.0, 2]) {
      harness.network.parameters[parameter.range.lowerBound] = exponent
    }
    harness.run()
    #expect(harness.network.inputBuffer(0).array.contains { $0 < 0 })
    #expect(harness.gradients.allSatisfy { $0.values.allSatisfy { !$0.isNaN } })
  }

  /// Attributes may leave no input, and padding may make gradients that are no numbers.
  @Test func whatCannotRunIsRefused() throws {
    let empty = try definition("empty", "x", "", "a", "a * x").declaration
    #expect(throws: ElementError.self) { try empty.layer(["a": .number(0)]).plan([Shape(8)]) }
    let logarithm = try definition("logarithm", "x", "beta=1", "", "beta * log(x)").declaration.layer([:])
    let length = SequenceLength(input: 0)
    #expect(throws: ElementError.self) { try logarithm.lengths([length], inputs: [Shape(4, 3)]) }
    let shifted = try definition("shifted", "x", "b=0", "", "log(x + b)").declaration.layer([:])
    #expect(throws: ElementError.self) { try shifted.lengths([length], inputs: [Shape(4, 3)]) }
  }

  /// Far from 0, functions that are safe stay so, and so do their gradients.
  @Test func largeNumbersStayFinite() throws {
    for name in ["mish", "swish"] {
      for value in [-200.0, -90, 90, 200] {
        var network = NetworkDefinition(name: "large")
        let x = try network.input("x", shape: Shape(3))
        let layer = try #require(try registry.get().declaration(of: name, in: .network)).layer([:])
        let y = try network.add(layer, from: [x])
        try network.add(Projection(), from: [y], target: "t")
        let net = Network<Float>(
          try NetworkPlan(network), batch: 1, options: NetworkOptions(keepsEverything: true, wantsInputGradients: true),
          workers: WorkerPool(threads: 1))
        net.initialize(seed: 1)
        net.inputBuffer(0).fill(Float(value))
        net.targetBuffer(0).fill(0)
        net.forward(.training)
        net.backward()
        let gradient = try #require(net.gradient(x)?.buffer[0])
        #expect(net.value(y).buffer[0].isFinite && gradient.isFinite, "\(name)(\(value))")
      }
    }
  }

  @Test func aReductionLeavesALastDimensionOf1() throws {
    let layer = try #require(try registry.get().declaration(of: "product", in: .network)).layer(["factor": .number(1)])
    #expect(try layer.plan([Shape(3, 4), Shape(3, 4)]).outputs == [Shape(3, 1)])
    #expect(throws: ElementError.self) { try layer.plan([Shape(3, 4), Shape(4, 3)]) }
  }

  @Test func whatIsWritten() throws {
    let mish = try #require(try registry.get().declaration(of: "mish", in: .network)).layer([:])
    let formula = try #require(mish.formula([Shape(3)]))
    #expect(formula.value == "({0} * tanh(log(1 + exp({0}))))")
    let swish = try #require(try registry.get().declaration(of: "swish", in: .network)).layer([:])
    #expect(swish.formula([Shape(3)]) == nil && swish.schema.formula == "y = x * sigmoid(beta * x)")
  }

  /// Inputs, parameters, attributes, formula, and what is said of them.
  @Test(arguments: [
    ("x", "", "", "x +", "the expression ends too early"),
    ("x", "", "", "x * exq(x)", "there is no function 'exq'"),
    ("x", "", "", "x * z", "'z' is neither an input, a parameter nor an attribute"),
    ("x y", "", "", "x", "the formula does not read 'y'"),
    ("x", "b", "", "b * x", "'b' has no value to begin with"),
    ("x", "b[rows]=1", "", "b * x", "'b[rows]' has no shape that is known"),
    ("x", "b=much", "", "b * x", "'much' is neither a number nor an attribute"),
    ("x", "b=1", "b=1", "b * x", "'b' is given twice"), ("x", "", "exp=1", "exp * x", "'exp' is a function"),
    ("x", "", "name=1", "name * x", "every layer has an attribute 'name'"),
    ("x", "", "a=1.2.3", "a * x", "'1.2.3' is not a number"), ("2x", "", "", "1", "'2x' is no name"),
    ("x", "b=1", "", "b + 0 * x", "the value of the formula depends on no input"),
  ])
  func whatIsRefused(_ inputs: String, _ parameters: String, _ attributes: String, _ text: String, _ wanted: String) {
    do {
      _ = try definition("own", inputs, parameters, attributes, text)
      Issue.record("\(text) is accepted")
    } catch let fault as LayerDefinition.Fault {
      #expect(fault.message.hasPrefix(wanted), "\(fault.message)")
    } catch {
      Issue.record("\(error)")
    }
  }
}
