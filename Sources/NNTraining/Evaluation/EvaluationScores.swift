import NNCore

extension Evaluation {
  /// Whether samples are right or wrong, so that there is an accuracy.
  public var isAboutClasses: Bool { task.isAboutClasses }

  /// The metrics that say something of the samples; of no samples the loss alone.
  package var metrics: [Metric] {
    guard samples > 0 else { return [.loss] }
    return Metric.all.filter { $0.measures(task) } + (topAccuracy == nil ? [] : [Metric.topAccuracy(topCount)])
  }

  /// The sum of all losses with their weights, each over all samples.
  public var loss: Double {
    var total = 0.0
    for (parts, weight) in zip(losses, lossWeights) { total += weight * parts.mean }
    return total
  }

  /// Share of samples with the right class; nil when there are no classes.
  public var accuracy: Double? {
    isAboutClasses && samples > 0 ? Double(correct) / Double(samples) : nil
  }

  /// Share of samples whose class is among the `topCount` highest scores.
  public var topAccuracy: Double? {
    guard case .classes = task, topCount > 0, samples > 0 else { return nil }
    return Double(correctAmongTop) / Double(samples)
  }

  /// Root of the mean squared difference over all target elements; nil for classes.
  public var rmse: Double? {
    guard case .values(let count) = task, samples > 0 else { return nil }
    return (squaredDifferences / Double(samples * count)).squareRoot()
  }

  /// 1 - squared differences / squared deviations of the targets from their means; nil for classes and for targets
  /// that are all the same.
  public var r2: Double? {
    guard case .values = task, samples > 0 else { return nil }
    var deviations = 0.0
    for (sum, square) in zip(targetSums, targetSquares) { deviations += max(0, square - sum * sum / Double(samples)) }
    return deviations > 0 ? 1 - squaredDifferences / deviations : nil
  }

  /// The confusion matrix, rows being right classes and columns predicted ones, of the samples with a prediction; nil
  /// unless it was asked for.
  public var confusion: [[Int]]? {
    guard !unpredictedCounts.isEmpty else { return nil }
    let count = unpredictedCounts.count
    return (0..<count).map { Array(confusionCounts[($0 * count)..<(($0 + 1) * count)]) }
  }

  /// For each class: the share of its predictions that are right, the share of its samples that are found, and the
  /// number of its samples, those without a prediction included. A share of nothing is nil.
  public var perClass: [(precision: Double?, recall: Double?, samples: Int)]? {
    confusion.map { matrix in
      matrix.indices.map { index in
        let predicted = matrix.reduce(0) { $0 + $1[index] }
        let actual = matrix[index].reduce(0, +) + unpredictedCounts[index]
        let right = Double(matrix[index][index])
        return (
          predicted == 0 ? nil : right / Double(predicted), actual == 0 ? nil : right / Double(actual), actual
        )
      }
    }
  }
}
