import NNCore

extension ModelDescription {
  /// The model with numbers in the place of class weights that are to be balanced.
  ///
  /// - Parameter counts: for a target and a label that does not count, how many training samples each class has, or the sum
  ///   of their weights; nil if the target holds no classes.
  /// - Throws: a `DiagnosticError` for a loss whose target holds no classes.
  package func balancingClasses(
    _ counts: (_ target: String, _ ignored: Int?) -> [Double]?
  ) throws(DiagnosticError) -> ModelDescription {
    var result = self
    var isChanged = false
    for index in result.network.indices {
      let element = result.network[index].element
      guard let loss = element.element as? any ClassBalancing, loss.isBalanced else { continue }
      guard let counts = counts(element.attributes.text("target"), loss.facts.ignoredLabel) else {
        let error = ElementError(
          code: "no-classes", "classes cannot be balanced where the right answers are no classes",
          remedy: "leave classWeights out", attribute: "classWeights")
        throw DiagnosticError([error.diagnostic(at: element)])
      }
      let weights = balancedClassWeights(counts)
      result.network[index].element = element.with(
        loss.weighingClasses(by: weights),
        attributes: element.attributes.setting("classWeights", to: .words(weights.map { String($0) })))
      isChanged = true
    }
    // Whoever reads the weights evaluates with these numbers.
    if isChanged { result.text = ModelWriter.expanded(result) }
    return result
  }
}
