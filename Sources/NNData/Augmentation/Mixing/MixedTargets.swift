import NNCore

extension NetworkPlan {
  /// The forms of the targets once samples are mixed: a label of n classes becomes a distribution over them, or, for
  /// n = 2 and a loss that reads one number, a number from 0 to 1; numbers stay numbers.
  ///
  /// Throws a `DiagnosticError` with every loss that takes no mixtures, and every input that cannot be mixed.
  ///
  /// - Parameter mixer: the element that mixes, for the message.
  package func mixedTargets(by mixer: String) throws -> [String: TargetForm] {
    var forms: [String: TargetForm] = [:]
    var problems: [Diagnostic] = []
    for case let input in definition.freeInputs.map({ definition.inputs[$0] })
    where input.hasLength || input.entries != nil {
      problems.append(
        Diagnostic(
          code: "bad-mixture",
          "<\(mixer)> adds samples up, but those of '\(input.name)' are "
            + (input.hasLength ? "sequences of different lengths" : "indices"),
          remedy: "leave <\(mixer)> out", place: input.place, sourceLine: input.sourceLine))
    }
    for index in lossNodes {
      let node = definition.nodes[index]
      guard let name = node.target, let form = targets[name] else { continue }
      if let mixed = Self.mixed(form, accepted: layers[index].targets), forms[name] == nil || forms[name] == mixed {
        forms[name] = mixed
        continue
      }
      problems.append(
        Diagnostic(
          code: "target-mismatch",
          "<\(node.layer.schema.name)> needs \(form) for each sample, but <\(mixer)> makes mixtures of two",
          remedy: "take a loss that reads distributions, such as <softmaxCrossEntropy/> without ignoredLabel, or leave "
            + "<\(mixer)> out", place: node.place, sourceLine: node.sourceLine))
    }
    if !problems.isEmpty { throw DiagnosticError(problems) }
    return forms
  }

  private static func mixed(_ form: TargetForm, accepted: [TargetForm]) -> TargetForm? {
    guard case .classes(let count, let shape) = form else { return form }
    guard shape.elementCount == 1 else { return nil }
    return accepted.first { other in
      guard case .values(let values) = other else { return false }
      return values.elementCount == count || count == 2 && values.elementCount == 1
    }
  }
}
