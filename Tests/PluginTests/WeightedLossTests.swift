import NNCore
import NNKernels
import NNTestSupport
import Testing

/// Weights of samples, beside what the conformance suite checks of every loss.
@Suite struct WeightedLossTests {
  static let losses = standardCases.filter { (try? $0.makeLayer(standardRegistry))?.isLoss == true }

  private func harness(_ example: ConformanceCase, batch: Int) throws -> LayerHarness<Double> {
    try LayerHarness<Double>(example, standardRegistry, .init { $0.batch = batch })
  }

  /// Without weights the net is what it was.
  @Test(arguments: losses) func weightsAreTakenAway(_ example: ConformanceCase) throws {
    let (first, second) = (try harness(example, batch: 3), try harness(example, batch: 3))
    let weights = Storage([2.0, 0, 2])
    defer { withExtendedLifetime(weights) {} }
    first.network.bindWeights(weights.buffer)
    first.run()
    first.network.bindWeights(nil)
    first.run()
    second.run()
    #expect(first.results.map(\.values) == second.results.map(\.values))
  }

  /// Samples that weigh nothing have no gradient, and weighing takes no memory in a step.
  @Test(arguments: losses) func nothingCounts(_ example: ConformanceCase) throws {
    let harness = try harness(example, batch: 2)
    let weights = Storage([0.0, 0])
    defer { withExtendedLifetime(weights) {} }
    harness.network.bindWeights(weights.buffer)
    harness.run()
    for gradient in harness.gradients where gradient.name.hasPrefix("gradient of x") {
      #expect(gradient.values.allSatisfy { $0 == 0 }, "\(example): \(gradient.name)")
    }
    #expect(harness.network.loss == 0)
    guard AllocationCounter.isAvailable else { return }
    #expect(AllocationCounter.count { harness.run() } == 0, "\(example)")
  }
}
