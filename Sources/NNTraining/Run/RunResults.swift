import NNText

/// What came out of a run, for its folder: `results.json`.
struct RunResults {
  /// The most classes or outputs that are told one by one.
  private static let mostDetails = 1000

  /// The model's name.
  var model: String
  /// The overrides of the command line.
  var overrides: [String]
  /// The metric by which epochs were compared.
  var metric: Metric
  /// The loss that it measures, where the stopping rule names one of several; nil otherwise.
  var head: String?
  /// The epoch whose weights are kept; 0 for none.
  var bestEpoch: Int
  /// Epochs done.
  var epochs: Int
  /// Steps done.
  var steps: Int
  /// Seconds of training.
  var seconds: Double
  /// What was measured with the kept weights, by the name of the set.
  var evaluations: [(set: String, evaluation: Evaluation)]

  /// The results as a JSON object.
  var json: String {
    var text = #"{"model":\#(NNText.json(model)),"overrides":\#(NNText.json(overrides)),"#
    text += #""metric":"\#(metric.key)","#
    if let head { text += #""head":\#(NNText.json(head)),"# }
    text += #""bestEpoch":\#(bestEpoch),"epochs":\#(epochs),"steps":\#(steps),"#
    text += #""seconds":\#(fixed(seconds, 3))"#
    for (set, evaluation) in evaluations {
      let hasDetails = evaluation.heads.allSatisfy { max($0.head.classCount, $0.head.width) <= Self.mostDetails }
      text += ",\(NNText.json(set)):\(evaluation.json(details: hasDetails))"
    }
    return text + "}\n"
  }
}
