import ActivationLayers
import ArithmeticLayers
import ConvolutionLayers
import DenseLayers
import NNCore
import NNInference
import NNKernels
import NormalizationLayers
import RegularizationLayers
import ShapeLayers
import Testing

/// A layer of somebody else's: each channel times the exponential of a parameter.
private struct ChannelGain: DeclaredLayer {
  static let schema = ElementSchema(
    .layer, "channelGain", namespace: "urn:nnrun:tests:1", summary: "Scales each channel.", example: "<channelGain/>")

  init(attributes: Attributes) throws {}
  init() {}

  var facts: LayerFacts {
    LayerFacts(
      channelMap: .init { channels, parameters, _ in
        (parameters[0].map { Double.exp($0) }, [Double](repeating: 0, count: channels))
      })
  }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: inputs, parameters: [ParameterPlan("gain", Shape(inputs[0][0]), initializer: .zeros, decays: false)],
      backwardNeeds: .inputs, forwardOperations: 1, backwardOperations: 1)
  }

  func forward<S: Scalar>(_ c: ForwardContext<S>) {
    let channels = c.parameters[0].count
    let pixels = c.input.count / c.batch / channels
    for i in 0..<c.input.count { c.output[i] = c.input[i] * S.exp(c.parameters[0][i / pixels % channels]) }
  }

  func backward<S: Scalar>(_ c: BackwardContext<S>) {}
}

/// Maps of channels become part of the layers that make the channels; the oracle is the net as it was trained, in double
/// precision. `ExchangeTests` compares such a net with PyTorch.
@Suite struct FoldingTests {
  enum Net: String, CaseIterable, Sendable {
    case convolutions, grouped, sequences, transposed, dense, severalDense, constants, foreign, shared, vanishing
    case input, sum, severalReaders, flattened, readTwice, activated
    case pooled, pooledFirst, pooledTiles, pooledWindows, pooledLater
  }

