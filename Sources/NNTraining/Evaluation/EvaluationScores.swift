import NNCore

extension HeadEvaluation {
  /// The metrics that say something of the samples, in the order of the table; of no samples the loss alone. Those that
  /// need more than was gathered are left out.
  public var metrics: [Metric] {
    guard samples > 0 else { return [.loss] }
    let top = head.isAboutClasses && topAccuracy != nil ? [Metric.topAccuracy(topCount)] : []
    return Metric.all.filter { $0.measures(head) && $0.isGathered(in: self) } + top
  }

  /// Those of them that are shown in one line.
  package var shortMetrics: [Metric] { metrics.filter(\.isShort) }

  /// The loss over all samples.
  public var loss: Double { lossParts.mean }

  /// The fraction of samples whose predicted class is the true one; of several labels, all of which are right. Nil for
  /// numbers.
  public var accuracy: Double? {
    guard samples > 0, weight > 0, !hasSoftLabels else { return nil }
    switch head.task {
    case .classes, .binary, .labels: return correct / weight
    case .values, .none: return nil
    }
  }

  /// Top-k accuracy: the fraction of samples whose true class is among the `topCount` highest scores; nil unless k is
  /// above 0.
  public var topAccuracy: Double? {
    guard case .classes = head.task, topCount > 0, weight > 0 else { return nil }
    return correctAmongTop / weight
  }

  /// The confusion matrix, classes x classes with true classes as rows and predicted ones as columns, of the samples with
  /// a prediction: sums of their weights. Nil unless predictions are kept.
  public var confusionMatrix: [[Double]]? { confusion?.rows }

  /// For each class, or label, its precision, its recall, their harmonic mean F1, and its support, the weight of its
  /// samples, those without a prediction included. A ratio with the denominator 0 is nil; nil unless predictions are
  /// kept.
  public var perClass: [(precision: Double?, recall: Double?, f1: Double?, support: Double)]? {
    tallies.map { $0.map { ($0.precision, $0.recall, $0.f1, $0.actual) } }
  }

  /// For each class against the rest, or each label, the area under the ROC curve and the average precision; nil for one
  /// that all samples have, or none. Nil unless predictions are kept.
  public var perClassRanking: [(area: Double?, averagePrecision: Double?)]? {
    rankingScores ?? eachRanking { ($0.area, $0.averagePrecision) }
  }
}

/// What is asked most often, of the head whose output is the net's prediction.
extension Evaluation {
  /// Samples that count: those seen less the ignored ones.
  public var samples: Int { main.samples }
  /// Samples whose label the loss leaves out.
  public var ignored: Int { main.ignored }
  /// Samples, of those that count, whose prediction holds NaN.
  public var unpredicted: Int { main.unpredicted }
  /// Whether the net classifies, so that there is an accuracy.
  public var isAboutClasses: Bool { main.head.isAboutClasses }
  /// The sum of all losses with their weights, each over all samples.
  public var loss: Double { heads.reduce(0) { $0 + $1.head.lossWeight * $1.loss } }
  /// The fraction of samples whose predicted class is the true one; nil when there are no classes.
  public var accuracy: Double? { main.accuracy }
  /// Top-k accuracy; nil unless k is above 0.
  public var topAccuracy: Double? { main.topAccuracy }
  /// The root mean squared error over all target elements, in their units; nil for classes.
  public var rmse: Double? { main.rmse }
  /// The coefficient of determination; nil for classes and for constant targets.
  public var r2: Double? { main.r2 }
}
