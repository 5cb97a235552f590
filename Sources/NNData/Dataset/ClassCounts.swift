import NNCore

extension Dataset {
  /// For each class of a target, how many of the set's samples have its label, or the sum of their weights; nil if the target
  /// holds no classes. Where samples have several labels, as one for each step, all of them within the sample count.
  ///
  /// - Parameter ignored: a label that does not count.
  package func classCounts(target name: String, ignoring ignored: Int?) -> [Double]? {
    guard let target = target(name), case .classes(let count, _) = target.form else { return nil }
    var counts = [Double](repeating: 0, count: count)
    for row in rows {
      let start = Int(row) * target.width
      let weight = weights?.value(Int(row)) ?? 1
      for index in start..<(start + target.validWidth(Int(row))) {
        let label = Int(target.value(index))
        if counts.indices.contains(label), label != ignored { counts[label] += weight }
      }
    }
    return counts
  }
}
