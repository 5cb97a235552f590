import NNCore
import NNKernels
import Testing

@Suite struct NetworkTests {
  private let workers = WorkerPool(threads: 2)

  /// Nets of random shape: each layer reads random earlier values, so that values are read never, once or often.
  private func randomDefinition(_ seed: UInt64) throws -> NetworkDefinition {
    let random = RandomStream(key: seed)
    var position: UInt64 = 0
    func draw(_ bound: Int) -> Int {
      position += 1
      return random.integer(below: bound, at: position)
    }
    var definition = NetworkDefinition(name: "random")
    var values = [try definition.input("x", shape: Shape(4)), try definition.input("y", shape: Shape(4))]
    let activations: [Activation] = [.tanh, .sigmoid, .softplus, .silu, .identity, .gelu]
    for _ in 0..<(3 + draw(10)) {
      // Mostly the newest value, so that chains arise that can run in place.
      func pick() -> NetworkDefinition.Value { draw(3) > 0 ? values[values.count - 1] : values[draw(values.count)] }
      switch draw(5) {
      case 0, 1: values.append(try definition.add(Linear(units: 4), from: [pick()], freeze: draw(4) == 0))
      case 2, 3: values.append(try definition.add(Elementwise(activations[draw(activations.count)]), from: [pick()]))
      default:
        let first = try definition.add(SumAndDifference(), from: [pick(), pick()])
        values.append(first)
        if draw(2) == 0 { values.append(.init(first.origin, output: 1)) }
      }
    }
    try definition.add(HalfSquares(), from: [values[values.count - 1]], weight: 0.7)
    if draw(2) == 0 { try definition.add(HalfSquares(), from: [values[draw(values.count)]], target: "other") }
    return definition
  }

  private func fill(_ network: Network<Double>) {
    network.initialize(seed: 5)
    let random = RandomStream(key: 77)
    var position: UInt64 = 0
    func fill(_ buffer: Buffer<Double>) {
      for i in 0..<buffer.count {
        buffer[i] = random.normal(position)
        position += 1
      }
    }
    for index in 0..<network.plan.definition.inputs.count { fill(network.inputBuffer(index)) }
    for index in network.targetNames.indices { fill(network.targetBuffer(index)) }
  }

  /// Sharing memory and fusing must not change a single bit.
  @Test(arguments: 0..<150) func memoryPlanIsInvisible(_ seed: UInt64) throws {
    let plan = try NetworkPlan(randomDefinition(seed))
    let planned = Network<Double>(plan, batch: 3, workers: workers)
    let plain = Network<Double>(plan, batch: 3, options: .init(keepsEverything: true), workers: workers)
    for network in [planned, plain] {
      fill(network)
      network.forward(.training)
      network.backward()
    }
    #expect(planned.loss == plain.loss)
    #expect(planned.prediction.buffer.array == plain.prediction.buffer.array)
    #expect(planned.gradients.array == plain.gradients.array)
    #expect(planned.arenaBytes <= plain.arenaBytes)
    let predicting = Network<Double>(plan, batch: 3, options: .init(isTrained: false), workers: workers)
    fill(predicting)
    predicting.forward(.inference, computesLoss: false)
    #expect(predicting.prediction.buffer.array == plain.prediction.buffer.array)
  }

  @Test(arguments: 0..<60) func gradientsAgreeWithDifferences(_ seed: UInt64) throws {
    let plan = try NetworkPlan(randomDefinition(seed))
    let network = Network<Double>(plan, batch: 2, options: .init(wantsInputGradients: true), workers: workers)
    fill(network)
    network.forward(.training)
    network.backward()
    func difference(_ values: Buffer<Double>, _ index: Int) -> Double {
      let (original, step) = (values[index], 1e-5)
      values[index] = original + step
      network.forward(.training)
      let above = network.loss
      values[index] = original - step
      network.forward(.training)
      let below = network.loss
      values[index] = original
      return (above - below) / (2 * step)
    }
    for (index, parameter) in plan.parameters.enumerated() {
      let gradient = network.parameterGradient(index).buffer.array
      for element in gradient.indices {
        if parameter.isFrozen {
          #expect(gradient[element] == 0)
        } else {
          let expected = difference(network.parameter(index).buffer, element)
          #expect((gradient[element] - expected).magnitude < 1e-7 * max(1, expected.magnitude))
        }
      }
      network.forward(.training)
      network.backward()
    }
    let inputs = (0..<2).map { network.gradient(.init(.input($0)))?.buffer.array }
    for (index, gradient) in inputs.enumerated() {
      for element in 0..<8 {
        let expected = difference(network.inputBuffer(index), element)
        #expect(((gradient?[element] ?? 0) - expected).magnitude < 1e-7 * max(1, expected.magnitude))
      }
    }
  }

