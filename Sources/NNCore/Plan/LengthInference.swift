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
