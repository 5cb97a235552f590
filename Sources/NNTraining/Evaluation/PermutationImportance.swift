import NNCore
import NNData
import NNKernels

/// How much worse a net does when one thing that it reads is exchanged among the samples (Breiman 2001): the importance of
/// each, for a metric.
package struct PermutationImportance: Sendable {
  /// A thing that the net reads.
  package struct Row: Sendable {
    /// What it is called.
    package var name: String
    /// By how much the metric gets worse, the mean over the repetitions.
    package var mean: Double
    /// The standard deviation over the repetitions.
    package var deviation: Double
  }

  /// The metric: accuracy for classes, R2 for numbers, the loss for others.
  package let metric: Metric
  /// The rows, the most important first.
  package let rows: [Row]

  /// How often each thing is exchanged, as in scikit-learn.
  package static let repetitions = 5

  /// Measures the importance of each feature. Throws a `DiagnosticError` if the set does not fit the net.
  ///
  /// - Parameters:
  ///   - evaluation: that of the set as it is.
  ///   - features: what is exchanged; places among the inputs of `samples`.
  ///   - views: those of `evaluation`.
  package init<S: Scalar>(
    _ network: Network<S>, on samples: Dataset, _ features: [DatasetFeature], compared evaluation: Evaluation,
    preprocessing: [AffinePreprocessing], views: TestTimeAugmentation? = nil, seed: UInt64
  ) throws {
    let wanted: Metric =
      switch evaluation.main.head.task {
      case .classes, .binary: .accuracy
      case .values: .r2
      case .labels, .none: .loss
      }
    let metric = wanted.value(evaluation) == nil ? .loss : wanted
    let base = metric.value(evaluation) ?? 0
    self.metric = metric
    let measured = try features.enumerated().map { place, feature in
      let changes = try (0..<Self.repetitions).map { repetition -> Double in
        let draw = seed &+ UInt64(place * Self.repetitions + repetition)
        let found = try evaluate(
          network, on: samples.permuting(feature, seed: draw), preprocessing: preprocessing, views: views)
        let value = metric.value(found) ?? .nan
        return metric.improvesUpwards ? base - value : value - base
      }
      let mean = changes.reduce(0, +) / Double(changes.count)
      let variance = changes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(changes.count)
      return Row(name: feature.name, mean: mean, deviation: variance.squareRoot())
    }
    rows = measured.sorted { $0.mean > $1.mean }
  }
}
