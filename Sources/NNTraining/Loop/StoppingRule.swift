import NNCore

/// Ends a run before its length: a rule of the declarations of kind `stopping`, ours or another's.
public protocol StoppingRule: ElementValue {
  /// The metric by which epochs are compared, of which the best is kept; nil for accuracy where there are classes, else
  /// the loss.
  var metric: Metric? { get }
  /// The loss that the metric measures, in a net with several; nil, as by default, for the net's prediction, or of the loss
  /// for all together.
  var head: String? { get }
  /// Why a run ended by the rule, as what follows "because".
  var reason: String { get }

  /// Whether the run ends after an epoch.
  ///
  /// - Parameter memory: numbers that the rule keeps from epoch to epoch; empty before the first. Checkpoints hold them.
  func ends(after epoch: TrainingRecord, memory: inout [Double]) -> Bool
}

extension StoppingRule {
  /// The net's prediction.
  public var head: String? { nil }
}
