import NNCore
import NNData
import NNKernels
import NNModel
import StandardLayers
import Testing

@testable import NNTraining

/// Batches of short sequences are trained by nets of fewer steps, with the gradients of the whole net.
@Suite struct ShorterTrainingTests {
  private static let nets: [(layers: String, isShorter: Bool)] = [
    (
      #"<dense units="6" each="step"/><position kind="learned"/><tanh/><poolSequence take="mean"/><dense units="3"/>"#,
      true
    ),
    (
      #"<dense units="8" each="step"/><attention heads="2"/><layerNorm/><poolSequence take="max"/><dense units="3"/>"#,
      true
    ),
    (
      #"<transpose/><conv1d channels="5" kernel="3"/><relu/><transpose/><gru units="4" return="last"/><dense units="3"/>"#,
      true
    ),
    // What the loss compares has steps itself.
    (#"<lstm units="3"/>"#, false),
  ]

  private func plan(_ net: (layers: String, isShorter: Bool)) throws -> NetworkPlan {
    var registry = Registry()
    try registerStandardLayers(into: &registry)
    let loss = net.isShorter ? "<softmaxCrossEntropy/>" : #"<softmaxCrossEntropy each="step"/>"#
    let text =
      #"<model xmlns="urn:nnrun:model:1" name="m"><network><input name="x" shape="40x3" length="varying"/>\#(net.layers)"#
      + "\(loss)</network></model>"
    return try NetworkPlan(
      ModelLoader(registry: registry).load(text: text, file: "m.xml", sections: .network).makeNetworkDefinition())
  }

  /// Samples of at most so many steps. What lies beyond a length is no number that anything may read.
  private func samples(_ plan: NetworkPlan, longest: Int, count: Int = 12) throws -> Dataset {
    let random = RandomStream(key: UInt64(longest))
    let lengths = (0..<count).map { 4 + random.integer(below: longest - 3, at: UInt64($0)) }
    let numbers = (0..<(count * 120)).map { Float(random.normal(UInt64(500 + $0))) }
    let form = try #require(plan.targets.values.first)
    let labels = (0..<(count * form.shape.elementCount)).map {
      Int32(random.integer(below: 3, at: UInt64(90_000 + $0)))
    }
    return try Dataset(
      inputs: [
        DataArray(name: "x", form: .values(Shape(40, 3)), elements: .floats(numbers)).sequences(
          lengths: lengths, file: "x")
      ], targets: [DataArray(name: "label", form: form, elements: .labels(labels))])
  }

  private func network(_ plan: NetworkPlan, threads: Int = 1) -> Network<Double> {
    let network = Network<Double>(plan, batch: 12, workers: WorkerPool(threads: threads))
    network.initialize(seed: 7)
    return network
  }

  @Test(arguments: nets.indices, [5, 9, 10, 17, 20, 21, 40]) func gradientsAreThoseOfTheWholeNet(
    _ index: Int, _ longest: Int
  ) throws {
    let plan = try plan(Self.nets[index])
    let set = try InputBinding(plan).bind(samples(plan, longest: longest), for: .training)
    let (short, whole) = (network(plan), network(plan))
    let networks = SequenceNetworks(short)
    // What an earlier batch has left must not stay.
    for network in [short, whole] { network.gradients.fill(9) }
    for index in short.plan.parameters.indices { short.parameterGradient(index).buffer.fill(5) }
    let bindings = FeedBindings(whole, set)
    let feeds = [0, 1].map { _ in BatchFeed<Double>(set, FeedSettings(batch: 12), workers: short.workers) }
    // Nets read the memory of their feeds.
    defer { withExtendedLifetime(feeds) {} }
    bindings.bind(whole, feeds[0], count: feeds[0].next())
    _ = feeds[1].next()
    let used = networks.bind(bindings, feeds[1], 0..<12)
    let most = (0..<12).reduce(0) { max($0, Int(feeds[1].lengths(0)?[$1] ?? 0)) }
    #expect(
      used.plan.definition.inputs[0].shape[0]
        == (Self.nets[index].isShorter ? most <= 10 ? 10 : most <= 20 ? 20 : 40 : 40))
    for network in [used, whole] {
      network.forward(.training, step: 1)
      network.backward()
    }
    #expect(used.loss == whole.loss)
    for index in plan.parameters.indices {
      let (one, other) = (short.parameterGradient(index).buffer, whole.parameterGradient(index).buffer)
      for i in 0..<one.count { #expect(abs(one[i] - other[i]) < 1e-12, "\(plan.parameters[index].name)") }
    }
  }

  /// A run is the same on any number of threads, and evaluation has the bits of the whole net.
  @Test(arguments: nets.indices) func threadsDoNotMatter(_ index: Int) throws {
    let plan = try plan(Self.nets[index])
    let set = try samples(plan, longest: 18, count: 40)
    func trained(_ threads: Int, shards: Int) throws -> (parameters: [Double], loss: Double) {
      let network = network(plan, threads: threads)
      let trainer = try Trainer(
        network, settings: TrainingSettings(length: .epochs(3), batch: 4, seed: 3, shards: shards), trainingSet: set)
      _ = try trainer.run()
      let loss = try trainer.evaluate(set).loss
      // Shards add losses up in another order.
      if shards == 1 { #expect(try evaluate(network, on: set).loss == loss) }
      return (network.parameters.array, loss)
    }
    for shards in [1, 2] {
      let (one, two) = (try trained(1, shards: shards), try trained(2, shards: shards))
      #expect(one.parameters == two.parameters && one.loss == two.loss && one.loss.isFinite)
    }
  }
}
