import NNCore
import NNData
import NNModel
import NNTraining
import StandardLayers

private let registry: Registry = {
  var registry = Registry()
  do {
    try registerStandardLayers(into: &registry)
    try registerStandardSources(into: &registry)
    try registerStandardColumns(into: &registry)
    try registerStandardPreprocessing(into: &registry)
    try registerStandardAugmentations(into: &registry)
    try registerStandardTraining(into: &registry)
  } catch {
    preconditionFailure("\(error)")
  }
  return registry
}()

/// Reads the bytes as a model file and, if it is one, plans the net: errors are fine, crashes are findings.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzModel(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let model = try ModelLoader(registry: registry).load(bytes: bytes, file: "model.xml")
    let plan = try NetworkPlan(model.makeNetworkDefinition())
    _ = model.warnings(with: plan)
    let expanded = ModelWriter.expanded(model)
    // What is written must be readable, and mean the same.
    let again = try ModelLoader(registry: registry).load(text: expanded, file: "expanded.xml")
    precondition(again.network.count == model.network.count, "the expanded file is another net")
  } catch let error as DiagnosticError {
    precondition(!error.description.isEmpty)
  } catch {
    preconditionFailure("an error that is no message: \(error)")
  }
  return 0
}
