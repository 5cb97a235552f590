import NNCore
import NNData
import NNModel

extension DataRecord {
  /// What a model says by itself, without its data.
  ///
  /// - Throws: a `DiagnosticError` if a step of its preprocessing is learned from data.
  package init(withoutData description: ModelDescription, _ plan: NetworkPlan) throws {
    self.init(targets: plan.targets, classes: description.classes, plugins: description.plugins)
    for step in description.preprocessing {
      guard let element = step.element as? any Preprocessing, element.isLearned else { continue }
      throw DiagnosticError([
        Diagnostic(
          code: "preprocessing-not-learned",
          "<\(step.schema.name)> is learned from the training set, which is not at hand",
          remedy: step.schema.name == "standardize"
            ? "give the mean and deviation that the weights were trained with: <standardize mean=\"…\" deviation=\"…\"/>"
            : "put the training set where <data> says it is",
          place: step.place, sourceLine: step.sourceLine)
      ])
    }
    let inputs = plan.definition.freeInputs.map { plan.definition.inputs[$0] }
    guard !inputs.isEmpty else { return }
    // Steps that are not learned look at nothing but the shape of a sample.
    let sample = try Dataset(
      inputs: inputs.map {
        DataArray(
          name: $0.name, form: .values($0.shape),
          elements: .bytes([UInt8](repeating: 0, count: $0.shape.elementCount)))
      }, targets: [])
    for (input, affine) in zip(inputs, try Experiment.fit(description.preprocessing, sample)) where affine != .identity
    {
      preprocessing[input.name] = affine
    }
  }
}
