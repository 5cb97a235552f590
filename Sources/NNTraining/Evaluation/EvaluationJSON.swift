import NNText

extension Evaluation {
  /// The metrics as a JSON object; with several heads also those of each, by its name.
  ///
  /// - Parameter details: whether the confusion matrix and the metrics of each class and output are among them.
  package func json(details: Bool) -> String {
    var text = main.members(loss: loss, details: details)
    if views > 1 { text += #","views":\#(views)"# }
    if heads.count > 1 {
      let heads = heads.map { "\(NNText.json($0.head.name)):{\($0.members(loss: $0.loss, details: details))}" }
      text += #","heads":{\#(heads.joined(separator: ","))}"#
    }
    return "{" + text + "}"
  }
}

extension HeadEvaluation {
  /// The members of an object.
  ///
  /// - Parameter loss: that of the head, or of the net.
  fileprivate func members(loss: Double, details: Bool) -> String {
    var text = metrics.map { metric in
      "\(json(metric.key)):\(json(metric == .loss ? loss : metric.value(self)))"
    }.joined(separator: ",")
    text += #","samples":\#(samples)"#
    if ignored > 0 { text += #","ignored":\#(ignored)"# }
    if unpredicted > 0 { text += #","unpredicted":\#(unpredicted)"# }
    guard details else { return text }
    if let matrix = confusionMatrix {
      let rows = matrix.map { "[" + $0.map { json($0) }.joined(separator: ",") + "]" }
      text += #","confusion":[\#(rows.joined(separator: ","))]"#
    }
    if let classes = perClass {
      let ranking = perClassRanking
      let rows = classes.enumerated().map { index, row in
        // Yes or no has one ranking, that of yes.
        let order = ranking.flatMap { $0.count == classes.count ? $0[index] : index == 1 ? $0.first : nil }
        return #"{"precision":\#(json(row.precision)),"recall":\#(json(row.recall)),"f1":\#(json(row.f1)),"#
          + #""auc":\#(json(order?.area)),"averagePrecision":\#(json(order?.averagePrecision)),"#
          + #""samples":\#(json(row.support))}"#
      }
      text += #","classes":[\#(rows.joined(separator: ","))]"#
    }
    if let errors = rmsePerOutput, let shares = r2PerOutput {
      let rows = zip(errors, shares).map { #"{"rmse":\#(json($0)),"r2":\#(json($1))}"# }
      text += #","outputs":[\#(rows.joined(separator: ","))]"#
    }
    return text
  }
}
