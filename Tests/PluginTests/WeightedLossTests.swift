import NNCore
import NNKernels
import NNTestSupport
import Testing

/// Weights of samples: a whole number weighs like so many copies of the sample.
@Suite struct WeightedLossTests {
  static let losses = standardCases.filter { (try? $0.makeLayer(standardRegistry))?.isLoss == true }

  private func harness(_ example: ConformanceCase, batch: Int) throws -> LayerHarness<Double> {
    try LayerHarness<Double>(example, standardRegistry, .init { $0.batch = batch })
  }

  /// The rows of a batch that is copied to another one.
  private func copy(_ rows: [Int], _ from: Buffer<Double>, batch: Int, to: Buffer<Double>) {
    let width = from.count / batch
    for (row, source) in rows.enumerated() {
      to.slice(from: row * width, count: width).copy(from: from.slice(from: source * width, count: width))
    }
  }

  @Test(arguments: losses) func copiesWeighAlike(_ example: ConformanceCase) throws {
    let (weighted, copied) = (try harness(example, batch: 3), try harness(example, batch: 4))
    let rows = [0, 0, 2, 2]
    var kept: [Storage<Int32>] = []
    for index in example.inputs.indices {
      let input = NetworkDefinition.Value(.input(index))
      copy(rows, weighted.network.inputBuffer(index), batch: 3, to: copied.network.inputBuffer(index))
      if let lengths = weighted.network.lengths(of: input) {
        let own = Storage(rows.map { lengths[$0] })
        copied.network.setLengths(index, to: own.buffer)
        kept.append(own)
      }
    }
    for index in weighted.network.targetNames.indices {
      copy(rows, weighted.network.targetBuffer(index), batch: 3, to: copied.network.targetBuffer(index))
    }
    // The sample in the middle does not count at all.
    let weights = Storage([2.0, 0, 2])
    defer { withExtendedLifetime((weights, kept)) {} }
    weighted.network.bindWeights(weights.buffer)
    weighted.run()
    copied.run()
    #expect(abs(weighted.network.loss - copied.network.loss) < 1e-12 * max(1, abs(copied.network.loss)), "\(example)")
    let (gradients, others) = (weighted.gradients, copied.gradients)
    for (gradient, other) in zip(gradients, others) where gradient.name.hasPrefix("gradient of x") {
      let width = gradient.values.count / 3
      for i in 0..<width {
        for (row, pair) in [(0, [0, 1]), (2, [2, 3])] {
          let sum = pair.reduce(0) { $0 + other.values[$1 * width + i] }
          #expect(
            abs(gradient.values[row * width + i] - sum) < 1e-12 * max(1, abs(sum)), "\(example): \(gradient.name)")
        }
        #expect(gradient.values[width + i] == 0, "\(example): \(gradient.name)")
      }
    }
    // Without weights the net is what it was.
    weighted.network.bindWeights(nil)
    weighted.run()
    #expect(weighted.network.loss == (try harness(example, batch: 3)).ran.network.loss)
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

extension LayerHarness {
  /// The harness after a step.
  fileprivate var ran: Self {
    run()
    return self
  }
}
