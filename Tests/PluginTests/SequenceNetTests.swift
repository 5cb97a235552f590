import ActivationLayers
import ArithmeticLayers
import ConvolutionLayers
import DenseLayers
import LossLayers
import NNCore
import NNInference
import NNKernels
import NNTestSupport
import NNTraining
import NormalizationLayers
import SequenceLayers
import ShapeLayers
import Testing

/// Whole nets of samples that have lengths of their own.
@Suite struct SequenceNetTests {
  enum Net: String, CaseIterable, Sendable {
    /// A residual branch, a layer for every step, the mean.
    case residual
    /// Two convolutions, one of which makes sequences shorter.
    case convolutions
    /// Words, positions, a label for every step.
    case words
    /// A row that has no steps joins every step.
    case broadcast
  }

  private func plan(_ net: Net) throws -> NetworkPlan {
    var definition = NetworkDefinition(name: net.rawValue)
    switch net {
    case .residual:
      let x = try definition.input("x", shape: Shape(7, 4), hasLength: true)
      try definition.add(LayerNorm(), from: [x])
      let bent = try definition.add(Dense(units: 4, perStep: true))
      try definition.add(Sigmoid(), from: [bent])
      let sum = try definition.add(Add(), from: [x, bent])
      try definition.add(Multiply(), from: [sum, x])
      try definition.add(PoolSequence(.mean))
      try definition.add(Dense(units: 3))
      try definition.add(SoftmaxCrossEntropy())
    case .convolutions:
      try definition.input("x", shape: Shape(11, 3), hasLength: true)
      try definition.add(Transpose())
      try definition.add(Conv1D(channels: 4, kernel: 3, padding: nil))
      try definition.add(Tanh())
      try definition.add(Conv1D(channels: 5, kernel: 3, stride: 2))
      try definition.add(Transpose())
      try definition.add(PoolSequence(.max))
      try definition.add(Dense(units: 3))
      try definition.add(SquaredError(), target: "numbers")
    case .words:
      try definition.input("x", shape: Shape(6), hasLength: true, entries: 9)
      try definition.add(Embedding(size: 4))
      try definition.add(Position())
      try definition.add(Dense(units: 5, perStep: true))
      try definition.add(Gelu())
      try definition.add(Dense(units: 3, perStep: true))
      try definition.add(SoftmaxCrossEntropy(perStep: true))
    case .broadcast:
      let x = try definition.input("x", shape: Shape(5, 3), hasLength: true)
      let row = try definition.input("row", shape: Shape(3))
      try definition.add(Add(), from: [x, row])
      try definition.add(
        Divide(), from: [try definition.add(Exponential()), try definition.add(Exponential(), from: [row])])
      try definition.add(PoolSequence(.last))
      try definition.add(SquaredError(), target: "numbers")
    }
    return try NetworkPlan(definition)
  }

  private func network<S: Scalar>(
    _ net: Net, _ type: S.Type, batch: Int = 5, threads: Int = 1, options: NetworkOptions = NetworkOptions()
  ) throws -> Network<S> {
    let network = Network<S>(try plan(net), batch: batch, options: options, workers: WorkerPool(threads: threads))
    RandomData.fill(network, seed: 8)
    network.initialize(seed: 5)
    return network
  }

  /// Everything that a step computes.
  private func results<S: Scalar>(_ network: Network<S>) -> [[S]] {
    network.forward(.training)
    network.backward()
    return [[S(network.loss)], network.prediction.buffer.array, network.gradients.array]
  }

  /// Fills what lies beyond the lengths of the first input, and of targets per step, with NaN.
  private func invalidate<S: Scalar>(_ network: Network<S>) throws {
    func invalidate(_ buffer: Buffer<S>, _ steps: Int, _ lengths: Buffer<Int32>) {
      let width = buffer.count / lengths.count
      for sample in 0..<lengths.count {
        for i in (Int(lengths[sample]) * width / steps)..<width { buffer[sample * width + i] = .nan }
      }
    }
    let lengths = try #require(network.lengths(of: .init(.input(0))))
    let steps = network.plan.definition.inputs[0].shape[0]
    invalidate(network.inputBuffer(0), steps, lengths)
    if network.plan.hasLabelsPerStep { invalidate(network.targetBuffer(0), steps, lengths) }
  }

