import ArithmeticLayers
import LossLayers
import NNCore
import NNKernels
import NNTestSupport
import RegularizationLayers
import Testing

/// What single layers promise beyond what all do.
@Suite struct LayerTests {
  private func run<S: Scalar>(_ layer: any Layer, _ inputs: [S], shape: Shape, targets: [S] = []) throws -> Network<S> {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: shape)
    let first = try definition.add(layer)
    if layer.schema.kind == .layer { try definition.add(Projection(), from: [first]) }
    let network = Network<S>(
      try NetworkPlan(definition), batch: inputs.count / shape.elementCount,
      options: .init(keepsEverything: true, wantsInputGradients: true), workers: WorkerPool(threads: 1))
    for i in inputs.indices { network.inputBuffer(0)[i] = inputs[i] }
    for i in targets.indices { network.targetBuffer(0)[i] = targets[i] }
    network.forward(.training, step: 3)
    network.backward()
    return network
  }

  private func output<S>(_ network: Network<S>) -> [S] { network.value(.init(.node(0))).buffer.array }

  /// The share of zeros is the rate, up to four deviations; the rest is enlarged; another step drops others.
  @Test(arguments: [0.1, 0.5, 0.9]) func dropoutDropsItsShare(_ rate: Double) throws {
    let count = 20_000
    let network = try run(Dropout(rate: rate), [Double](repeating: 1, count: count), shape: Shape(100))
    let first = output(network)
    let share = Double(first.count { $0 == 0 }) / Double(count)
    #expect((share - rate).magnitude < 4 * (rate * (1 - rate) / Double(count)).squareRoot())
    // The rate is rounded to multiples of 2^-16.
    let scale = 65536 / (65536 - (65536 * rate).rounded())
    #expect(first.allSatisfy { $0 == 0 || ($0 - scale).magnitude < 1e-12 })
    network.forward(.training, step: 4)
    #expect(output(network) != first)
    network.forward(.training, step: 3)
    #expect(output(network) == first)
    network.forward(.inference)
    #expect(output(network).allSatisfy { $0 == 1 })
  }

  /// Whole channels are dropped, their share is the rate up to four deviations, the rest is enlarged.
  @Test func spatialDropoutDropsChannels() throws {
    let (samples, channels, pixels) = (50, 40, 6)
    let network = try run(
      SpatialDropout(rate: 0.3), [Double](repeating: 1, count: samples * channels * pixels),
      shape: Shape(channels, 2, 3))
    let values = output(network)
    let planes = stride(from: 0, to: values.count, by: pixels).map { Array(values[$0..<($0 + pixels)]) }
    #expect(planes.allSatisfy { Set($0).count == 1 })
    let dropped = planes.filter { $0[0] == 0 }.count
    #expect((Double(dropped) / Double(planes.count) - 0.3).magnitude < 4 * (0.21 / Double(planes.count)).squareRoot())
    #expect(planes.allSatisfy { $0[0] == 0 || ($0[0] - 1 / 0.7).magnitude < 1e-12 })
    network.forward(.inference)
    #expect(output(network).allSatisfy { $0 == 1 })
  }

  /// Every place is as likely as any other, up to four deviations, the same for all channels; in prediction it is the
  /// middle.
  @Test func randomCropCutsAnywhere() throws {
    let samples = 900
    // A picture's numbers tell where they stand.
    let picture = (0..<2).flatMap { channel in (0..<42).map { Double(100 * channel + $0) } }
    let network = try run(
      RandomCrop(size: Extent(4, 5)), (0..<samples).flatMap { _ in picture }, shape: Shape(2, 6, 7))
    let values = output(network)
    var places: [Int: Int] = [:]
    for sample in 0..<samples {
      let part = Array(values[(sample * 40)..<((sample + 1) * 40)])
      let first = Int(part[0])
      let expected = (0..<2).flatMap { channel in
        (0..<4).flatMap { i in (0..<5).map { j in Double(100 * channel + first + 7 * i + j) } }
      }
      #expect(part == expected)
      places[first, default: 0] += 1
    }
    #expect(Set(places.keys) == [0, 1, 2, 7, 8, 9, 14, 15, 16])
    for count in places.values {
      #expect((Double(count) - 100).magnitude < 4 * (900.0 * 1 / 9 * 8 / 9).squareRoot())
    }
    network.forward(.inference)
    #expect(stride(from: 0, to: samples * 40, by: 40).allSatisfy { output(network)[$0] == 8 })
  }

  @Test(arguments: [
    (Shape(12), "reads images of channels x height x width, but its input has the shape 12"),
    (Shape(3, 4, 9), "cannot cut 5x5 out of its input 3x4x9"),
    (Shape(3, 9, 4), "cannot cut 5x5 out of its input 3x9x4"),
  ]) func partsThatAreNotThere(_ shape: Shape, _ message: String) throws {
    let error = #expect(throws: ElementError.self) { try RandomCrop(size: Extent(5, 5)).plan([shape]) }
    #expect(error?.message.contains(message) == true)
  }

  /// A number that is not one stays visible in every layer that does not move numbers alone.
  @Test(arguments: standardRegistry.all(.layer).map { $0.schema.name }) func notANumberStays(_ name: String) throws {
    guard var example = standardCases.first(where: { $0.name == name }),
      !["slice", "dropout", "spatialDropout", "randomCrop"].contains(name),
      !example.inputs.isEmpty
    else { return }
    example.note = "with a number that is not one"
    example.hasLengths = false
    for element in 0..<example.inputs[0].elementCount {
      let harness = try LayerHarness<Float>(example, standardRegistry)
      harness.network.inputBuffer(0)[element] = .nan
      harness.run()
      #expect(harness.network.loss.isNaN)
    }
  }

  @Test(arguments: [0, 0.1]) func everyLabelIgnored(_ smoothing: Double) throws {
    let network = try run(
      SoftmaxCrossEntropy(labelSmoothing: smoothing, ignoredLabel: 255), [1, 2, 3, 4] as [Float], shape: Shape(2),
      targets: [255, 255])
    #expect(network.loss == 0)
    #expect(network.gradient(.init(.input(0)))?.buffer.array == [0, 0, 0, 0])
  }

  /// Small probabilities keep their gradient in single precision.
  @Test func binaryCrossEntropyOfSmallProbabilities() throws {
    let network = try run(BinaryCrossEntropy(), [-30] as [Float], shape: Shape(1), targets: [0])
    let gradient = try #require(network.gradient(.init(.input(0)))?[0])
    #expect((gradient / 9.357623e-14 - 1).magnitude < 1e-5)
  }

  /// Layers that read nothing give every sample the same, and a parameter's gradient is the sum over the batch.
  @Test func leavesReachEverySample() throws {
    var definition = NetworkDefinition(name: "leaves")
    let constant = try definition.add(Constant([1, -2]))
    let parameter = try definition.add(Parameter(shape: Shape(2), initializer: .constant(3)))
    try definition.add(Multiply(), from: [constant, parameter])
    try definition.add(SquaredError(reduction: .sum))
    let network = Network<Double>(try NetworkPlan(definition), batch: 3, workers: WorkerPool(threads: 1))
    network.initialize(seed: 1)
    let target = network.targetBuffer(0)
    for i in 0..<target.count { target[i] = Double(i) }
    network.forward(.training)
    network.backward()
    #expect(network.prediction.buffer.array == [3, -6, 3, -6, 3, -6])
    // 2 (c p - t) c, summed over the samples, t being (0, 1), (2, 3), (4, 5).
    #expect(network.parameterGradient(0).buffer.array == [6, 108])
  }
}
