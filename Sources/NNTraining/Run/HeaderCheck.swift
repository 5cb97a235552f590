import NNCore
import NNData
import NNModel
import NNWeights

/// Whether the files that a run writes can be read back: their headers have a largest size, and hold names, the model's
/// text and the preprocessing.
package enum HeaderCheck {
  /// Bytes of a number and the space behind it, as `check` supposes before any data was read.
  private static let usualNumber = 20

  /// Throws a `DiagnosticError` if the header of a run's files would be too long.
  ///
  /// - Parameters:
  ///   - preprocessing: what was learned from the data; what is usual is supposed unless given.
  ///   - source: how the data was read.
  package static func require(
    _ plan: NetworkPlan, _ description: ModelDescription, preprocessing: [AffinePreprocessing]? = nil,
    source: SourceRecord? = nil
  ) throws(DiagnosticError) {
    // The checkpoint holds parameters, the best ones and the optimizer's states, under longer names.
    let stateCount = (description.training?.optimizer?.element as? any Optimizer)?.stateCount ?? 2
    let states = [String](repeating: "optimizer.second.", count: stateCount)
    let names = (["", "best."] + states).reduce(0) {
      $0 + TensorFile.headerBytes(plan, prefix: $1)
    }
    // A character of the model's text, and of the record, may be written as two.
    let texts = 2 * (description.text.utf8.count + (source?.json.written.utf8.count ?? 0))
    let numbers = preprocessing?.reduce(0) { $0 + written($1) } ?? usualNumber * learned(plan, description)
    let total = Count.sum(names, texts, numbers)
    guard total > TensorFile.longestHeader else { return }
    throw TensorFile.tooLong(
      total, description.file,
      remedy: numbers > total / 2 ? "let preprocessing treat more elements alike, for instance with per=\"all\"" : nil)
  }

  /// Bytes of an input's factors and summands as text.
  private static func written(_ preprocessing: AffinePreprocessing) -> Int {
    (preprocessing.scales + preprocessing.shifts).reduce(0) { $0 + "\($1)".utf8.count + 1 }
  }

  /// Numbers that preprocessing will learn: a factor and a summand for each element that has its own.
  private static func learned(_ plan: NetworkPlan, _ description: ModelDescription) -> Int {
    let learnsEach = description.preprocessing.contains { step in
      step.element is Standardize && !step.attributes.has("mean") && step.attributes.text("per") == "element"
    }
    guard learnsEach, let input = plan.definition.freeInputs.first else { return 0 }
    return 2 * plan.definition.inputs[input].shape.elementCount
  }
}
