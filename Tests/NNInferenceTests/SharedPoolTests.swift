import NNCore
import NNInference
import NNKernels
import NNModel
import NNTestSupport
import Synchronization
import Testing

/// Predictors on several threads that share one pool: each must give what it gives alone.
@Suite struct SharedPoolTests {
  private static let nets = [
    """
    <input name="x" shape="64"/><dense name="fc1" units="300"/><relu/><dense name="fc2" units="10"/>
    <softmaxCrossEntropy/>
    """,
    """
    <input name="x" shape="2x12x12"/><conv2d name="c1" channels="20" kernel="5"/><relu/><maxPool2d kernel="2"/>
    <conv2d name="c2" channels="24" kernel="3" padding="1"/><groupNorm name="n" groups="4"/><gelu/><flatten/>
    <dense name="fc" units="33"/>
    """,
  ]

  private func plan(_ net: String) throws -> NetworkPlan {
    let model = try ModelLoader(registry: standardRegistry).load(
      text: #"<model xmlns="urn:nnrun:model:1" name="net"><network>\#(net)</network></model>"#, file: "net.xml")
    return try NetworkPlan(model.makeNetworkDefinition())
  }

  private struct Case: Sendable {
    let samples: [Float]
    let expected: [Float]
  }

  @Test(arguments: nets, [1, 90]) func predictorsOnManyThreads(_ net: String, _ batch: Int) throws {
    let plan = try plan(net)
    let workers = WorkerPool(threads: 3)
    let network = Network<Float>(plan, batch: 1, options: NetworkOptions(isTrained: false), workers: workers)
    network.initialize(seed: 7)
    func predictor(_ workers: WorkerPool) throws -> Predictor<Float> {
      try Predictor(plan, parameters: network.parameters, state: network.state, batch: 90, workers: workers)
    }
    let width = plan.definition.inputs[0].shape.elementCount
    let alone = try predictor(WorkerPool(threads: 1))
    var random = SystemRandomNumberGenerator()
    let cases = try (0..<8).map { _ in
      let samples = (0..<(width * batch)).map { _ in Float.random(in: -1...1, using: &random) }
      return Case(samples: samples, expected: try alone.predict(samples))
    }
    let wrong = Atomic<Int>(0)
    let turns = batch == 1 ? 1000 : 40
    let threads = try (0..<4).map { first in
      nonisolated(unsafe) let own = try predictor(workers)
      return try #require(
        TestThread {
          for turn in 0..<turns {
            let it = cases[(first + turn) % cases.count]
            if (try? own.predict(it.samples)) != it.expected { wrong.add(1, ordering: .relaxed) }
          }
        })
    }
    for thread in threads { thread.join() }
    let found = wrong.load(ordering: .relaxed)
    #expect(found == 0, "\(found) of \(4 * turns) are wrong")
  }
}
