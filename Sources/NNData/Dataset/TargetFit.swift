import NNCore

/// Whether a set's targets are such that the net's losses can judge by them: numbers within the loss's range, labels
/// that are classes or ignored.
enum TargetFit {
  /// For each loss, a message that names the first sample whose target it cannot judge by. Reads every target of the set
  /// once.
  static func problems(_ losses: [JudgedLoss], _ set: Dataset) -> [Diagnostic] {
    losses.compactMap { loss in
      let node = loss.node
      guard var target = node.target.flatMap(set.target) else { return nil }
      target.file = target.file ?? (set.file.isEmpty ? nil : set.file)
      switch target.form {
      case .classes(let count, _):
        return label(target, set.rows, count: count, node, width: { loss.validWidth(target.width, $0, set.inputs) })
      case .values: return number(target, set.rows, node, width: { loss.validWidth(target.width, $0, set.inputs) })
      }
    }
  }

  private static func number(
    _ target: DataArray, _ rows: [Int32], _ node: NetworkDefinition.Node, width: (Int) -> Int
  ) -> Diagnostic? {
    guard let range = node.layer.facts.targetRange else { return nil }
    let found: Int? =
      switch target.elements.inMemory {
      case .bytes(let values): first(values, rows, target.width, width) { !range.contains(Double($0)) }
      case .floats(let values): first(values, rows, target.width, width) { !range.contains(Double($0)) }
      case .doubles(let values): first(values, rows, target.width, width) { !range.contains($0) }
      case .labels(let values): first(values, rows, target.width, width) { !range.contains(Double($0)) }
      case .stored: nil
      }
    guard let found else { return nil }
    return problem(
      "target-out-of-range", target,
      "\(target.place(found)) of '\(target.name)' is \(written(target, found)), but <\(element(node))> judges by numbers "
        + "from \(written(range.lowerBound)) to \(written(range.upperBound))",
      "scale them; or, if they number classes, say so in the source, for instance task=\"classes\" of <csv>")
  }

  private static func label(
    _ target: DataArray, _ rows: [Int32], count: Int, _ node: NetworkDefinition.Node, width: (Int) -> Int
  ) -> Diagnostic? {
    guard case .labels(let labels) = target.elements else { return nil }
    let ignored = node.layer.facts.ignoredLabel
    let wrong = first(labels, rows, target.width, width) { !(0..<count).contains(Int($0)) && Int($0) != ignored }
    if let wrong {
      return problem(
        "label-out-of-range", target,
        "\(target.place(wrong)) of '\(target.name)' is \(labels[wrong]), which is none of the \(count) classes, and "
          + "<\(element(node))> does not leave it out", "classes are numbered from 0 to \(count - 1)")
    }
    guard let ignored, first(labels, rows, target.width, width, where: { Int($0) != ignored }) == nil else {
      return nil
    }
    return problem(
      "no-samples", target,
      "every sample has the label \(ignored), which <\(element(node))> leaves out, so that none of them counts", nil)
  }

  /// The index of the first element, of the given rows, that is as asked for.
  private static func first<T>(
    _ values: [T], _ rows: [Int32], _ width: Int, _ valid: (Int) -> Int, where isWanted: (T) -> Bool
  ) -> Int? {
    values.withUnsafeBufferPointer { values in
      for row in rows {
        let start = Int(row) * width
        for index in start..<(start + valid(Int(row))) where isWanted(values[index]) { return index }
      }
      return nil
    }
  }

  /// An element as a file would have it.
  private static func written(_ target: DataArray, _ index: Int) -> String {
    if case .floats(let values) = target.elements { return written(Double("\(values[index])") ?? target.value(index)) }
    return written(target.value(index))
  }

  private static func written(_ number: Double) -> String { AttributeValue.number(number).written }

  private static func element(_ node: NetworkDefinition.Node) -> String { node.layer.schema.name }

  private static func problem(
    _ code: String, _ target: DataArray, _ message: String, _ remedy: String?
  ) -> Diagnostic {
    Diagnostic(
      code: code, message, remedy: remedy, place: SourcePlace(file: target.file ?? "data", line: 0, column: 0))
  }
}
