import NNCore

extension ModelDescription {
  /// Rates and batches beyond these are slips of the keyboard.
  private static let largestRate = 10.0
  private static let smallestRate = 1e-9
  private static let largestBatch = 100_000

  /// All that is allowed but hardly meant, in the order of the file.
  public func warnings(with plan: NetworkPlan) -> [Diagnostic] {
    func position(_ diagnostic: Diagnostic) -> (Int, Int) {
      (diagnostic.place?.line ?? .max, diagnostic.place?.column ?? .max)
    }
    // What the loader has said of a place, the plan need not say again.
    let said = Set(warnings.map { [$0.code, $0.place.map { "\($0.file):\($0.line):\($0.column)" } ?? ""] })
    let planned = plan.warnings.filter { warning in
      !said.contains([warning.code, warning.place.map { "\($0.file):\($0.line):\($0.column)" } ?? ""])
    }
    let all = warnings + planned + trainingWarnings(plan)
    return all.enumerated().sorted { a, b in
      let (first, second) = (position(a.element), position(b.element))
      return first == second ? a.offset < b.offset : first < second
    }.map(\.element)
  }

  /// What is allowed but hardly meant in `<training>` and between the class names and the net.
  ///
  /// - Parameter plan: the net, planned.
  private func trainingWarnings(_ plan: NetworkPlan) -> [Diagnostic] {
    var found: [Diagnostic] = []
    if let training {
      if let optimizer = training.optimizer, optimizer.attributes.has("rate") {
        let rate = optimizer.attributes.number("rate")
        if rate > Self.largestRate || rate < Self.smallestRate && rate > 0 {
          found.append(
            warning(
              "odd-rate", "a learning rate of \(AttributeValue.number(rate).written) is hardly meant",
              rate > Self.largestRate
                ? "usual rates are between 0.0001 and 1"
                : "nothing would change; usual rates are "
                  + "between 0.0001 and 1", optimizer, "rate"))
        }
      }
      if training.batch > Self.largestBatch {
        found.append(
          Diagnostic(
            .warning, code: "odd-batch", "a batch of \(training.batch) samples is hardly meant",
            remedy: "usual batches have 16 to 512 samples", place: training.place,
            sourceLine: lineText(training.place.line)))
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

  private func warning(
    _ code: String, _ message: String, _ remedy: String, _ element: ModelElement, _ attribute: String
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: code, message, remedy: remedy, place: element.attributePlaces[attribute] ?? element.place,
      sourceLine: element.sourceLine)
  }

  private func lineText(_ number: Int) -> String? { network.first?.element.source.line(number) }
}
