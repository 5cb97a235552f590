/// Metrics of numbers.
extension HeadEvaluation {
  /// The kept predictions of numbers.
  private var residuals: KeptPredictions? {
    guard case .values = head.task, samples > 0, weight > 0, let kept, !kept.isOverflowing else { return nil }
    return kept
  }

  /// The weighted mean over samples and target elements of what `value` says of target and prediction.
  private func mean(_ value: (_ target: Double, _ prediction: Double) -> Double) -> Double? {
    guard let kept = residuals else { return nil }
    var total = 0.0
    for sample in 0..<kept.count {
      for column in 0..<kept.width {
        let index = sample * kept.width + column
        total += kept.weights[sample] * value(kept.targets[index], kept.predictions[index])
      }
    }
    return total / (weight * Double(kept.width))
  }

  /// The mean absolute error.
  var meanAbsoluteError: Double? { mean { ($1 - $0).magnitude } }

  /// The mean absolute percentage error, as a share; nil where a target is 0.
  var meanPercentageError: Double? {
    guard let kept = residuals, !kept.targets.contains(0) else { return nil }
    return mean { ($1 - $0).magnitude / $0.magnitude }
  }

  /// The quantile loss (pinball loss) at the quantile q that the head's loss names: q d where the difference d of target
  /// and prediction is positive, else (q - 1) d.
  var quantileLoss: Double? {
    guard let quantile = head.quantile else { return nil }
    return mean { target, prediction in
      let difference = target - prediction
      return difference >= 0 ? quantile * difference : (quantile - 1) * difference
    }
  }

  /// The median of the absolute errors, its mean over the target elements. With weights, half of which lies on either side
  /// of it.
  var medianAbsoluteError: Double? {
    guard let kept = residuals else { return nil }
    var total = 0.0
    for column in 0..<kept.width {
      let errors = (0..<kept.count).map { sample -> (size: Double, weight: Double) in
        let index = sample * kept.width + column
        return ((kept.predictions[index] - kept.targets[index]).magnitude, kept.weights[sample])
      }
      if errors.contains(where: \.size.isNaN) { return .nan }
      total += Self.median(errors.filter { $0.weight > 0 }.sorted { $0.size < $1.size })
    }
    return total / Double(kept.width)
  }

  /// The weighted median: the mean of the two values in the middle, if half of the weight ends between them.
  private static func median(_ sorted: [(size: Double, weight: Double)]) -> Double {
    let half = sorted.reduce(0) { $0 + $1.weight } / 2
    var below = 0.0
    for (index, value) in sorted.enumerated() {
      below += value.weight
      if below == half, index + 1 < sorted.count { return (value.size + sorted[index + 1].size) / 2 }
      if below >= half { return value.size }
    }
    return sorted.last?.size ?? .nan
  }

  /// The root mean squared error of each target element.
  public var rmsePerOutput: [Double]? {
    guard case .values = head.task, weight > 0 else { return nil }
    return squaredResiduals.map { ($0 / weight).squareRoot() }
  }

  /// The coefficient of determination of each target element; nil for one whose targets are all the same.
  public var r2PerOutput: [Double?]? {
    guard case .values = head.task, weight > 0 else { return nil }
    return zip(squaredResiduals, deviations).map { $1 > 0 ? 1 - $0 / $1 : nil }
  }

  /// For each target element the sum of squared deviations of the targets from their mean.
  private var deviations: [Double] {
    zip(targetSums, targetSquares).map { max(0, $1 - $0 * $0 / weight) }
  }

  /// The root mean squared error over all target elements, in their units.
  public var rmse: Double? {
    guard case .values(let count) = head.task, weight > 0 else { return nil }
    return (squaredResiduals.reduce(0, +) / (weight * Double(count))).squareRoot()
  }

  /// The coefficient of determination, 1 - sum of squared residuals / sum of squared deviations of the targets from their
  /// means; nil for constant targets.
  public var r2: Double? {
    guard case .values = head.task, weight > 0 else { return nil }
    let total = deviations.reduce(0, +)
    return total > 0 ? 1 - squaredResiduals.reduce(0, +) / total : nil
  }
}
