import ActivationLayers
import DenseLayers
import Foundation
import LossLayers
import NNCore
import NNInference
import NNKernels
import NNModel
import StandardLayers
import Testing

/// Nets that were built in code, saved and read again.
@Suite struct NetworkSavingTests {
  @Test func aNetInCodeIsPredictedWith() throws {
    var registry = Registry()
    try registerStandardLayers(into: &registry)
    var definition = NetworkDefinition(name: "own net")
    try definition.input("x", shape: Shape(3))
    let hidden = try definition.add(Dense(units: 5, initializer: .normal(deviation: 0.3)), freeze: true)
    try definition.add(Elu(alpha: 0.5), from: [hidden])
    try definition.add(Dense(units: 2))
    try definition.add(SoftmaxCrossEntropy(), target: "kind", weight: 0.5)
    let plan = try NetworkPlan(definition)
    let network = Network<Float>(plan, batch: 2, workers: WorkerPool(threads: 1))
    network.initialize(seed: 3)
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("net-\(UUID().uuidString).safetensors")
      .path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try network.save(path, registry: registry, classes: ["no", "yes"])

    let saved = try SavedModel(path: path, registry: registry)
    #expect(saved.classNames == ["no", "yes"] && saved.plan.definition.nodes[0].isFrozen)
    #expect(saved.plan.definition.nodes.last?.target == "kind")
    let predictor = try saved.predictor(Float.self, workers: WorkerPool(threads: 1))
    let samples: [Float] = [0.5, -1, 2, 3, 0, -0.25]
    let direct = try Predictor<Float>(
      plan, parameters: network.parameters, state: network.state, workers: WorkerPool(threads: 1))
    #expect(try predictor.predict(samples) == direct.predict(samples))
  }
}
