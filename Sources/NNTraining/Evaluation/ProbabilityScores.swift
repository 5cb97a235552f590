import NNCore
import NNKernels

/// Samples whose predicted class has a probability within the same interval.
struct CalibrationBin: Sendable {
  /// Their weight.
  var weight = 0.0
  /// The sum of their probabilities.
  var confidence = 0.0
  /// The weight of those that are right.
  var right = 0.0
}

/// Metrics of probabilities.
extension HeadEvaluation {
  /// Probabilities are kept this far from 0 and 1, so that logarithms stay finite: scikit-learn's for double precision.
  private static let leastProbability = Double.ulpOfOne
  /// Intervals of equal width in which probabilities are compared with what is right.
  private static let calibrationBins = 15

  /// The predictions, if they are kept and are probabilities of 0 or 1.
  private var probabilities: KeptPredictions? {
    guard head.givesProbabilities, samples > 0, weight > 0, !hasSoftLabels, let kept, !kept.isOverflowing else {
      return nil
    }
    return kept
  }

  private static func logarithm(_ probability: Double) -> Double {
    probability.isNaN ? .nan : Double.log(min(max(probability, leastProbability), 1 - leastProbability))
  }

  /// The weighted mean over the samples of what `value` says of each.
  private func mean(_ kept: KeptPredictions, _ value: (Int) -> Double) -> Double {
    var total = 0.0
    for sample in 0..<kept.count { total += kept.weights[sample] * value(sample) }
    return total / weight
  }

  /// The share that a target gives to a class.
  private func share(_ kept: KeptPredictions, _ sample: Int, _ column: Int) -> Double {
    if kept.targetWidth > 1 || kept.width == 1 { return kept.targets[sample * kept.targetWidth + column] }
    return kept.targets[sample] == Double(column) ? 1 : 0
  }

  /// Minus the logarithm of the probability of what is right, its mean; of several labels the mean over them too.
  var logLoss: Double? {
    guard let kept = probabilities else { return nil }
    let isOneOfClasses = kept.width > 1 && head.isAboutClasses
    return mean(kept) { sample in
      var sum = 0.0
      for column in 0..<kept.width {
        let probability = kept.predictions[sample * kept.width + column]
        let share = share(kept, sample, column)
        if probability.isNaN { return .nan }
        if share != 0 { sum -= share * Self.logarithm(probability) }
        if !isOneOfClasses, share != 1 { sum -= (1 - share) * Self.logarithm(1 - probability) }
      }
      return isOneOfClasses ? sum : sum / Double(kept.width)
    }
  }

  /// The Brier score: the squared difference of probability and outcome, its mean; of classes the sum over them, of
  /// labels the mean over them.
  var brier: Double? {
    guard let kept = probabilities else { return nil }
    let isOneOfClasses = kept.width > 1 && head.isAboutClasses
    return mean(kept) { sample in
      var sum = 0.0
      for column in 0..<kept.width {
        let difference = kept.predictions[sample * kept.width + column] - share(kept, sample, column)
        sum += difference * difference
      }
      return isOneOfClasses ? sum : sum / Double(kept.width)
    }
  }

  /// Samples by the probability of the class that is predicted, in intervals of equal width; of labels each by itself.
  var calibration: [CalibrationBin]? {
    guard let kept = probabilities else { return nil }
    var bins = [CalibrationBin](repeating: CalibrationBin(), count: Self.calibrationBins)
    func add(_ probability: Double, isRight: Bool, _ weight: Double) {
      let place = (probability * Double(Self.calibrationBins)).rounded(.up) - 1
      let index = Int(min(max(place, 0), Double(Self.calibrationBins - 1)))
      bins[index].weight += weight
      bins[index].confidence += weight * probability
      if isRight { bins[index].right += weight }
    }
    for sample in 0..<kept.count {
      let row = kept.predictions[(sample * kept.width)..<((sample + 1) * kept.width)]
      guard !row.contains(where: \.isNaN) else { return nil }
      guard head.isAboutClasses, kept.width > 1 else {
        for (column, probability) in row.enumerated() {
          let says = probability >= 0.5
          let isRight = says == (kept.targets[sample * kept.targetWidth + column] >= 0.5)
          add(says ? probability : 1 - probability, isRight: isRight, kept.weights[sample])
        }
        continue
      }
      var best = row.startIndex
      for index in row.indices where row[index] > row[best] { best = index }
      add(row[best], isRight: best - row.startIndex == kept.label(sample), kept.weights[sample])
    }
    return bins
  }

  /// Expected calibration error: the mean distance of confidence and accuracy within 15 intervals (Guo et al. 2017).
  var calibrationError: Double? {
    guard let bins = calibration else { return nil }
    let total = bins.reduce(0) { $0 + $1.weight }
    return total == 0 ? nil : bins.reduce(0) { $0 + ($1.right - $1.confidence).magnitude } / total
  }
}
