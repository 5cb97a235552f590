import NNText

/// The numbers of one epoch: a line of `metrics.jsonl`, a point of the curves.
public struct TrainingRecord: Sendable, Hashable {
  /// What was measured on one set of samples.
  public struct Scores: Sendable, Hashable {
    /// The loss.
    public var loss: Double
    /// Share of samples with the right class.
    public var accuracy: Double?
    /// Root of the mean squared difference.
    public var rmse: Double?
    /// Share of the targets' variance that the predictions explain.
    public var r2: Double?

    /// The scores of an evaluation.
    public init(_ evaluation: Evaluation) {
      loss = evaluation.loss
      accuracy = evaluation.accuracy
      rmse = evaluation.rmse
      r2 = evaluation.r2
    }

    /// A metric's value, or nil when it does not apply.
    public func value(_ metric: Metric) -> Double? {
      switch metric {
      case .loss: loss
      case .accuracy: accuracy
      case .rmse: rmse
      case .r2: r2
      }
    }
  }

  /// Epochs done, this one included.
  public var epoch: Int
  /// Steps done.
  public var steps: Int
  /// The learning rate of the last step.
  public var rate: Double
  /// On the training set, gathered while the parameters changed.
  public var training: Scores
  /// On the validation set, after the epoch.
  public var validation: Scores?
  /// Seconds that the epoch took.
  public var seconds: Double

  /// The record as one line of JSON.
  public var json: String {
    var text = #"{"epoch":\#(epoch),"steps":\#(steps),"rate":\#(Self.number(rate)),"training":\#(Self.json(training))"#
    if let validation { text += #","validation":\#(Self.json(validation))"# }
    return text + #","seconds":\#(Self.number((seconds * 1e6).rounded() / 1e6))}"#
  }

  private static func json(_ scores: Scores) -> String {
    var parts = [#""loss":\#(number(scores.loss))"#]
    if let accuracy = scores.accuracy { parts.append(#""accuracy":\#(number(accuracy))"#) }
    if let rmse = scores.rmse { parts.append(#""rmse":\#(number(rmse))"#) }
    if let r2 = scores.r2 { parts.append(#""r2":\#(number(r2))"#) }
    return "{" + parts.joined(separator: ",") + "}"
  }

  /// JSON has no infinities and no NaN.
  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
}
