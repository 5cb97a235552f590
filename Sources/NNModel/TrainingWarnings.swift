import NNCore

extension ModelDescription {
  /// Rates and batches beyond these are slips of the keyboard.
  private static let largestRate = 10.0
  private static let smallestRate = 1e-9
  private static let largestBatch = 100_000

  /// All that is allowed but hardly meant, in the order of the file.
  ///
  /// - Parameter plan: the net, planned.
  public func warnings(with plan: NetworkPlan) -> [Diagnostic] {
    var all = messages
    for warning in plan.warnings + trainingWarnings(plan) { all.add(warning) }
    return all.sorted(.warning)
  }

  /// What is allowed but hardly meant in `<training>` and between the class names and the net.
  private func trainingWarnings(_ plan: NetworkPlan) -> [Diagnostic] {
    var found: [Diagnostic] = []
    if let training {
      if let optimizer = training.optimizer, optimizer.attributes.has("rate") {
        let rate = optimizer.attributes.number("rate")
        if rate > Self.largestRate || rate < Self.smallestRate && rate > 0 {
          found.append(
            ElementError(
              code: "odd-rate", "a learning rate of \(AttributeValue.number(rate).written) is hardly meant",
              remedy: (rate > Self.largestRate ? "" : "nothing would change; ")
                + "usual rates are between 0.0001 and 1", attribute: "rate"
            ).diagnostic(.warning, at: optimizer))
        }
      }
      if training.batch > Self.largestBatch {
        found.append(
          Diagnostic(
            .warning, code: "odd-batch", "a batch of \(training.batch) samples is hardly meant",
            remedy: "usual batches have 16 to 512 samples", place: training.place,
            sourceLine: sourceLine(training.place)))
      }
    }
    if let classes, let loss = plan.lossNodes.first, let target = plan.definition.nodes[loss].target,
      case .classes(let count, _)? = plan.targets[target], count != classes.count
    {
      let node = plan.definition.nodes[loss]
      found.append(
        Diagnostic(
          .warning, code: "class-names",
          "<data> names \(classes.count) classes, but '\(node.name)' tells \(count) apart",
          remedy: "give the layer before the loss \(classes.count) units, or name \(count) classes", place: node.place,
          sourceLine: node.sourceLine))
    }
    return found
  }
}
