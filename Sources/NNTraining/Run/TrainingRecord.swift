import NNText

/// The numbers of one epoch: a line of `metrics.jsonl`, a point of the curves.
public struct TrainingRecord: Sendable, Hashable {
  /// What was measured on one set of samples.
  public struct Scores: Sendable, Hashable {
    /// The values by metric, of those that apply and are defined.
    var values: [Metric: Double] = [:]

    /// No scores.
    init() {}

    /// The scores of an evaluation: those from sums, which cost nothing, and one that is wanted besides.
    public init(_ evaluation: Evaluation, and wanted: Metric = .loss) {
      for metric in Metric.all where metric.detail == .sums || metric == wanted {
        values[metric] = metric.value(evaluation)
      }
    }

    /// The loss.
    public var loss: Double { values[.loss] ?? .nan }

    /// A metric's value, or nil when it does not apply or is undefined.
    public func value(_ metric: Metric) -> Double? { values[metric] }

    /// The values as a JSON object, in the order of the table of metrics.
    fileprivate var jsonText: String {
      let members = Metric.all.compactMap { metric in
        value(metric).map { "\(NNText.json(metric.key)):\(NNText.json($0))" }
      }
      return "{" + members.joined(separator: ",") + "}"
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
    var text = #"{"epoch":\#(epoch),"steps":\#(steps),"rate":\#(NNText.json(rate)),"training":\#(training.jsonText)"#
    if let validation { text += #","validation":\#(validation.jsonText)"# }
    return text + #","seconds":\#(NNText.json((seconds * 1e6).rounded() / 1e6))}"#
  }
}