  @Test func batchesOfOtherSizes() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(3))
    try definition.add(Linear(units: 5))
    try definition.add(Elementwise(.tanh))
    try definition.add(Linear(units: 2))
    try definition.add(HalfSquares())
    let plan = try NetworkPlan(definition)
    let large = Network<Double>(plan, batch: 7, workers: workers)
    let exact = Network<Double>(plan, batch: 4, workers: workers)
    for network in [large, exact] {
      network.initialize(seed: 1)
      network.setBatch(4)
      let (x, t) = (Storage<Double>(count: 12), Storage<Double>(count: 8))
      for i in 0..<12 { x.buffer[i] = Double(i) / 7 - 0.8 }
      network.bindInput(0, to: x.buffer)
      network.bindTarget(0, to: t.buffer)
      network.forward(.training)
      network.backward()
      withExtendedLifetime((x, t)) {}
    }
    #expect(large.gradients.array == exact.gradients.array)
    #expect(large.loss == exact.loss)
    #expect(large.prediction.shape == Shape(4, 2))
  }

  @Test func sharedParametersAddTheirGradients() throws {
    func net(shares: Bool) throws -> Network<Double> {
      var definition = NetworkDefinition(name: "net")
      let x = try definition.input("x", shape: Shape(3))
      try definition.add(Linear(units: 3), name: "a", from: [x])
      try definition.add(Elementwise(.tanh))
      try definition.add(Linear(units: 3), name: "b", share: shares ? "a" : nil)
      try definition.add(HalfSquares())
      let network = Network<Double>(try NetworkPlan(definition), batch: 2, workers: workers)
      fill(network)
      return network
    }
    let shared = try net(shares: true)
    let apart = try net(shares: false)
    #expect(shared.plan.parameterCount == 9)
    for index in 0..<2 { apart.parameter(index).buffer.copy(from: shared.parameter(0).buffer) }
    for network in [shared, apart] {
      network.forward(.training)
      network.backward()
    }
    let sum = zip(apart.parameterGradient(0).buffer.array, apart.parameterGradient(1).buffer.array).map { $1 + $0 }
    for (one, two) in zip(shared.parameterGradient(0).buffer.array, sum) { #expect((one - two).magnitude < 1e-14) }
  }

  @Test func everythingThatDoesNotFitIsReported() throws {
    var definition = NetworkDefinition(name: "net")
    let x = try definition.input("x", shape: Shape(3))
    let y = try definition.input("y", shape: Shape(2, 2))
    let sum = try definition.add(SumAndDifference(), from: [x, y])
    try definition.add(Elementwise(.tanh), from: [sum])
    try definition.add(Linear(units: 2), from: [y])
    let error = #expect(throws: DiagnosticError.self) { try NetworkPlan(definition) }
    #expect(error?.diagnostics.map(\.code) == ["shape-mismatch", "shape-mismatch"])
    #expect(error?.diagnostics.map(\.message) == ["3 and 2x2 differ", "needs rank 1, not 2x2"])
  }

  @Test func namesAreGivenAndChecked() throws {
    var definition = NetworkDefinition(name: "net")
    #expect(throws: ElementError.self) { try definition.add(Linear(units: 1)) }
    try definition.input("x", shape: Shape(3))
    try definition.add(Linear(units: 3), name: "linear2")
    try definition.add(Linear(units: 3))
    try definition.add(Linear(units: 3))
    #expect(definition.nodes.map(\.name) == ["linear2", "linear3", "linear4"])
    let error = #expect(throws: ElementError.self) { try definition.add(Linear(units: 3), name: "x") }
    #expect(error?.code == "duplicate-name")
    #expect(throws: ElementError.self) { try definition.add(Linear(units: 3), share: "nobody") }
  }

  @Test func firstLayerThatIsNotFinite() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(2))
    try definition.add(Linear(units: 2), name: "one")
    try definition.add(Elementwise(.tanh), name: "two")
    try definition.add(Linear(units: 2), name: "three")
    try definition.add(HalfSquares())
    let network = Network<Double>(try NetworkPlan(definition), batch: 1, workers: workers)
    fill(network)
    #expect(network.firstNonFinite(.training, step: 0) == nil)
    network.parameter(1)[0] = .nan
    #expect(network.firstNonFinite(.training, step: 0)?.node == 2)
    #expect(network.firstNonFinite(.training, step: 0)?.isParameter == true)
    network.inputBuffer(0)[0] = .infinity
    network.parameter(0)[0] = 0
    #expect(network.firstNonFinite(.training, step: 0)?.node == 0)
  }

  /// Memory that was freed comes back with another size: a buffer at the address of a shorter one is a longer one.
  @Test func buffersAtTheSameAddress() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(2))
    try definition.add(HalfSquares())
    let network = Network<Double>(try NetworkPlan(definition), batch: 4, workers: workers)
    let (inputs, targets) = (Storage<Double>(count: 8), Storage<Double>(count: 8))
    for batch in [1, 4] {
      network.setBatch(batch)
      network.bindInput(0, to: inputs.buffer.slice(from: 0, count: 2 * batch))
      network.bindTarget(0, to: targets.buffer.slice(from: 0, count: 2 * batch))
      network.forward(.inference)
      #expect(network.prediction.count == 2 * batch && network.loss == 0)
    }
  }

  @Test func warnings() throws {
    var definition = NetworkDefinition(name: "net")
    let x = try definition.input("x", shape: Shape(2))
    try definition.add(Linear(units: 2), name: "unread", from: [x])
    try definition.add(Linear(units: 2), name: "one", from: [x])
    try definition.add(Linear(units: 2), name: "two")
    try definition.add(HalfSquares())
    #expect(try NetworkPlan(definition).warnings.map(\.code) == ["unread-output", "linear-after-linear"])
  }
}
