import NNCore

/// Which sequences an input can read: steps of its shape, at most as many as the shape has and at least as many as all
/// layers leave a step of.
struct SequenceBinding {
  let input: NetworkDefinition.Input
  /// The fewest steps that the net can read, and the layer that needs so many.
  let least: (steps: Int, layer: String?)

  /// The array as the input reads it, with a length for each sample; nil if it does not fit, or if neither the input nor a
  /// sample has a length of its own.
  ///
  /// - Parameter problems: gets a message if it does not fit.
  func bind(
    _ array: DataArray, _ set: Dataset, _ purpose: InputBinding.Purpose, _ problems: inout [Diagnostic]
  ) -> DataArray? {
    let (found, needed) = (array.form.shape, input.shape)
    guard input.hasLength else {
      guard let lengths = array.lengths, let other = set.rows.first(where: { Int(lengths[Int($0)]) != found[0] }) else {
        return nil
      }
      report(
        "length-mismatch", set, purpose,
        "sample \(other + 1) of '\(input.name)' has \(lengths[Int(other)]) of the \(found[0]) steps, but the net reads samples "
          + "that all have the shape \(needed)", "write length=\"varying\"", &problems)
      return nil
    }
    guard found.rank > 0, found.dimensions.dropFirst() == needed.dimensions.dropFirst() else {
      let isTurned = found.rank == 2 && needed.rank == 2 && found[0] == needed[1]
      report(
        "shape-mismatch", set, purpose,
        "the input '\(input.name)' reads sequences of \(text(needed)), but a sample of the data has \(text(found))",
        isTurned
          ? "steps come first: turn the array, as x.transpose(0, 2, 1) does"
          : purpose == .training ? "write shape=\"\(found)\"" : nil, &problems)
      return nil
    }
    for row in set.rows {
      let steps = array.lengths.map { Int($0[Int(row)]) } ?? found[0]
      guard steps >= least.steps, steps <= needed[0] else {
        let isShort = steps < least.steps
        report(
          "length-out-of-range", set, purpose,
          "sample \(row + 1) of '\(input.name)' has \(steps) step\(steps == 1 ? "" : "s"), but "
            + (isShort
              ? "'\(least.layer ?? "the net")' needs at least \(least.steps)" : "the input takes at most \(needed[0])"),
          isShort
            ? "leave shorter samples out, or give the layer more padding"
            : purpose == .training ? "write shape=\"\(longest(array, set, needed))\"" : "cut it", &problems)
        return nil
      }
    }
    return found == needed && array.lengths != nil ? array : array.resized(to: needed[0])
  }

  private func text(_ shape: Shape) -> String {
    shape.rank < 2 ? "\(shape)" : "steps of \(shape.sample)"
  }

  private func longest(_ array: DataArray, _ set: Dataset, _ needed: Shape) -> Shape {
    let steps = set.rows.map { row in array.lengths.map { Int($0[Int(row)]) } ?? array.form.shape[0] }.max() ?? 1
    return Shape([steps] + needed.dimensions.dropFirst()) ?? needed
  }

  private func report(
    _ code: String, _ set: Dataset, _ purpose: InputBinding.Purpose, _ message: String, _ remedy: String?,
    _ problems: inout [Diagnostic]
  ) {
    let file = set.file.isEmpty ? nil : SourcePlace(file: set.file, line: 0, column: 0)
    // Whoever trains can change the model; the file is then named by the message's other parts.
    let isModel = purpose == .training && input.place != nil && code != "length-out-of-range"
    problems.append(
      Diagnostic(
        code: code, message, remedy: remedy, place: isModel ? input.place : file,
        sourceLine: isModel ? input.sourceLine : nil))
  }
}
