extension NetworkDefinition {
  /// The length of a value, given those of the outputs of all nodes before its readers.
  func length(of value: Value, outputs: [[SequenceLength?]]) -> SequenceLength? {
    switch value.origin {
    case .input(let index): inputs[index].hasLength ? SequenceLength(input: index) : nil
    case .node(let index): value.output < outputs[index].count ? outputs[index][value.output] : nil
    }
  }

  /// Throws an `ElementError` if what a layer says of its outputs' lengths contradicts their shapes: the longest sample
  /// has the shape's steps.
  func checkLengths(_ lengths: [SequenceLength?], of outputs: [Shape], _ element: String) throws(ElementError) {
    guard lengths.count == outputs.count else {
      throw ElementError(
        code: "layer-error", "<\(element)> says lengths of \(lengths.count) outputs, but has \(outputs.count)")
    }
    for case (let length?, let shape) in zip(lengths, outputs) {
      let isWithin = inputs.indices.contains(length.input) && (0..<shape.rank).contains(length.axis)
      guard isWithin, length.steps(inputs[length.input].shape[0]) == shape[length.axis] else {
        throw ElementError(
          code: "layer-error", "<\(element)> says a length that does not fit its output of the shape \(shape)")
      }
    }
  }
}

extension NetworkPlan {
  /// The length of a value; nil if it does not vary.
  public func length(of value: NetworkDefinition.Value) -> SequenceLength? {
    definition.length(of: value, outputs: lengths)
  }

  /// The fewest steps of each input of which every layer has at least one left, and the first node that needs so many;
  /// 1 and none unless layers shorten sequences.
  public func leastSteps(ofInput index: Int) -> (steps: Int, node: Int?) {
    let input = definition.inputs[index]
    var least: (steps: Int, node: Int?) = (1, nil)
    guard input.hasLength else { return least }
    for (node, outputs) in lengths.enumerated() {
      for case let length? in outputs where length.input == index && !length.rules.isEmpty {
        let steps = length.leastInputSteps(input.shape[0])
        if steps > least.steps { least = (steps, node) }
      }
    }
    return least
  }

  /// The numbers of a prediction that are judged together: scores of classes along the last dimension; otherwise those of a
  /// step where samples have lengths, and all where they have none.
  package var predictionUnit: Int {
    let shape = shape(of: prediction)
    guard shape.rank > 1 else { return shape.elementCount }
    switch predictionMeaning {
    case .probabilities, .scores, .labels: return shape[shape.rank - 1]
    case .binaryProbabilities, .values: break
    }
    return length(of: prediction) == nil ? shape.elementCount : shape.elementCount / shape[0]
  }

  /// Whether some loss takes several labels for each sample, one for each step of a sequence.
  public var hasLabelsPerStep: Bool {
    lossNodes.contains { node in
      if case .classes(_, let shape)? = layers[node].targets.first { shape.elementCount > 1 } else { false }
    }
  }

  /// Throws a `DiagnosticError` for fixed elements of fewer steps than the layers need.
  func requireSteps() throws(DiagnosticError) {
    for (index, input) in definition.inputs.enumerated() where input.hasLength && input.value != nil {
      let least = leastSteps(ofInput: index)
      guard input.steps < least.steps else { continue }
      throw DiagnosticError([
        Diagnostic(
          code: "length-out-of-range",
          "the value of '\(input.name)' has \(input.steps) step\(input.steps == 1 ? "" : "s"), but "
            + "'\(least.node.map { definition.nodes[$0].name } ?? "the net")' needs at least \(least.steps)",
          remedy: "give it more steps", place: input.place, sourceLine: input.sourceLine)
      ])
    }
  }
}
