import NNCore
import NNData
import NNKernels
import NNWeights

extension ConformanceRun {
  /// Writes what the layer has learned as a file's bytes, reads it into another net, and compares the results.
  func weights<S: Scalar>(_ type: S.Type) throws -> [String] {
    let first = try LayerHarness<S>(example, registry)
    first.run(.training)
    first.run(.inference)
    let plan = first.network.plan
    let file = try WeightsFile(
      plan, parameters: first.network.parameters, state: first.network.state, model: "",
      record: DataRecord().record(), version: "")
    let second = try LayerHarness<S>(example, registry)
    second.network.parameters.fill(0)
    second.network.state.fill(0)
    try TensorFile(bytes: file.tensors.bytes, file: "weights").load(
      plan, parameters: second.network.parameters, state: second.network.state)
    second.run(.inference)
    var problems: [String] = []
    for (one, other) in zip(first.results, second.results)
    where one.values.map(\.bitPattern) != other.values.map(\.bitPattern) {
      problems.append("after saving and loading, \(one.name) has other bits")
    }
    return problems
  }
}
