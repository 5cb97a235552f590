import NNCommandLine
import NNCore
import NNText
import NNTraining

/// An evaluation in words and in JSON.
enum EvaluationText {
  /// One line.
  static func short(_ evaluation: Evaluation) -> String {
    let parts = evaluation.metrics.compactMap { metric in
      metric.value(evaluation).map { "\(metric.label) \(metric.text($0))" }
        ?? metric.undefinedReason.map { "no \(metric.label), as \($0)," }
    }
    let views = evaluation.views > 1 ? ", each in \(evaluation.views) views" : ""
    let ignored = evaluation.ignored > 0 ? "; \(grouped(evaluation.ignored)) with the ignored label" : ""
    let unpredicted =
      evaluation.unpredicted > 0
      ? "; \(grouped(evaluation.unpredicted)) predictions are NaN"
        + (evaluation.isAboutClasses ? ", which is wrong" : "")
      : ""
    return parts.joined(separator: ", ") + " on \(grouped(evaluation.samples)) samples" + views + ignored + unpredicted
  }

  /// An object.
  static func jsonText(_ evaluation: Evaluation) -> String {
    var text = "{" + evaluation.metrics.map { "\(json($0.key)):\(json($0.value(evaluation)))" }.joined(separator: ",")
    text += #","samples":\#(evaluation.samples)"#
    if evaluation.ignored > 0 { text += #","ignored":\#(evaluation.ignored)"# }
    if evaluation.unpredicted > 0 { text += #","unpredicted":\#(evaluation.unpredicted)"# }
    if evaluation.views > 1 { text += #","views":\#(evaluation.views)"# }
    if let matrix = evaluation.confusion {
      text += #","confusion":[\#(matrix.map { json($0) }.joined(separator: ","))]"#
    }
    if let classes = evaluation.perClass {
      let rows = classes.map { row in
        #"{"precision":\#(json(row.precision)),"recall":\#(json(row.recall)),"samples":\#(row.samples)}"#
      }
      text += #","classes":[\#(rows.joined(separator: ","))]"#
    }
    return text + "}"
  }

  /// The most classes for which the confusion matrix is counted: its size grows with their square.
  private static let mostDetailedClasses = 4000

  /// Throws a `DiagnosticError` if the net tells too many classes apart for details.
  static func checkDetails(_ plan: NetworkPlan) throws(DiagnosticError) {
    guard plan.predictionMeaning == .probabilities || plan.predictionMeaning == .scores else { return }
    let classes = plan.predictionUnit
    guard classes > mostDetailedClasses else { return }
    throw DiagnosticError(
      code: "too-many-classes",
      "--details has a table of classes by classes, for at most \(grouped(mostDetailedClasses)) of them, but the model "
        + "has \(grouped(classes))", remedy: "leave out --details; --top K counts near misses")
  }

  /// Precision and recall of each class, and the confusion matrix, as tables.
  static func details(_ evaluation: Evaluation, _ names: [String]?) -> String {
    guard let classes = evaluation.perClass, let matrix = evaluation.confusion else { return "" }
    func name(_ index: Int) -> String {
      guard let names, names.indices.contains(index) else { return String(index) }
      return names[index]
    }
    func share(_ value: Double?) -> String { value.map { percent($0) } ?? "-" }
    var shares = TextTable([.left("class"), .right("precision"), .right("recall"), .right("samples")])
    for (index, row) in classes.enumerated() {
      shares.add([name(index), share(row.precision), share(row.recall), String(row.samples)])
    }
    var counts = TextTable([.left("")] + classes.indices.map { .right(name($0)) })
    for (index, row) in matrix.enumerated() { counts.add([name(index)] + row.map(String.init)) }
    return "\n\(shares.text)\nrows: right class; columns: predicted class\n\(counts.text)"
  }
}
