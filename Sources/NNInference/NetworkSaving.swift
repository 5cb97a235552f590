import NNCore
import NNData
import NNModel
import NNWeights

extension Network {
  /// Writes the net, its parameters and its state to a file of weights, which is enough to predict: for nets that were
  /// built in code.
  ///
  /// - Parameters:
  ///   - path: the file, which is replaced if it is there.
  ///   - registry: must know the layers.
  ///   - classes: the names of the classes, in the order of their numbers.
  ///   - preprocessing: what is done to each free input's numbers first, by the input's name.
  /// - Throws: a `DiagnosticError`: a layer cannot be written as XML, or the file cannot be written.
  public func save(
    _ path: String, registry: Registry, classes: [String]? = nil, preprocessing: [String: AffinePreprocessing] = [:]
  ) throws {
    let model = try ModelWriter.text(of: plan.definition, registry: registry)
    var namespaces: Set<String> = []
    for node in plan.definition.nodes { namespaces.insert(node.layer.schema.namespace) }
    let record = DataRecord(
      targets: plan.targets, classes: classes, preprocessing: preprocessing,
      plugins: registry.plugins.filter { namespaces.contains($0.namespace) })
    let file = try WeightsFile(
      plan, parameters: parameters, state: state, model: model, record: record.record(),
      version: WeightsFile.programVersion)
    try file.tensors.write(path, replacing: true)
  }
}
