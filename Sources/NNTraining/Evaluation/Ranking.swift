/// How scores order positive and negative samples: the points of the ROC and of the precision-recall curve, one for each
/// distinct score.
struct Ranking: Sendable {
  /// For each distinct score, from the highest downwards, the weight of the positive samples with at least that score.
  private(set) var positives: [Double] = []
  /// The same of the negative samples.
  private(set) var negatives: [Double] = []
  /// Whether some score is NaN.
  private(set) var hasNaN = false

  /// The order of samples by their scores.
  init(_ samples: [(score: Double, isPositive: Bool, weight: Double)]) {
    hasNaN = samples.contains { $0.score.isNaN }
    guard !hasNaN else { return }
    var (positive, negative) = (0.0, 0.0)
    let sorted = samples.sorted { $0.score > $1.score }
    for (index, sample) in sorted.enumerated() {
      if sample.isPositive { positive += sample.weight } else { negative += sample.weight }
      if index + 1 == sorted.count || sorted[index + 1].score != sample.score {
        positives.append(positive)
        negatives.append(negative)
      }
    }
  }

  /// Whether there are samples of both kinds, without which neither curve is one.
  var isDefined: Bool { (positives.last ?? 0) > 0 && (negatives.last ?? 0) > 0 }

  /// The area under the ROC curve: the probability that a positive sample has a higher score than a negative one, equal
  /// scores counted as half.
  var area: Double? {
    guard !hasNaN else { return .nan }
    guard isDefined, let all = positives.last, let others = negatives.last else { return nil }
    var area = 0.0
    var (positive, negative) = (0.0, 0.0)
    for index in positives.indices {
      area += (negatives[index] - negative) * (positives[index] + positive) / 2
      (positive, negative) = (positives[index], negatives[index])
    }
    return area / (all * others)
  }

  /// Average precision: the precision at each score, weighted with the recall that it adds.
  var averagePrecision: Double? {
    guard !hasNaN else { return .nan }
    guard isDefined, let all = positives.last else { return nil }
    var sum = 0.0
    var positive = 0.0
    for index in positives.indices where positives[index] > positive {
      sum += (positives[index] - positive) * positives[index] / (positives[index] + negatives[index])
      positive = positives[index]
    }
    return sum / all
  }
}

extension HeadEvaluation {
  /// For each class against the rest, or each label, or yes alone, what its ranking gives; nil unless predictions are
  /// kept. Rankings are made one at a time, as each is as large as the set.
  func eachRanking<Value>(_ value: (Ranking) -> Value) -> [Value]? {
    guard let kept, !kept.isOverflowing, samples > 0 else { return nil }
    func ranking(_ column: Int, _ isPositive: (Int) -> Bool) -> Value {
      value(
        Ranking(
          (0..<kept.count).map { sample in
            (kept.predictions[sample * kept.width + column], isPositive(sample), kept.weights[sample])
          }))
    }
    switch head.task {
    case .binary: return [ranking(0) { kept.targets[$0] >= 0.5 }]
    case .classes(let count):
      let labels = (0..<kept.count).map(kept.label)
      return (0..<count).map { column in ranking(column) { labels[$0] == column } }
    case .labels(let count):
      guard !hasSoftLabels else { return nil }
      return (0..<count).map { column in ranking(column) { kept.targets[$0 * count + column] == 1 } }
    case .values, .none: return nil
    }
  }

  /// Sorts the samples for each class once, for all that is to be asked of their order. Nothing may be added afterwards.
  mutating func rank() { rankingScores = perClassRanking }

  /// The mean over the classes, or labels, that have samples of both kinds.
  private func mean(
    _ value: (Ranking) -> Double?, _ score: ((area: Double?, averagePrecision: Double?)) -> Double?
  ) -> Double? {
    guard let values = (rankingScores?.map(score) ?? eachRanking(value))?.compactMap(\.self), !values.isEmpty else {
      return nil
    }
    return values.reduce(0, +) / Double(values.count)
  }

  /// The area under the ROC curve; of more than two classes the mean of each against the rest.
  var area: Double? { mean(\.area, \.area) }

  /// Average precision; of more than two classes the mean of each against the rest.
  var averagePrecision: Double? { mean(\.averagePrecision, \.averagePrecision) }
}
