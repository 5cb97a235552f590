import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNModel
import NNWeights
import StandardLayers

/// All layers and losses of the project.
let standardRegistry: Registry = {
  var registry = Registry()
  do {
    try registerStandardLayers(into: &registry)
  } catch {
    preconditionFailure("\(error)")
  }
  return registry
}()

/// A net as a training would save it, in memory.
struct SavedNet {
  /// The text of the model.
  let text: String
  /// What the training was told and has learned.
  var record: DataRecord

  /// A net of the elements in `network`.
  init(_ network: String, around: String = "", record: DataRecord = DataRecord()) {
    text = #"<model xmlns="urn:nnrun:model:1" name="net">\#(around)<network>\#(network)</network></model>"#
    self.record = record
  }

  /// The file, its parameters drawn with a fixed seed.
  func weights() throws -> WeightsFile {
    let model = try ModelLoader(registry: standardRegistry).load(text: text, file: "net.xml")
    let plan = try NetworkPlan(model.makeNetworkDefinition(), targets: record.targets)
    let network = Network<Float>(plan, batch: 1, workers: WorkerPool(threads: 1))
    network.initialize(seed: 5)
    return try WeightsFile(
      plan, parameters: network.parameters, state: network.state, model: text, record: record.record(), version: "t")
  }

  /// The net as `SavedModel` reads it.
  func model() throws -> SavedModel { try SavedModel(weights(), path: "w.safetensors", registry: standardRegistry) }
}
