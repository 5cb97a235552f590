import DenseLayers
import LossLayers
import NNCore
import NNInference
import NNKernels
import NNTestSupport
import Testing

@testable import NNData
@testable import NNTraining

@Suite struct AllocationTests {
  private func samples() throws -> Dataset {
    let source = try RandomSource(
      attributes: Attributes(
        ["samples": .integer(200), "shape": .shape(Shape(12)), "classes": .integer(4)], for: RandomSource.schema))
    return try source.read(SourceContext(folder: "."))
  }

  private func network(_ set: Dataset) throws -> Network<Float> {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(12))
    try definition.add(Dense(units: 16))
    try definition.add(Dense(units: 4))
    try definition.add(SoftmaxCrossEntropy())
    let network = Network<Float>(
      try NetworkPlan(definition, targets: set.targetForms), batch: 16, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    return network
  }

  /// Everything that a step does: the batch, both passes, the scores, the update; and the batch gathered meanwhile.
  @Test(arguments: [Prefetching.never, .always])
  func stepsTakeNoMemory(_ prefetching: Prefetching) throws {
    guard AllocationCounter.isAvailable else { return }
    let set = try samples()
    let network = try network(set)
    var settings = FeedSettings(
      batch: 16, shuffleSeed: 1, preprocessing: [AffinePreprocessing(scales: [2], shifts: [1])])
    settings.prefetching = prefetching
    let feed = BatchFeed<Float>(set, settings, workers: network.workers)
    #expect((feed.prefetcher != nil) == (prefetching == .always))
    let bindings = FeedBindings(network, set)
    let update = ParameterUpdate<Float>(network, Adam())
    var scores = Evaluation(network.plan)
    var step = 0
    func run() {
      bindings.bind(network, feed, count: feed.next())
      network.forward(.training, step: UInt64(step))
      scores.add(network)
      network.backward()
      step += 1
      update.apply(step: step, rate: 0.01, clipNorm: 1, clipValue: 1)
    }
    for _ in 0..<14 { run() }
    // More than an epoch, so that a new order is drawn and the batch size changes.
    let count = AllocationCounter.count(alsoOn: feed.prefetcher?.thread.systemIdentifier) {
      for _ in 0..<30 { run() }
    }
    #expect(count == 0)
  }

  @Test func predictionsTakeNoMemory() throws {
    guard AllocationCounter.isAvailable else { return }
    let network = try network(try samples())
    let predictor = try Predictor<Float>(
      network.plan, parameters: network.parameters, state: network.state, batch: 8, workers: network.workers)
    let input = Storage<Float>(count: 12 * 20)
    let output = Storage<Float>(count: 4 * 20)
    let inputs = [input.buffer]
    predictor.predict(inputs, count: 20, into: output.buffer)
    #expect(
      AllocationCounter.count {
        predictor.predict(inputs, count: 20, into: output.buffer)
        predictor.predict(inputs, count: 1, into: output.buffer)
      } == 0)
  }
}
