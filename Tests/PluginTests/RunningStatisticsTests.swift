import NNCore
import NNKernels
import NormalizationLayers
import Testing

/// The mean and variance that batch normalization keeps for prediction.
@Suite struct RunningStatisticsTests {
  /// Two batches of two channels with momentum 0.25, by hand: the variance of n numbers is divided by n - 1 before it is
  /// kept, and prediction uses what is kept.
  @Test func twoBatches() throws {
    var definition = NetworkDefinition(name: "statistics")
    let x = try definition.input("x", shape: Shape(2))
    let y = try definition.add(BatchNorm(momentum: 0.25, epsilon: 0), from: [x])
    let network = Network<Double>(try NetworkPlan(definition), batch: 4, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    func state(_ index: Int) -> [Double] { network.state.slice(network.plan.states[index].range).array }
    func run(_ numbers: [Double], _ phase: Phase) -> [Double] {
      for (index, number) in numbers.enumerated() { network.inputBuffer(0)[index] = number }
      network.forward(phase, computesLoss: false)
      return network.value(y).buffer.array
    }
    #expect(state(0) == [0, 0] && state(1) == [1, 1])
    // Channel 0 holds 1 3 5 7: mean 4, sum of squares 20. Channel 1 is constant.
    let first = run([1, 2, 3, 2, 5, 2, 7, 2], .training)
    #expect((first[0] + 3 / 5.0.squareRoot()).magnitude < 1e-12)
    #expect((state(0)[0] - 1).magnitude < 1e-12 && (state(0)[1] - 0.5).magnitude < 1e-12)
    #expect((state(1)[0] - (0.75 + 0.25 * 20 / 3)).magnitude < 1e-12 && (state(1)[1] - 0.75).magnitude < 1e-12)
    let kept = (means: state(0), variances: state(1))
    let predicted = run([1, 2, 3, 2, 5, 2, 7, 2], .inference)
    #expect((predicted[2] - (3 - kept.means[0]) / kept.variances[0].squareRoot()).magnitude < 1e-12)
    #expect(state(0) == kept.means && state(1) == kept.variances)
  }

  /// One number says nothing about a variance: the statistics stay what they were.
  @Test func aSingleNumberOfAChannel() throws {
    var definition = NetworkDefinition(name: "statistics")
    let x = try definition.input("x", shape: Shape(2))
    try definition.add(BatchNorm(momentum: 0.5), from: [x])
    let network = Network<Double>(try NetworkPlan(definition), batch: 4, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    #expect(network.plan.layers[0].leastTrainingBatch == 2)
    for index in 0..<8 { network.inputBuffer(0)[index] = Double(index * index) }
    network.forward(.training, computesLoss: false)
    let kept = network.state.array
    network.setBatch(1)
    network.forward(.training, computesLoss: false)
    #expect(network.state.array == kept && kept.contains { $0 != 0 && $0 != 1 })
    #expect(try BatchNorm().plan([Shape(2, 2, 1)]).leastTrainingBatch == 1)
  }
}
