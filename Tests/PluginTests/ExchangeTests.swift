import NNCore
import NNData
import NNInference
import NNKernels
import NNModel
import NNTraining
import NNWeights
import Testing

/// PyTorch's weights of a convolutional net, made by tools/reference/exchange_fixtures.py.
@Suite struct ExchangeTests {
  private let folder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/Fixtures/"

  private func plan() throws -> NetworkPlan {
    let model = try ModelLoader(registry: standardRegistry).load(path: folder + "exchange.xml")
    return try NetworkPlan(model.makeNetworkDefinition())
  }

  private func array<S: Scalar>(_ name: String, _ file: TensorFile, _ type: S.Type) throws -> Storage<S> {
    let entry = try #require(file.entry(name))
    let values = Storage<S>(count: entry.count)
    #expect(file.read(entry, into: values.buffer))
    return values
  }

  /// The same outputs as PyTorch's, from its file, by all ways that prediction goes.
  @Test(arguments: [1, 4]) func outputs(_ batch: Int) throws {
    func check<S: Scalar>(_ type: S.Type, _ tolerance: Double) throws {
      let (file, plan) = (try TensorFile(path: folder + "exchange.safetensors"), try plan())
      let parameters = Storage<S>(count: plan.parameterSpan)
      let state = Storage<S>(count: plan.stateSpan)
      try file.load(plan, parameters: parameters.buffer, state: state.buffer)
      let predictor = try Predictor<S>(
        plan, parameters: parameters.buffer, state: state.buffer, batch: batch, workers: WorkerPool(threads: 2))
      #expect(!predictor.layerNames.contains { $0.hasPrefix("norm") })
      let input = try array("example.input", file, S.self)
      let expected = try array("example.output", file, S.self)
      let found = Storage<S>(count: expected.buffer.count)
      predictor.predict([input.buffer], count: 4, into: found.buffer)
      let worst = zip(found.buffer.array, expected.buffer.array).map { ($0 - $1).magnitude }.max() ?? 1
      #expect(Double(worst) < tolerance, "\(S.self): \(worst)")
    }
    try check(Float.self, 1e-5)
    // PyTorch computed in single precision.
    try check(Double.self, 2e-6)
  }

  /// What is written for PyTorch has its names, shapes and bits; only its counters of batches have no counterpart.
  @Test func arraysGoBack() throws {
    let (file, plan) = (try TensorFile(path: folder + "exchange.safetensors"), try plan())
    let parameters = Storage<Float>(count: plan.parameterSpan)
    let state = Storage<Float>(count: plan.stateSpan)
    try file.load(plan, parameters: parameters.buffer, state: state.buffer)
    let written = try WeightsFile(
      plan, parameters: parameters.buffer, state: state.buffer, model: "",
      record: DataRecord().record(), version: "test"
    ).tensors
    let expected = file.entries.filter { !$0.name.hasPrefix("example.") && !$0.name.hasSuffix("num_batches_tracked") }
    #expect(Set(written.entries.map(\.name)) == Set(expected.map(\.name)))
    for entry in expected {
      let own = try #require(written.entry(entry.name))
      #expect(own.type == entry.type && own.dimensions == entry.dimensions, "\(entry.name)")
      #expect(written.data[own.range] == file.data[entry.range], "\(entry.name)")
    }
  }
}
