import NNCore

/// Metrics of answers that are right or wrong. Ratios of nothing count as 0 in means over classes, as in scikit-learn.
extension HeadEvaluation {
  /// For each class, or label, what is counted of it; nil unless details are gathered.
  var tallies: [ClassTally]? {
    if let confusion { return confusion.tallies }
    guard case .labels(let count) = head.task, !hasSoftLabels, let kept, !kept.isOverflowing else { return nil }
    var tallies = [ClassTally](repeating: ClassTally(), count: count)
    for sample in 0..<kept.count {
      for label in 0..<count {
        let said = kept.predictions[sample * count + label] >= 0.5
        let isRight = kept.targets[sample * count + label] == 1
        if said { tallies[label].predicted += kept.weights[sample] }
        if isRight { tallies[label].actual += kept.weights[sample] }
        if said, isRight { tallies[label].right += kept.weights[sample] }
      }
    }
    return tallies
  }

  /// The means over the classes that there are, or are predicted; of labels over all.
  private var averaged: [ClassTally]? {
    guard samples > 0 else { return nil }
    return tallies?.filter { !head.isAboutClasses || $0.predicted + $0.actual > 0 }
  }

  /// Whether the samples are of several classes.
  var hasSeveralClasses: Bool { (confusion?.tallies.filter { $0.actual > 0 }.count ?? 0) > 1 }

  /// The unweighted mean over the classes.
  func macro(_ ratio: (ClassTally) -> Double?) -> Double? {
    guard let tallies = averaged, !tallies.isEmpty else { return nil }
    return tallies.reduce(0) { $0 + (ratio($1) ?? 0) } / Double(tallies.count)
  }

  /// The mean over the classes, each weighted with its samples.
  func weighted(_ ratio: (ClassTally) -> Double?) -> Double? {
    guard let tallies = averaged else { return nil }
    let total = tallies.reduce(0) { $0 + $1.actual }
    return total == 0 ? nil : tallies.reduce(0) { $0 + $1.actual * (ratio($1) ?? 0) } / total
  }

  /// The ratio of the counts of all labels together; nil for classes, where it is the accuracy.
  func micro(_ ratio: (ClassTally) -> Double?) -> Double? {
    guard case .labels = head.task, let tallies = averaged else { return nil }
    return ratio(
      tallies.reduce(into: ClassTally()) {
        $0.right += $1.right
        $0.predicted += $1.predicted
        $0.actual += $1.actual
      })
  }

  /// The ratio of the second class, that of yes; nil where no sample is of it.
  func ofYes(_ ratio: (ClassTally) -> Double?) -> Double? {
    guard head.task == .binary, let yes = confusion?.tallies[1], yes.actual > 0 else { return nil }
    return ratio(yes) ?? 0
  }

  /// The mean of the recalls of the classes that there are.
  var balancedAccuracy: Double? {
    guard hasSeveralClasses, let tallies = confusion?.tallies else { return nil }
    let recalls = tallies.compactMap(\.recall)
    return recalls.reduce(0, +) / Double(recalls.count)
  }

  /// Matthews' correlation coefficient of the true and the predicted classes (Gorodkin 2004 for more than two); 0 where
  /// all predictions are the same.
  var matthews: Double? {
    guard hasSeveralClasses, let confusion else { return nil }
    let tallies = confusion.tallies
    var right = 0.0
    var (both, ofPredicted, ofActual) = (0.0, 0.0, 0.0)
    for tally in tallies {
      right += tally.right
      both += tally.predicted * tally.actual
      ofPredicted += tally.predicted * tally.predicted
      ofActual += tally.actual * tally.actual
    }
    // Samples without a prediction are as if taken for a class of their own.
    let without = confusion.unpredicted.reduce(0, +)
    ofPredicted += without * without
    let total = tallies.reduce(0) { $0 + $1.actual }
    let spread = (total * total - ofPredicted) * (total * total - ofActual)
    return spread > 0 ? (right * total - both) / spread.squareRoot() : 0
  }

  /// Hamming loss: the share of wrong labels.
  var hammingLoss: Double? {
    guard case .labels(let count) = head.task, samples > 0, weight > 0, let tallies else { return nil }
    let wrong = tallies.reduce(0) { $0 + $1.predicted + $1.actual - 2 * $1.right }
    return wrong / (weight * Double(count))
  }
}
