/// A confusion matrix: the weight of the samples of each true class that were taken for each class.
package struct ConfusionCounts: Sendable {
  /// The most classes for which there is one: its size grows with their square.
  package static let mostClasses = 4000

  /// The number of classes.
  let classes: Int
  /// True class x predicted class, row-major.
  private(set) var counts: [Double]
  /// For each true class, the samples without a prediction.
  private(set) var unpredicted: [Double]

  init(classes: Int) {
    self.classes = classes
    counts = [Double](repeating: 0, count: classes * classes)
    unpredicted = [Double](repeating: 0, count: classes)
  }

  /// Adds a sample.
  ///
  /// - Parameter predicted: nil for none, which is wrong.
  @inline(__always)
  mutating func add(_ right: Int, predicted: Int?, _ weight: Double) {
    if let predicted { counts[right * classes + predicted] += weight } else { unpredicted[right] += weight }
  }

  /// Adds other counts of the same classes.
  mutating func merge(_ other: ConfusionCounts) {
    for index in counts.indices { counts[index] += other.counts[index] }
    for index in unpredicted.indices { unpredicted[index] += other.unpredicted[index] }
  }

  /// The counts as rows, one for each true class.
  var rows: [[Double]] { (0..<classes).map { Array(counts[($0 * classes)..<(($0 + 1) * classes)]) } }

  /// For each class what is counted of it.
  var tallies: [ClassTally] {
    (0..<classes).map { index in
      var tally = ClassTally()
      for other in 0..<classes {
        tally.predicted += counts[other * classes + index]
        tally.actual += counts[index * classes + other]
      }
      tally.actual += unpredicted[index]
      tally.right = counts[index * classes + index]
      return tally
    }
  }

  // MARK: - Checkpoints

  /// The counts without loss.
  var words: [UInt64] { (counts + unpredicted).map(\.bitPattern) }

  /// Sets the counts from a checkpoint.
  mutating func restore(_ reader: inout WordReader) {
    for index in counts.indices { counts[index] = reader.number() }
    for index in unpredicted.indices { unpredicted[index] = reader.number() }
  }
}

/// What is counted of one class, or of one label: weights of samples.
struct ClassTally: Sendable {
  /// Those that have it and are said to have it.
  var right = 0.0
  /// Those that are said to have it.
  var predicted = 0.0
  /// Those that have it.
  var actual = 0.0

  /// The share of the predictions that are right; nil for none.
  var precision: Double? { predicted == 0 ? nil : right / predicted }
  /// The share of the samples that are found; nil for none.
  var recall: Double? { actual == 0 ? nil : right / actual }
  /// The harmonic mean of precision and recall; nil where the class neither is nor is predicted.
  var f1: Double? { predicted + actual == 0 ? nil : 2 * right / (predicted + actual) }
}
