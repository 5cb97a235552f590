import ActivationLayers
import ArithmeticLayers
import ConvolutionLayers
import DenseLayers
import NNCore
import NNInference
import NNKernels
import NNTestSupport
import NormalizationLayers
import Testing

/// Where nothing is trained, a sum is left to the producer of one of its inputs; the oracle is the net with every layer
/// computed by itself, in double precision.
@Suite struct SumFusionTests {
  enum Net: String, CaseIterable, Sendable {
    case residual, narrowing, dense, chain, reading, readLater, input, twice, predicted, spread, three
  }

  /// The net, and the layers that compute something by themselves.
  private func definition(_ net: Net) throws -> (NetworkDefinition, computing: [String]) {
    var d = NetworkDefinition(name: net.rawValue)
    func same(_ channels: Int) -> Conv2D { Conv2D(channels: channels, kernel: Extent(3, 3), padding: .same) }
    let shape = net == .dense || net == .chain ? Shape(20) : Shape(18, 7, 9)
    let x = try d.input("x", shape: shape)
    switch net {
    case .residual:
      let a = try d.add(same(18), name: "a")
      try d.add(Relu(), name: "relu1", from: [a])
      let start = try d.add(same(18), name: "b")
      try d.add(same(18), name: "c")
      try d.add(BatchNorm(), name: "norm")
      try d.add(Relu(), name: "relu2")
      let end = try d.add(same(18), name: "d")
      try d.add(Add(), name: "sum", from: [end, start])
      try d.add(Relu(), name: "relu3")
      return (d, ["a", "b", "c", "d"])
    case .narrowing:
      let left = try d.add(same(18), name: "a", from: [x])
      let right = try d.add(Conv2D(channels: 18, kernel: Extent(1, 1), bias: false), name: "b", from: [x])
      let norm = try d.add(BatchNorm(), name: "norm", from: [right])
      try d.add(Add(), name: "sum", from: [left, norm])
      try d.add(Tanh(), name: "tanh")
      return (d, ["a", "b"])
    case .dense:
      let left = try d.add(Dense(units: 20), name: "a")
      try d.add(Relu(), name: "relu")
      let right = try d.add(Dense(units: 20), name: "b")
      try d.add(Add(), name: "sum", from: [left, right])
      return (d, ["a", "relu", "b"])
    case .chain:
      var value = try d.add(Dense(units: 20), name: "a")
      value = try d.add(Relu(), name: "relu")
      for name in ["b", "c"] {
        try d.add(Dense(units: 6), name: "\(name)1", from: [value])
        try d.add(Relu(), name: "\(name)relu")
        let inner = try d.add(Dense(units: 20), name: "\(name)2")
        value = try d.add(Add(), name: "\(name)sum", from: [value, inner])
      }
      return (d, ["a", "b1", "b2", "c1", "c2"])
    case .reading:
      // The producer reads what it would add to.
      let a = try d.add(same(18), name: "a")
      let b = try d.add(same(18), name: "b", from: [a])
      try d.add(Add(), name: "sum", from: [a, b])
      return (d, ["a", "b", "sum"])
    case .readLater:
      let a = try d.add(same(18), name: "a")
      let b = try d.add(same(18), name: "b", from: [x])
      let sum = try d.add(Add(), name: "sum", from: [a, b])
      try d.add(Multiply(), name: "product", from: [a, sum])
      return (d, ["a", "b", "sum", "product"])
    case .input:
      // The caller's memory is not written to.
      let a = try d.add(same(18), name: "a")
      try d.add(Add(), name: "sum", from: [a, x])
      return (d, ["a", "sum"])
    case .twice:
      let a = try d.add(same(18), name: "a")
      try d.add(Add(), name: "sum", from: [a, a])
      return (d, ["a", "sum"])
    case .predicted:
      let a = try d.add(same(18), name: "a")
      let b = try d.add(same(18), name: "b", from: [x])
      try d.add(Projection(), name: "loss", from: [b])
      try d.add(Add(), name: "sum", from: [a, b])
      return (d, ["b", "loss"])
    case .spread:
      let a = try d.add(same(18), name: "a")
      let b = try d.add(Conv2D(channels: 18, kernel: Extent(7, 9)), name: "b", from: [x])
      try d.add(Add(), name: "sum", from: [a, b])
      return (d, ["a", "b", "sum"])
    case .three:
      let values = try ["a", "b", "c"].map { try d.add(same(18), name: $0, from: [x]) }
      try d.add(Add(), name: "sum", from: values)
      return (d, ["a", "b", "c", "sum"])
    }
  }

  private func network<S: Scalar>(
    _ net: Net, _ type: S.Type, keepsEverything: Bool = false, threads: Int = 1
  ) throws -> Network<S> {
    let network = Network<S>(
      try NetworkPlan(definition(net).0), batch: 5, options: .init(isTrained: false, keepsEverything: keepsEverything),
      workers: WorkerPool(threads: threads))
    network.initialize(seed: 4)
    let random = RandomStream(key: 2)
    for i in 0..<network.inputBuffer(0).count { network.inputBuffer(0)[i] = S(Float(random.normal(UInt64(i)))) }
    for index in network.plan.parameters.indices where network.plan.parameters[index].plan.name == "bias" {
      let bias = network.parameter(index).buffer
      for i in 0..<bias.count { bias[i] = S(i % 5) - 2 }
    }
    return network
  }

  @Test(arguments: Net.allCases) func agreesWithSingleLayers(_ net: Net) throws {
    let kept = try network(net, Double.self, keepsEverything: true)
    kept.forward(.inference, computesLoss: false)
    let expected = kept.prediction.buffer.array
    let size = expected.reduce(0) { max($0, $1.magnitude) }
    func check<S: Scalar>(_ type: S.Type, _ tolerance: Double) throws {
      let network = try network(net, S.self, threads: 2)
      let predictor = try Predictor<S>(
        network.plan, parameters: network.parameters, state: network.state, batch: 2, workers: network.workers)
      let input = network.inputBuffer(0)
      let before = input.array
      let found = Storage<S>(count: expected.count)
      predictor.predict([input], count: 5, into: found.buffer)
      let worst = zip(found.buffer.array, expected).reduce(0) { max($0, (Double($1.0) - $1.1).magnitude) }
      #expect(worst <= tolerance * size, "\(S.self): \(worst / size)")
      #expect(input.array == before)
      network.forward(.inference, computesLoss: false)
      let planned = zip(network.prediction.buffer.array, expected).reduce(0) {
        max($0, (Double($1.0) - $1.1).magnitude)
      }
      #expect(planned <= tolerance * size, "\(S.self): \(planned / size)")
      let inputs = [input]
      #expect(AllocationCounter.count { predictor.predict(inputs, count: 5, into: found.buffer) } == 0)
    }
    try check(Double.self, 1e-13)
    try check(Float.self, 1e-5)
  }

  /// What a producer computes for its neighbour takes no time of its own.
  @Test(arguments: Net.allCases) func sumsAreLeftToProducers(_ net: Net) throws {
    let network = try network(net, Float.self)
    let predictor = try Predictor<Float>(
      network.plan, parameters: network.parameters, state: network.state, batch: 2, workers: network.workers)
    var times = predictor.layerNames.map { _ in 0.0 }
    var now = 0.0
    predictor.profile(
      clock: {
        now += 1
        return now
      }, times: &times)
    #expect(zip(predictor.layerNames, times).filter { $1 > 0 }.map(\.0) == (try definition(net).computing))
  }
}
