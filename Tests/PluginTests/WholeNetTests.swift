import ActivationLayers
import DenseLayers
import LossLayers
import NNCore
import NNInference
import NNKernels
import NNTestSupport
import NNTraining
import RegularizationLayers
import ShapeLayers
import Testing

/// Nets as people write them, rather than one layer at a time.
@Suite struct WholeNetTests {
  enum Net: String, CaseIterable, Sendable {
    case classifier, branches, autoencoder, narrowing
  }

  private func plan(_ net: Net) throws -> NetworkPlan {
    var definition = NetworkDefinition(name: net.rawValue)
    let x = try definition.input("x", shape: Shape(6))
    switch net {
    case .classifier:
      try definition.add(Dense(units: 8))
      try definition.add(Relu())
      try definition.add(Dense(units: 4))
      try definition.add(SoftmaxCrossEntropy())
    case .branches:
      let halves = try definition.add(Split(parts: 2), from: [x])
      let left = try definition.add(Dense(units: 5), from: [halves])
      let bent = try definition.add(Prelu(perChannel: true), from: [left])
      let right = try definition.add(Dense(units: 4), from: [.init(halves.origin, output: 1)])
      let dropped = try definition.add(Dropout(rate: 0.4), from: [right])
      try definition.add(Tanh(), from: [dropped])
      let joined = try definition.add(Concat(), from: [bent, dropped, x])
      try definition.add(Maxout(pieces: 3), from: [joined])
      try definition.add(Dense(units: 3))
      try definition.add(LogSoftmax())
      try definition.add(Huber(delta: 0.5), target: "numbers", weight: 0.3)
      try definition.add(Hinge(), from: [joined], target: "label", weight: 2)
    case .autoencoder:
      try definition.add(Dense(units: 3), name: "code")
      try definition.add(Sigmoid())
      try definition.add(Dense(units: 6, bias: false))
      try definition.add(Reshape(shape: Shape(2, 3)))
      try definition.add(Gelu())
      try definition.add(Flatten())
      try definition.add(SquaredError(), target: "numbers")
    case .narrowing:
      // Dense layers in a row, which the predictor makes one.
      try definition.add(Dense(units: 2))
      try definition.add(Dropout(rate: 0.2))
      try definition.add(Dense(units: 7))
      try definition.add(Dense(units: 2, bias: false))
      try definition.add(SoftmaxCrossEntropy(labelSmoothing: 0.1))
    }
    return try NetworkPlan(definition)
  }

  private func network<S: Scalar>(
    _ net: Net, _ type: S.Type, batch: Int = 5, threads: Int = 1, options: NetworkOptions = NetworkOptions()
  ) throws -> Network<S> {
    let network = Network<S>(
      try plan(net), batch: batch, options: options, workers: WorkerPool(threads: threads))
    let random = RandomStream(key: 3)
    var position: UInt64 = 0
    func fill(_ buffer: Buffer<S>) {
      for i in 0..<buffer.count {
        buffer[i] = S(Double(Float(random.normal(position))))
        position += 1
      }
    }
    fill(network.inputBuffer(0))
    for (index, name) in network.targetNames.enumerated() {
      let buffer = network.targetBuffer(index)
      if case .classes(let count, _)? = network.plan.targets[name] {
        for i in 0..<buffer.count { buffer[i] = S(i * 7 % count) }
      } else {
        fill(buffer)
      }
    }
    position = 1000
    for index in network.plan.parameters.indices { fill(network.parameter(index).buffer) }
    return network
  }

  @Test(arguments: Net.allCases) func gradients(_ net: Net) throws {
    let network = try network(net, Double.self, options: .init(wantsInputGradients: true))
    for result in GradientCheck.run(network, most: nil) {
      #expect(result.error < GradientCheck.tolerance, "\(result.name) \(result.worst)")
      #expect(result.excluded * 10 <= result.compared)
    }
  }

  @Test(arguments: Net.allCases) func memoryPlanThreadsAndMemory(_ net: Net) throws {
    let kept = try network(net, Double.self, options: .init(keepsEverything: true))
    for threads in [1, 2, 3] {
      let planned = try network(net, Double.self, threads: threads)
      for network in [kept, planned] {
        network.forward(.training, step: 9)
        network.backward()
      }
      #expect(planned.loss == kept.loss)
      #expect(planned.prediction.buffer.array == kept.prediction.buffer.array)
      #expect(planned.gradients.array == kept.gradients.array)
      let taken = AllocationCounter.count {
        planned.forward(.training, step: 10)
        planned.backward()
        planned.forward(.inference, computesLoss: false)
      }
      #expect(taken == 0)
    }
  }

  @Test(arguments: Net.allCases) func predictor(_ net: Net) throws {
    let network = try network(net, Double.self)
    network.forward(.inference)
    let predictor = try Predictor<Double>(
      network.plan, parameters: network.parameters, state: network.state, workers: network.workers)
    let predictions = try predictor.predict(network.inputBuffer(0).array)
    let expected = network.prediction.buffer.array
    #expect(predictions.count == expected.count)
    for (a, b) in zip(predictions, expected) { #expect((a - b).magnitude <= 1e-12 * max(1, b.magnitude)) }
    if net != .narrowing { #expect(predictions == expected) }
    let merged = predictor.layerNames.count
    if net == .narrowing { #expect(merged < network.plan.definition.nodes.count - 1) }
  }

  /// A batch that is cut into parts for the threads gives every sample the bits that it has alone, and takes no memory
  /// from the second call on.
  @Test(arguments: Net.allCases) func partsOfABatch(_ net: Net) throws {
    let network = try network(net, Float.self)
    let random = RandomStream(key: 5)
    func predictor(batch: Int, threads: Int) throws -> Predictor<Float> {
      try Predictor<Float>(
        network.plan, parameters: network.parameters, state: network.state, batch: batch,
        workers: WorkerPool(threads: threads))
    }
    let alone = try predictor(batch: 1, threads: 1)
    let count = 4003
    let input = Storage<Float>((0..<(count * alone.inputCounts[0])).map { Float(random.normal(UInt64($0))) })
    let expected = try alone.predict(input.array)
    let inputs = [input.buffer]
    for threads in 2...3 {
      let predictor = try predictor(batch: 4000, threads: threads)
      let output = Storage<Float>(count: count * predictor.outputCount)
      predictor.predict(inputs, count: count, into: output.buffer)
      #expect(output.array == expected)
      if AllocationCounter.isAvailable {
        #expect(AllocationCounter.count { predictor.predict(inputs, count: count, into: output.buffer) } == 0)
      }
    }
    withExtendedLifetime(input) {}
  }

  @Test(arguments: Net.allCases) func singlePrecision(_ net: Net) throws {
    let (single, double) = (try network(net, Float.self), try network(net, Double.self))
    single.forward(.training)
    single.backward()
    double.forward(.training)
    double.backward()
    #expect((single.loss - double.loss).magnitude < 1e-5 * max(1, double.loss))
    let size = double.gradients.array.reduce(0) { max($0, $1.magnitude) }
    for (a, b) in zip(single.gradients.array, double.gradients.array) {
      #expect((Double(a) - b).magnitude < 1e-5 * size)
    }
  }
}
