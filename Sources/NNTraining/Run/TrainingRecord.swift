import NNText

/// The numbers of one epoch: a line of `metrics.jsonl`, a point of the curves.
public struct TrainingRecord: Sendable, Hashable {
  /// What was measured on one set of samples.
  public struct Scores: Sendable, Hashable {
    /// What was measured of one head.
    struct OfHead: Sendable, Hashable {
      /// The loss's name.
      var name: String
      /// The values by metric.
      var values: [Metric: Double]
    }

    /// The values by metric, of those that apply and are defined.
    var values: [Metric: Double] = [:]
    /// Those of each head, where there are several.
    var heads: [OfHead] = []

    /// No scores.
    init() {}

    /// The scores of an evaluation: those from sums, which cost nothing, and one that is wanted besides.
    public init(_ evaluation: Evaluation, and wanted: Metric = .loss) {
      let metrics = Metric.fromSums + (wanted.detail == .sums ? [] : [wanted])
      for metric in metrics { values[metric] = metric.value(evaluation) }
      guard evaluation.heads.count > 1 else { return }
      heads = evaluation.heads.map { head in
        OfHead(
          name: head.head.name, values: metrics.reduce(into: [:]) { $0[$1] = $1.value(head) })
      }
    }

    /// The loss.
    public var loss: Double { values[.loss] ?? .nan }

    /// A metric's value, or nil when it does not apply or is undefined.
    public func value(_ metric: Metric) -> Double? { values[metric] }

    /// A head's value of a metric, or nil when there is none; without a name, or with a single head, that of the net.
    public func value(_ metric: Metric, head name: String?) -> Double? {
      guard let name, !heads.isEmpty else { return values[metric] }
      return heads.first { $0.name == name }?.values[metric]
    }

    /// The values as a JSON object, in the order of the table of metrics; those of the heads as an object in it.
    fileprivate var jsonText: String {
      var text = "{" + Self.members(values)
      if !heads.isEmpty {
        let heads = heads.map { "\(NNText.json($0.name)):{\(Self.members($0.values))}" }
        text += #","heads":{\#(heads.joined(separator: ","))}"#
      }
      return text + "}"
    }

    private static func members(_ values: [Metric: Double]) -> String {
      Metric.all.compactMap { metric in values[metric].map { "\(NNText.json(metric.key)):\(NNText.json($0))" } }
        .joined(separator: ",")
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
  /// What of them went into working with other processes; nil for a process alone.
  public var sharing: Sharing?

  /// Seconds that an epoch on several processes has taken in the first of them.
  public struct Sharing: Sendable, Hashable {
    /// Waiting for others in steps; the rest of the epoch it has computed.
    public var waiting: Double
    /// Exchanging gradients, if partly while it computed.
    public var communication: Double
  }

  /// The record as one line of JSON.
  public var json: String {
    var text = #"{"epoch":\#(epoch),"steps":\#(steps),"rate":\#(NNText.json(rate)),"training":\#(training.jsonText)"#
    if let validation { text += #","validation":\#(validation.jsonText)"# }
    func json(_ seconds: Double) -> String { NNText.json((seconds * 1e6).rounded() / 1e6) }
    text += #","seconds":\#(json(seconds))"#
    if let sharing {
      text +=
        #","computation":\#(json(seconds - sharing.waiting)),"waiting":\#(json(sharing.waiting))"#
        + #","communication":\#(json(sharing.communication))"#
    }
    return text + "}"
  }
}
