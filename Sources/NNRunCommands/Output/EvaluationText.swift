import NNCommandLine
import NNCore
import NNText
import NNTraining

/// An evaluation in words and in JSON.
enum EvaluationText {
  /// One line, and one more for each head where there are several.
  static func short(_ evaluation: Evaluation) -> String {
    let views = evaluation.views > 1 ? ", each in \(evaluation.views) views" : ""
    guard evaluation.heads.count > 1 else { return short(evaluation.main, views) }
    let loss = "\(Metric.loss.label) \(Metric.loss.text(evaluation.loss))"
    return evaluation.heads.reduce("\(loss) of \(evaluation.heads.count) heads") { text, head in
      "\(text)\n  \(head.head.name): \(short(head, views))"
    }
  }

  private static func short(_ head: HeadEvaluation, _ views: String) -> String {
    let parts = head.shortMetrics.compactMap { metric in
      metric.value(head).map { "\(metric.label) \(metric.text($0))" }
        ?? metric.undefinedReason.map { "no \(metric.label), as \($0)," }
    }
    let ignored = head.ignored > 0 ? "; \(grouped(head.ignored)) with the ignored label" : ""
    let unpredicted =
      head.unpredicted > 0
      ? "; \(grouped(head.unpredicted)) predictions are NaN" + (head.head.isAboutClasses ? ", which is wrong" : "")
      : ""
    return parts.joined(separator: ", ") + " on \(grouped(head.samples)) samples" + views + ignored + unpredicted
  }

  /// Throws a `DiagnosticError` if the net tells too many classes apart for details.
  static func checkDetails(_ plan: NetworkPlan) throws(DiagnosticError) {
    guard plan.predictionMeaning == .probabilities || plan.predictionMeaning == .scores else { return }
    let classes = plan.predictionUnit
    guard classes > ConfusionCounts.mostClasses else { return }
    throw DiagnosticError(
      code: "too-many-classes",
      "--details has a table of classes by classes, for at most \(grouped(ConfusionCounts.mostClasses)) of them, but the "
        + "model has \(grouped(classes))", remedy: "leave out --details; --top K counts near misses")
  }

  /// All metrics, those of each class and the confusion matrix, or those of each output, as tables; for each head.
  static func details(_ evaluation: Evaluation, _ names: [String]?) -> String {
    evaluation.heads.map { head in
      let title = evaluation.heads.count > 1 ? "\n\(head.head.name)\n" : ""
      return title + metrics(head) + classes(head, names) + outputs(head)
    }.joined()
  }

  private static func metrics(_ head: HeadEvaluation) -> String {
    var table = TextTable([.left("metric"), .right("value"), .left("")])
    for metric in head.metrics {
      let value = metric.value(head)
      table.add([
        metric.label, value.map { metric.text($0) } ?? "-",
        value == nil ? metric.undefinedReason.map { "as \($0)" } ?? "" : "",
      ])
    }
    return "\n\(table.text)"
  }

  private static func classes(_ head: HeadEvaluation, _ names: [String]?) -> String {
    guard let classes = head.perClass else { return "" }
    func name(_ index: Int) -> String {
      guard let names, names.count == classes.count else { return String(index) }
      return names[index]
    }
    func share(_ value: Double?) -> String { value.map { percent($0) } ?? "-" }
    var shares = TextTable([
      .left("class"), .right("precision"), .right("recall"), .right("F1"), .right("AUC"), .right("samples"),
    ])
    let ranking = head.perClassRanking
    for (index, row) in classes.enumerated() {
      let order = ranking.flatMap { $0.count == classes.count ? $0[index] : index == 1 ? $0.first : nil }
      func number(_ value: Double?) -> String { value.map { significant($0, 4) } ?? "-" }
      shares.add([
        name(index), share(row.precision), share(row.recall), number(row.f1), number(order?.area), count(row.support),
      ])
    }
    guard let matrix = head.confusionMatrix else { return "\n\(shares.text)" }
    var counts = TextTable([.left("")] + classes.indices.map { .right(name($0)) })
    for (index, row) in matrix.enumerated() { counts.add([name(index)] + row.map(count)) }
    return "\n\(shares.text)\nrows: right class; columns: predicted class\n\(counts.text)"
  }

  /// The importance of each thing that the net reads.
  static func table(_ importance: PermutationImportance) -> String {
    let metric = importance.metric
    var table = TextTable([
      .left("exchanged"), .right(metric.improvesUpwards ? "\(metric.label) lost" : "\(metric.label) gained"),
      .right("deviation"),
    ])
    for row in importance.rows {
      table.add([row.name, metric.text(row.mean, digits: 4), metric.text(row.deviation, digits: 2)])
    }
    return "\n\(table.text)"
  }

  /// The importance as members of an object.
  static func jsonMembers(_ importance: PermutationImportance) -> String {
    let rows = importance.rows.map {
      #"{"name":\#(json($0.name)),"mean":\#(json($0.mean)),"deviation":\#(json($0.deviation))}"#
    }
    return #""importanceMetric":"\#(importance.metric.key)","importance":[\#(rows.joined(separator: ","))]"#
  }

  /// The metrics of each output, where there are several numbers.
  private static func outputs(_ head: HeadEvaluation) -> String {
    guard let errors = head.rmsePerOutput, let shares = head.r2PerOutput, errors.count > 1 else { return "" }
    var table = TextTable([.left("output"), .right("RMSE"), .right("R2")])
    for (index, (error, share)) in zip(errors, shares).enumerated() {
      table.add([String(index), Metric.rmse.text(error), share.map { Metric.r2.text($0) } ?? "-"])
    }
    return "\n\(table.text)"
  }

  /// A sum of weights, which is a number of samples where they have none.
  private static func count(_ weight: Double) -> String {
    weight == weight.rounded() ? fixed(weight, 0) : significant(weight, 5)
  }
}