  /// The net, and the layers that remain of it.
  private func definition(_ net: Net) throws -> (NetworkDefinition, remaining: [String]) {
    var d = NetworkDefinition(name: net.rawValue)
    switch net {
    case .convolutions:
      try d.input("x", shape: Shape(3, 9, 8))
      try d.add(Conv2D(channels: 18, kernel: Extent(3, 3), padding: .same, bias: false), name: "a")
      try d.add(BatchNorm(), name: "norm1")
      try d.add(Relu(), name: "relu")
      try d.add(Conv2D(channels: 17, kernel: Extent(3, 3), stride: Extent(2, 2)), name: "b")
      try d.add(BatchNorm(affine: false), name: "norm2")
      return (d, ["a", "relu", "b"])
    case .grouped:
      try d.input("x", shape: Shape(6, 5, 5))
      try d.add(Conv2D(channels: nil, kernel: Extent(3, 3), groups: nil, bias: false), name: "a")
      try d.add(BatchNorm(), name: "norm1")
      try d.add(Conv2D(channels: 8, kernel: Extent(1, 1), groups: 2), name: "b")
      try d.add(BatchNorm(), name: "norm2")
      return (d, ["a", "b"])
    case .sequences:
      try d.input("x", shape: Shape(4, 11))
      try d.add(Conv1D(channels: 5, kernel: 3, bias: false), name: "a")
      try d.add(BatchNorm(), name: "norm")
      try d.add(LeakyRelu(slope: 0.2), name: "relu")
      return (d, ["a", "relu"])
    case .transposed:
      try d.input("x", shape: Shape(4, 5, 6))
      try d.add(ConvTranspose2D(channels: 6, kernel: Extent(3, 2), groups: 2, bias: false), name: "a")
      try d.add(BatchNorm(), name: "norm1")
      try d.add(ConvTranspose2D(channels: 3, kernel: Extent(2, 2), stride: Extent(2, 2)), name: "b")
      try d.add(BatchNorm(), name: "norm2")
      return (d, ["a", "b"])
    case .dense:
      try d.input("x", shape: Shape(30))
      try d.add(Dense(units: 20, bias: false), name: "a")
      try d.add(BatchNorm(), name: "norm1")
      try d.add(Relu(), name: "relu")
      try d.add(Dense(units: 10), name: "b")
      try d.add(BatchNorm(), name: "norm2")
      return (d, ["a", "relu", "b"])
    case .severalDense:
      try d.input("x", shape: Shape(12))
      try d.add(Dense(units: 4), name: "a")
      try d.add(BatchNorm(), name: "norm1")
      try d.add(Dense(units: 11, bias: false), name: "b")
      try d.add(BatchNorm(), name: "norm2")
      try d.add(Dense(units: 3), name: "c")
      return (d, ["a", "c"])
    case .constants:
      try d.input("x", shape: Shape(2, 4, 4))
      try d.add(Conv2D(channels: 5, kernel: Extent(2, 2), bias: false), name: "a")
      try d.add(MultiplyConstant(value: 3), name: "times")
      try d.add(Negate(), name: "negate")
      try d.add(AddConstant(value: 0.5), name: "plus")
      try d.add(BatchNorm(), name: "norm")
      return (d, ["a"])
    case .foreign:
      try d.input("x", shape: Shape(2, 4, 4))
      try d.add(Conv2D(channels: 5, kernel: Extent(2, 2), bias: false), name: "a")
      try d.add(ChannelGain(), name: "gain")
      return (d, ["a"])
    case .shared:
      try d.input("x", shape: Shape(4, 6, 6))
      try d.add(Conv2D(channels: 4, kernel: Extent(3, 3), padding: .same), name: "a")
      try d.add(BatchNorm(), name: "norm1")
      try d.add(Relu(), name: "relu")
      try d.add(Conv2D(channels: 4, kernel: Extent(3, 3), padding: .same), name: "b", share: "a")
      // The same scale and shift, running statistics of its own.
      try d.add(BatchNorm(), name: "norm2", share: "norm1")
      return (d, ["a", "relu", "b"])
    case .vanishing:
      try d.input("x", shape: Shape(4, 6, 6))
      try d.add(Conv2D(channels: 4, kernel: Extent(3, 3)), name: "a")
      try d.add(SpatialDropout(rate: 0.3), name: "dropout1")
      try d.add(BatchNorm(), name: "norm")
      try d.add(Dropout(rate: 0.3), name: "dropout2")
      try d.add(Relu(), name: "relu")
      return (d, ["a", "relu"])
    case .input:
      try d.input("x", shape: Shape(3, 5, 5))
      try d.add(BatchNorm(), name: "norm")
      try d.add(Conv2D(channels: 4, kernel: Extent(3, 3), padding: .same), name: "a")
      return (d, ["norm", "a"])
    case .sum:
      let x = try d.input("x", shape: Shape(3, 5, 5))
      let a = try d.add(Conv2D(channels: 4, kernel: Extent(3, 3)), name: "a")
      let b = try d.add(Conv2D(channels: 4, kernel: Extent(3, 3)), name: "b", from: [x])
      try d.add(Add(), name: "sum", from: [a, b])
      try d.add(BatchNorm(), name: "norm")
      try d.add(Relu(), name: "relu")
      return (d, ["a", "b", "sum", "norm", "relu"])
    case .severalReaders:
      try d.input("x", shape: Shape(3, 5, 5))
      let a = try d.add(Conv2D(channels: 4, kernel: Extent(3, 3)), name: "a")
      let norm = try d.add(BatchNorm(), name: "norm")
      try d.add(Add(), name: "sum", from: [norm, a])
      return (d, ["a", "norm", "sum"])
    case .flattened:
      try d.input("x", shape: Shape(3, 5, 5))
      try d.add(Conv2D(channels: 4, kernel: Extent(3, 3)), name: "a")
      try d.add(Flatten(), name: "flatten")
      try d.add(BatchNorm(), name: "norm")
      return (d, ["a", "flatten", "norm"])
    case .readTwice:
      // norm1 leads nowhere.
      try d.input("x", shape: Shape(6))
      let a = try d.add(Dense(units: 6), name: "a")
      try d.add(BatchNorm(), name: "norm1")
      try d.add(Multiply(), name: "product", from: [a, a])
      try d.add(BatchNorm(), name: "norm2")
      return (d, ["a", "product", "norm2"])
    case .activated:
      try d.input("x", shape: Shape(3, 5, 5))
      try d.add(Conv2D(channels: 4, kernel: Extent(3, 3)), name: "a")
      try d.add(Relu(), name: "relu")
      try d.add(BatchNorm(), name: "norm")
      return (d, ["a", "relu", "norm"])
    case .pooled:
      try d.input("x", shape: Shape(3, 12, 17))
      try d.add(Conv2D(channels: 14, kernel: Extent(3, 3), bias: false), name: "a")
      try d.add(BatchNorm(), name: "norm")
      try d.add(Tanh(), name: "tanh")
      try d.add(Dropout(rate: 0.3), name: "dropout")
      try d.add(MaxPool2D(kernel: Extent(2, 2)), name: "pool")
      try d.add(Flatten(), name: "flatten")
      try d.add(Dense(units: 3), name: "b")
      return (d, ["a", "tanh", "pool", "flatten", "b"])
    case .pooledFirst:
      try d.input("x", shape: Shape(1, 28, 28))
      try d.add(Conv2D(channels: 20, kernel: Extent(5, 5)), name: "a")
      try d.add(MaxPool2D(kernel: Extent(2, 2)), name: "pool")
      try d.add(LeakyRelu(slope: 0.1), name: "relu")
      return (d, ["a", "pool", "relu"])
    case .pooledTiles:
      try d.input("x", shape: Shape(16, 13, 14))
      try d.add(Conv2D(channels: 20, kernel: Extent(3, 3), padding: .same, bias: false), name: "a")
      try d.add(BatchNorm(), name: "norm")
      try d.add(Relu(), name: "relu")
      try d.add(MaxPool2D(kernel: Extent(2, 2)), name: "pool")
      return (d, ["a", "relu", "pool"])
    case .pooledWindows:
      try d.input("x", shape: Shape(3, 19, 18))
      try d.add(Conv2D(channels: 14, kernel: Extent(3, 3)), name: "a")
      let windows = MaxPool2D(kernel: Extent(3, 3), stride: Extent(2, 2), padding: Extent(1, 1), roundsUp: true)
      try d.add(windows, name: "pool")
      try d.add(Relu(), name: "relu")
      return (d, ["a", "pool", "relu"])
    case .pooledLater:
      // GELU decreases; b's output is read twice; the average is none of the numbers.
      try d.input("x", shape: Shape(3, 16, 16))
      try d.add(Conv2D(channels: 8, kernel: Extent(3, 3), padding: .same), name: "a")
      try d.add(Gelu(), name: "gelu")
      try d.add(MaxPool2D(kernel: Extent(2, 2)), name: "pool1")
      let b = try d.add(Conv2D(channels: 8, kernel: Extent(3, 3), padding: .same), name: "b")
      let pooled = try d.add(MaxPool2D(kernel: Extent(2, 2)), name: "pool2")
      let mean = try d.add(AveragePool2D(kernel: Extent(2, 2)), name: "pool3", from: [b])
      try d.add(Add(), name: "sum", from: [pooled, mean])
      return (d, ["a", "gelu", "pool1", "b", "pool2", "pool3", "sum"])
    }
  }

