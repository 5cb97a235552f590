import NNCore

extension ModelDescription {
  /// Whether the net has a loss.
  public var hasLoss: Bool { network.contains { $0.element.schema.kind == .loss } }

  /// Checks that the model can be trained: it needs a loss, an optimizer and training data. Throws a `DiagnosticError`
  /// with everything that is missing. A model without them can still be run, traced and explained.
  public func checkForTraining() throws(DiagnosticError) {
    var diagnostics: [Diagnostic] = []
    func add(_ code: String, _ message: String, _ remedy: String, _ place: SourcePlace) {
      diagnostics.append(
        Diagnostic(code: code, message, remedy: remedy, place: place, sourceLine: sourceLine(place)))
    }
    if !hasLoss {
      add(
        "missing-loss", "<network> has no loss, so there is nothing to train for",
        "end it with a loss, for instance <softmaxCrossEntropy/> or <squaredError/>", networkPlace)
    }
    if !sources.contains(where: { $0.attributes.has("role") && $0.attributes.text("role") == "train" }) {
      add(
        "missing-data", "the model has no data to train on", "give <data> a source with role=\"train\"", modelPlace)
    }
    if let training {
      if training.optimizer == nil {
        add(
          "missing-optimizer", "<training> has no optimizer", "give it one, for instance <sgd rate=\"0.1\"/>",
          training.place)
      }
    } else {
      add(
        "missing-training", "the model has no <training>",
        "add one, for instance <training epochs=\"10\"><sgd rate=\"0.1\"/></training>", modelPlace)
    }
    if !diagnostics.isEmpty {
      diagnostics.sort { ($0.place?.line ?? 0, $0.place?.column ?? 0) < ($1.place?.line ?? 0, $1.place?.column ?? 0) }
      throw DiagnosticError(diagnostics)
    }
  }
}