  @Test(arguments: Net.allCases) func gradientsAreRight(_ net: Net) throws {
    let network = try network(net, Double.self, options: NetworkOptions(wantsInputGradients: true))
    try invalidate(network)
    for result in GradientCheck.run(network, most: nil) {
      #expect(result.error <= GradientCheck.tolerance, "\(net): \(result)")
    }
  }

  @Test(arguments: Net.allCases) func paddingReachesNothing(_ net: Net) throws {
    for threads in [1, 2] {
      let (clean, dirty) = (try network(net, Float.self), try network(net, Float.self, threads: threads))
      try invalidate(dirty)
      #expect(results(clean) == results(dirty))
    }
  }

  @Test(arguments: Net.allCases) func memoryPlansAgree(_ net: Net) throws {
    let kept = try network(net, Double.self, options: NetworkOptions(keepsEverything: true))
    #expect(results(try network(net, Double.self)) == results(kept))
    // Padding and its gradient are 0 everywhere.
    for index in kept.plan.definition.nodes.indices {
      let value = NetworkDefinition.Value(.node(index))
      guard let length = kept.plan.length(of: value), length.axis == 0, let lengths = kept.lengths(of: value) else {
        continue
      }
      for tensor in [kept.value(value)] + (kept.gradient(value).map { [$0] } ?? []) {
        let width = tensor.count / lengths.count
        for sample in 0..<lengths.count {
          let start = sample * width
          let valid = Int(lengths[sample]) * width / tensor.shape[1]
          #expect(tensor.buffer.slice((start + valid)..<(start + width)).array.allSatisfy { $0 == 0 })
        }
      }
    }
  }

  /// Packed layers predict the bits of the net, each sample the same alone, in any batch and in any order.
  @Test(arguments: Net.allCases) func predictionsDoNotDependOnTheBatch(_ net: Net) throws {
    let network = try network(net, Float.self, batch: 9, options: NetworkOptions(isTrained: false))
    network.forward(.inference, computesLoss: false)
    let expected = network.prediction.buffer.array
    let predictor = try Predictor<Float>(
      network.plan, parameters: network.parameters, state: network.state, batch: 4, workers: network.workers)
    let free = network.plan.definition.freeInputs
    let inputs = free.map { network.inputBuffer($0).array }
    let lengths = free.map { network.lengths(of: .init(.input($0)))?.array.map { Int($0) } }
    #expect(try predictor.predict(inputs: inputs, lengths: lengths) == expected)
    let width = predictor.outputCount
    for sample in (0..<9).reversed() {
      let alone = try predictor.predict(
        inputs: zip(inputs, predictor.inputCounts).map { Array($0[(sample * $1)..<((sample + 1) * $1)]) },
        lengths: lengths.map { $0.map { [$0[sample]] } })
      #expect(alone == Array(expected[(sample * width)..<((sample + 1) * width)]))
    }
  }

  @Test func lengthsOutOfRangeAreRefused() throws {
    let network = try network(.convolutions, Float.self)
    let predictor = try Predictor<Float>(
      network.plan, parameters: network.parameters, state: network.state, workers: network.workers)
    #expect(predictor.lengthRanges == [3...11])
    let sample = [Float](repeating: 0, count: 33)
    for length in [0, 2, 12, -1] {
      #expect(throws: (any Error).self) { try predictor.predict(inputs: [sample], lengths: [[length]]) }
    }
    #expect(throws: (any Error).self) { try predictor.predict(inputs: [sample], lengths: [[3, 3]]) }
    _ = try predictor.predict(inputs: [sample], lengths: [[3]])
  }

  @Test func stepsTakeNoMemory() throws {
    guard AllocationCounter.isAvailable else { return }
    for net in Net.allCases {
      let network = try network(net, Float.self, threads: 2)
      let lengths = try #require(network.lengths(of: .init(.input(0))))
      func step() {
        network.setBatch(3)
        network.setLengths(0, to: lengths)
        network.forward(.training)
        network.backward()
        network.setBatch(5)
      }
      step()
      #expect(AllocationCounter.count(step) == 0, "\(net)")
    }
  }
}

