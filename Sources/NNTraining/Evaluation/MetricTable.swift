/// The table of metrics. A new one is a row here, named in `all`, and its computation from what a `HeadEvaluation`
/// gathers.
extension Metric {
  private static let oneClass = "the samples are all of one class"
  private static let noYes = "no sample is of the second class"

  // MARK: - From sums

  /// The sum of all losses.
  public static let loss = Metric(
    "loss", title: "Loss", of: .every, from: .sums, .number(digits: 5), improvesUpwards: false, isCurve: true,
    isShort: true
  ) { $0.loss }

  /// The fraction of samples whose highest score is that of the true class; of labels, whose every label is right.
  public static let accuracy = Metric(
    "accuracy", title: "Accuracy", of: .answers, from: .sums, .percentage, improvesUpwards: true, isCurve: true,
    isShort: true
  ) { $0.accuracy }

  /// The root mean squared error over all target elements, in their units.
  public static let rmse = Metric(
    "rmse", title: "RMSE", of: .values, from: .sums, .number(digits: 5), improvesUpwards: false, isCurve: true,
    isShort: true
  ) { $0.rmse }

  /// The coefficient of determination: the share of the targets' variance that the predictions explain.
  public static let r2 = Metric(
    "r2", title: "R2", of: .values, from: .sums, .number(digits: 4), improvesUpwards: true, isShort: true,
    undefinedReason: "all targets are the same"
  ) { $0.r2 }

  /// Top-k accuracy with k = `count`, which must be that of the evaluation.
  static func topAccuracy(_ count: Int) -> Metric {
    Metric(
      "top\(count)", title: "Top-\(count)", label: "top-\(count)", of: .classes, from: .sums, .percentage,
      improvesUpwards: true, isShort: true
    ) { $0.topAccuracy }
  }

  // MARK: - Of answers that are right or wrong

  private static let answers: [Metric] = [
    Metric(
      "balancedAccuracy", title: "Balanced accuracy", label: "balanced accuracy", of: .classes, .percentage,
      improvesUpwards: true, undefinedReason: oneClass
    ) { $0.balancedAccuracy },
    Metric(
      "matthews", title: "Matthews correlation", label: "Matthews correlation", of: .classes, .number(digits: 4),
      improvesUpwards: true, undefinedReason: oneClass
    ) { $0.matthews },
    Metric(
      "precision", title: "Precision", of: .binary, .percentage, improvesUpwards: true, undefinedReason: noYes
    ) { $0.ofYes(\.precision) },
    Metric(
      "recall", title: "Recall", of: .binary, .percentage, improvesUpwards: true, undefinedReason: noYes
    ) { $0.ofYes(\.recall) },
    Metric(
      "f1", title: "F1", label: "F1", of: .binary, .number(digits: 4), improvesUpwards: true, undefinedReason: noYes
    ) { $0.ofYes(\.f1) },
    Metric(
      "precisionMacro", title: "Macro precision", label: "macro precision", of: .answers, .percentage,
      improvesUpwards: true
    ) { $0.macro(\.precision) },
    Metric(
      "recallMacro", title: "Macro recall", label: "macro recall", of: .answers, .percentage, improvesUpwards: true
    ) { $0.macro(\.recall) },
    Metric("f1Macro", title: "Macro F1", label: "macro F1", of: .answers, .number(digits: 4), improvesUpwards: true) {
      $0.macro(\.f1)
    },
    Metric(
      "precisionWeighted", title: "Weighted precision", label: "weighted precision", of: .answers, .percentage,
      improvesUpwards: true, undefinedReason: "no sample has a label"
    ) { $0.weighted(\.precision) },
    Metric(
      "recallWeighted", title: "Weighted recall", label: "weighted recall", of: .answers, .percentage,
      improvesUpwards: true, undefinedReason: "no sample has a label"
    ) { $0.weighted(\.recall) },
    Metric(
      "f1Weighted", title: "Weighted F1", label: "weighted F1", of: .answers, .number(digits: 4), improvesUpwards: true,
      undefinedReason: "no sample has a label"
    ) { $0.weighted(\.f1) },
    Metric(
      "f1Micro", title: "Micro F1", label: "micro F1", of: .labels, .number(digits: 4), improvesUpwards: true,
      undefinedReason: "no sample has a label, or is said to"
    ) { $0.micro(\.f1) },
    Metric(
      "hammingLoss", title: "Hamming loss", label: "Hamming loss", of: .labels, .percentage, improvesUpwards: false
    ) { $0.hammingLoss },
  ]

  // MARK: - Of scores and probabilities

  private static let scores: [Metric] = [
    Metric(
      "auc", title: "Area under the ROC curve", label: "AUC", of: .answers, .number(digits: 5), improvesUpwards: true,
      undefinedReason: oneClass
    ) { $0.area },
    Metric(
      "averagePrecision", title: "Average precision", label: "average precision", of: .answers, .number(digits: 5),
      improvesUpwards: true, undefinedReason: oneClass
    ) { $0.averagePrecision },
    Metric(
      "logLoss", title: "Log loss", label: "log loss", of: .probabilities, .number(digits: 5), improvesUpwards: false
    ) { $0.logLoss },
    Metric(
      "brier", title: "Brier score", label: "Brier score", of: .probabilities, .number(digits: 5),
      improvesUpwards: false
    ) { $0.brier },
    Metric(
      "calibrationError", title: "Expected calibration error", label: "calibration error", of: .probabilities,
      .percentage, improvesUpwards: false
    ) { $0.calibrationError },
  ]

  // MARK: - Of numbers

  private static let numbers: [Metric] = [
    Metric(
      "mae", title: "Mean absolute error", label: "mean absolute error", of: .values, .number(digits: 5),
      improvesUpwards: false
    ) { $0.meanAbsoluteError },
    Metric(
      "medianError", title: "Median absolute error", label: "median absolute error", of: .values, .number(digits: 5),
      improvesUpwards: false
    ) { $0.medianAbsoluteError },
    Metric(
      "mape", title: "Mean absolute percentage error", label: "mean percentage error", of: .values, .percentage,
      improvesUpwards: false, undefinedReason: "a target is 0"
    ) { $0.meanPercentageError },
    Metric(
      "quantileLoss", title: "Quantile loss", label: "quantile loss", of: .quantiles, .number(digits: 5),
      improvesUpwards: false
    ) { $0.quantileLoss },
  ]

  /// Those that cost nothing, as they come from sums.
  static let fromSums = [loss, accuracy, rmse, r2]

  /// All metrics that can be asked for by key, in the order in which they are shown.
  public static let all = fromSums + answers + scores + numbers
}
