import NNCore

extension Evaluation {
  /// Whether the net classifies, so that there is an accuracy.
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

  /// The fraction of samples whose predicted class is the true one; nil when there are no classes.
  public var accuracy: Double? {
    isAboutClasses && samples > 0 ? Double(correct) / Double(samples) : nil
  }

  /// Top-k accuracy: the fraction of samples whose true class is among the `topCount` highest scores; nil unless k is
  /// above 0.
  public var topAccuracy: Double? {
    guard case .classes = task, topCount > 0, samples > 0 else { return nil }
    return Double(correctAmongTop) / Double(samples)
  }

  /// The root mean squared error over all target elements, in their units; nil for classes.
  public var rmse: Double? {
    guard case .values(let count) = task, samples > 0 else { return nil }
    return (squaredDifferences / Double(samples * count)).squareRoot()
  }

  /// The coefficient of determination, 1 - sum of squared residuals / sum of squared deviations of the targets from their
  /// means; nil for classes and for constant targets.
  public var r2: Double? {
    guard case .values = task, samples > 0 else { return nil }
    var deviations = 0.0
    for (sum, square) in zip(targetSums, targetSquares) { deviations += max(0, square - sum * sum / Double(samples)) }
    return deviations > 0 ? 1 - squaredDifferences / deviations : nil
  }

  /// The confusion matrix, classes x classes with true classes as rows and predicted ones as columns, of the samples with
  /// a prediction; nil unless it is counted.
  public var confusion: [[Int]]? {
    guard !unpredictedCounts.isEmpty else { return nil }
    let count = unpredictedCounts.count
    return (0..<count).map { Array(confusionCounts[($0 * count)..<(($0 + 1) * count)]) }
  }

  /// For each class its precision, its recall, and its support, the number of its samples, those without a prediction
  /// included. A ratio with the denominator 0 is nil; nil unless the confusion matrix is counted.
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
