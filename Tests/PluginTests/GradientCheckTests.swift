import ActivationLayers
import LossLayers
import NNCore
import NNKernels
import NNTraining
import Testing

/// y = f(x), element by element, with a slope that may be a wrong one.
private struct Elementwise: DeclaredLayer {
  static let schema = ElementSchema(
    .layer, "elementwise", namespace: "urn:nnrun:tests:1", summary: "A function of each element.",
    example: "<elementwise/>")

  var value: @Sendable (Double) -> Double
  var slope: @Sendable (Double) -> Double

  init(attributes: Attributes) throws { self.init({ $0 }, { _ in 1 }) }

  init(_ value: @escaping @Sendable (Double) -> Double, _ slope: @escaping @Sendable (Double) -> Double) {
    self.value = value
    self.slope = slope
  }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(outputs: inputs, backwardNeeds: .inputs, forwardOperations: 1, backwardOperations: 1)
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    for i in 0..<context.input.count { context.output[i] = S(value(Double(context.input[i]))) }
  }

  func backward<S: Scalar>(_ context: BackwardContext<S>) {
    guard context.downstream[0].isWanted else { return }
    for i in 0..<context.inputs[0].count {
      context.downstream[0].put(context.upstream[0][i] * S(slope(Double(context.inputs[0][i]))), at: i)
    }
  }
}

/// y = k x, k being the number of training passes so far: a pass changes what the next one computes.
private struct Counting: DeclaredLayer {
  static let schema = ElementSchema(
    .layer, "counting", namespace: "urn:nnrun:tests:1", summary: "Times the number of passes.", example: "<counting/>")

  init(attributes: Attributes) throws {}
  init() {}

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: inputs, state: [StatePlan("passes", Shape(1))], backwardNeeds: [], forwardOperations: 1,
      backwardOperations: 1)
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    if context.phase == .training { context.state[0][0] += 1 }
    for i in 0..<context.input.count { context.output[i] = context.state[0][0] * context.input[i] }
  }

  func backward<S: Scalar>(_ context: BackwardContext<S>) {
    for i in 0..<context.upstream[0].count {
      context.downstream[0].put(context.state[0][0] * context.upstream[0][i], at: i)
    }
  }
}

/// What the gradient check takes for evidence.
@Suite struct GradientCheckTests {
  private func check(_ layer: any Layer, at values: [Double]) throws -> (GradientCheck.Result, state: [Double]) {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(values.count))
    try definition.add(layer)
    try definition.add(SquaredError(reduction: .sum))
    let network = Network<Double>(
      try NetworkPlan(definition), batch: 1, options: NetworkOptions(wantsInputGradients: true),
      workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    for (index, value) in values.enumerated() {
      network.inputBuffer(0)[index] = value
      network.targetBuffer(0)[index] = 3 + Double(index)
    }
    let results = GradientCheck.run(network)
    #expect(results.count == 1 && network.inputBuffer(0).array.prefix(values.count) == values[...])
    return (try #require(results.first), network.state.array)
  }

  @Test func stateIsPutBack() throws {
    let (result, state) = try check(Counting(), at: [1, -2])
    #expect(!result.isWrong && result.compared == 2)
    #expect(state.first == 0)
  }

  /// At 0, beside 0 within the step, and far from it.
  @Test func kinks() throws {
    let (result, _) = try check(Elementwise({ max(0, $0) }, { $0 > 0 ? 1 : 0 }), at: [0, 3e-6, -3e-6, 1e-7, 1, -1])
    #expect(!result.isWrong && result.compared >= 4)
    let jump = try check(Elementwise({ $0 > 0 ? 1 : 0 }, { _ in 0 }), at: [0, 1e-9, 1]).0
    #expect(!jump.isWrong && jump.excluded >= 1)
  }

  /// A function that bends too sharply for the step is no evidence, though its differences are far off.
  @Test func bends() throws {
    let sharp = Elementwise({ Double.exp($0 * 2e4) }, { 2e4 * Double.exp($0 * 2e4) })
    #expect(try !check(sharp, at: [0, 1e-5]).0.isWrong)
  }

  @Test func lossesThatAreNotFinite() throws {
    let (result, _) = try check(Elementwise({ Double.log($0) }, { 1 / $0 }), at: [-1, 2])
    #expect(!result.isWrong && result.compared == 0 && result.excluded == 2)
  }

  /// Wrong slopes are found at smooth places, at the sides of kinks, and where they are small.
  @Test func wrongSlopesAreFound() throws {
    let wrong: [(Elementwise, [Double])] = [
      (Elementwise({ $0 * $0 }, { 2 * $0 * (1 + 1e-5) }), [1.5]),
      (Elementwise({ max(0, $0) }, { $0 > 0 ? 1.1 : 0 }), [1, -1]),
      (Elementwise({ max(0, $0) }, { _ in 5 }), [0]),
      (Elementwise({ $0 }, { _ in .nan }), [1]),
      (Elementwise({ $0 }, { _ in 0 }), [1]),
    ]
    for (index, (layer, values)) in wrong.enumerated() {
      #expect(try check(layer, at: values).0.isWrong, "\(index)")
    }
  }
}