  /// The layers that remain in single precision, whose convolutions pool what they compute.
  private func remaining(_ net: Net, _ all: [String]) -> [String] {
    [.pooled, .pooledFirst, .pooledTiles, .pooledWindows].contains(net) ? all.filter { $0 != "pool" } : all
  }

  /// The net in double precision with random parameters and statistics, every third variance tiny; all numbers are
  /// those that single precision holds.
  private func network(_ definition: NetworkDefinition) throws -> Network<Double> {
    let network = Network<Double>(
      try NetworkPlan(definition), batch: 7, options: .init(isTrained: false, keepsEverything: true),
      workers: WorkerPool(threads: 1))
    let random = RandomStream(key: 8)
    var position: UInt64 = 0
    func next() -> Double {
      position += 1
      return Double(Float(random.normal(position)))
    }
    for index in network.plan.parameters.indices {
      let values = network.parameter(index).buffer
      for i in 0..<values.count { values[i] = next() }
    }
    for state in network.plan.states {
      let values = network.state.slice(state.range)
      for i in 0..<values.count {
        values[i] = next()
        if state.plan.name == "running_var" {
          values[i] = Double(Float(values[i] * values[i] * (i % 3 == 1 ? 1e-9 : 1)))
        }
      }
    }
    let input = network.inputBuffer(0)
    for i in 0..<input.count { input[i] = next() }
    return network
  }

  private func predictor<S: Scalar>(
    _ type: S.Type, _ network: Network<Double>, batch: Int = 7, threads: Int = 1
  ) throws -> Predictor<S> {
    let parameters = Storage<S>(network.parameters.array.map { S($0) })
    let state = Storage<S>(network.state.array.map { S($0) })
    return try Predictor<S>(
      network.plan, parameters: parameters.buffer, state: state.buffer, batch: batch,
      workers: WorkerPool(threads: threads))
  }

  @Test(arguments: Net.allCases) func agreesWithTheNetAsTrained(_ net: Net) throws {
    let (definition, remaining) = try self.definition(net)
    let network = try network(definition)
    network.forward(.inference)
    let expected = network.prediction.buffer.array
    let size = expected.reduce(0) { max($0, $1.magnitude) }
    func check<S: Scalar>(_ type: S.Type, _ remaining: [String], _ tolerance: Double) throws {
      let predictor = try predictor(S.self, network)
      #expect(predictor.layerNames == remaining)
      let found = try predictor.predict(network.inputBuffer(0).array.map { S($0) })
      #expect(found.count == expected.count)
      let worst = zip(found, expected).reduce(0) { max($0, (Double($1.0) - $1.1).magnitude) }
      #expect(worst <= tolerance * size, "\(S.self): \(worst / size)")
    }
    try check(Double.self, remaining, 1e-13)
    try check(Float.self, self.remaining(net, remaining), 1e-5)
  }

  @Test(arguments: Net.allCases) func bitsOfASample(_ net: Net) throws {
    let network = try network(try definition(net).0)
    let input = network.inputBuffer(0).array.map { Float($0) }
    let expected = try predictor(Float.self, network).predict(input)
    for (batch, threads) in [(1, 1), (3, 2), (4, 3), (7, 2)] {
      let found = try predictor(Float.self, network, batch: batch, threads: threads).predict(input)
      #expect(found.map(\.bitPattern) == expected.map(\.bitPattern), "batch \(batch), \(threads) threads")
    }
  }

  /// Statistics that are no numbers are left where they are, so that the prediction says so in its channels alone.
  @Test func whatIsNotFiniteStays() throws {
    let network = try network(try definition(.convolutions).0)
    network.state.slice(network.plan.states[1].range)[0] = -1
    #expect(try predictor(Float.self, network).layerNames == ["a", "norm1", "relu", "b"])
  }
}