/// What layers say to samples that have lengths of their own.
@Suite struct LengthRuleTests {
  private func codes(_ build: (inout NetworkDefinition, NetworkDefinition.Value) throws -> Void) throws -> [String] {
    var definition = NetworkDefinition(name: "net")
    let x = try definition.input("x", shape: Shape(6, 3), hasLength: true)
    do {
      try build(&definition, x)
      _ = try NetworkPlan(definition)
      return []
    } catch let error as DiagnosticError {
      return error.diagnostics.map(\.code)
    } catch let error as ElementError {
      return [error.code]
    }
  }

  @Test func layersThatWouldTakePaddingForDataRefuse() throws {
    let refusing: [any Layer] = [
      Flatten(), Reshape(shape: Shape(3, 6)), Sum(), Mean(), BatchNorm(), LayerNorm(dimensions: 2),
      Slice(start: 0, length: 2), Split(parts: 2), Concat(), Maxout(), Prelu(perChannel: true),
    ]
    for layer in refusing { #expect(try codes { net, x in try net.add(layer, from: [x]) } == ["length-refused"]) }
    #expect(try codes { net, x in try net.add(Dense(units: 2), from: [x]) } == ["shape-mismatch"])
  }

  @Test func lengthsMustBelongTogether() throws {
    #expect(
      try codes { net, x in
        let other = try net.input("other", shape: Shape(6, 3), hasLength: true)
        try net.add(Add(), from: [x, other])
      } == ["length-mismatch"])
    #expect(
      try codes { net, x in
        let fixed = try net.input("fixed", shape: Shape(6, 3))
        try net.add(Add(), from: [x, fixed])
      } == ["length-mismatch"])
    #expect(
      try codes { net, x in
        let bent = try net.add(Tanh(), from: [x])
        try net.add(Concat(axis: "last"), from: [x, bent])
      } == [])
  }

  @Test func convolutionsFollowTheirRule() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(20, 3), hasLength: true)
    try definition.add(Transpose())
    let value = try definition.add(Conv1D(channels: 2, kernel: 4, stride: 3, padding: 1, dilation: 2))
    let plan = try NetworkPlan(definition)
    let length = try #require(plan.length(of: value))
    #expect(length.axis == 1)
    for steps in 5...20 {
      #expect(length.steps(steps) == (steps + 2 - 2 * 3 - 1) / 3 + 1)
    }
    #expect(length.steps(4) == 0)
    #expect(plan.leastSteps(ofInput: 0).steps == 5)
  }

  @Test func stepsStandWhereTheLayerReadsThem() throws {
    #expect(
      try codes { net, x in try net.add(Conv1D(channels: 2, kernel: 3), from: [x]) } == ["length-axis"])
    #expect(
      try codes { net, x in
        try net.add(Transpose(), from: [x])
        try net.add(PoolSequence())
      } == ["length-axis"])
  }

  @Test func indicesAreNoQuantities() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("words", shape: Shape(6), entries: 4)
    #expect(throws: ElementError.self) { try definition.add(Dense(units: 2)) }
    #expect(throws: ElementError.self) { try definition.add(Embedding(size: 2, entries: 3)) }
    try definition.add(Embedding(size: 2))
    #expect(throws: ElementError.self) { try definition.add(Embedding(size: 2)) }
  }

  @Test func aFixedSequenceHasTheStepsOfItsValue() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(4, 2), value: [1, 2, 3, 6], hasLength: true)
    let mean = try definition.add(PoolSequence(.mean))
    let network = Network<Double>(try NetworkPlan(definition), batch: 2, workers: WorkerPool(threads: 1))
    network.forward(.inference)
    #expect(network.value(mean).buffer.array == [2, 4, 2, 4])
    #expect(throws: ElementError.self) {
      try definition.input("y", shape: Shape(4, 2), value: [1, 2, 3], hasLength: true)
    }
  }

  @Test func thePaddingEntryIsNeverTrained() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("words", shape: Shape(3), value: [0, 1, 0], entries: 2)
    try definition.add(Embedding(size: 2, padding: 0))
    try definition.add(SquaredError(), target: "numbers")
    let network = Network<Double>(try NetworkPlan(definition), batch: 1, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    #expect(network.parameters.array[0...1] == [0, 0] && network.parameters.array[2] != 0)
    RandomData.fill(network, seed: 1)
    network.forward(.training)
    network.backward()
    #expect(network.gradients.array[0...1] == [0, 0] && network.gradients.array[2] != 0)
  }
}
