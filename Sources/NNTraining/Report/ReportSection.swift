import NNData
import NNDrawing
import NNText

/// What a report shows of one head on one set: its metrics, tables and curves, and the samples that it does worst.
struct ReportSection {
  let head: HeadEvaluation
  let samples: Dataset
  let classNames: [String]?

  /// The most classes whose confusion matrix is shown as a table.
  private static let mostClasses = 40
  /// The most curves in a chart.
  private static let mostCurves = 8

  var html: String {
    metricTable + confusionTable + curves.map(\.svg).joined() + outputTable
      + WorstSamples(head: head, samples: samples, name: name).html
  }

  /// A class's name.
  func name(_ index: Int) -> String {
    let count = max(head.head.classCount, head.tallies?.count ?? 0)
    guard let classNames, classNames.count == count, classNames.indices.contains(index) else { return String(index) }
    return classNames[index]
  }

  private var metricTable: String {
    let rows = head.metrics.map { metric -> String in
      let value = metric.value(head)
      let reason = metric.undefinedReason.map { "none, as \($0)" } ?? "none"
      return "<tr><td class=\"text\">\(markupEscaped(metric.title))</td><td>"
        + "\(value.map { metric.text($0) } ?? markupEscaped(reason))</td></tr>\n"
    }
    return "<table>" + rows.joined() + "</table>\n"
  }

  // MARK: - Classes

  private var confusionTable: String {
    guard let rows = head.confusionMatrix else { return "" }
    guard rows.count <= Self.mostClasses else { return confusions(rows) }
    func cell(_ tag: String, _ text: String, _ style: String = "") -> String {
      "<\(tag)\(style)>\(markupEscaped(text))</\(tag)>"
    }
    var text = "<h3>Confusion matrix</h3>\n<p>Rows: right class; columns: predicted class.</p>\n"
    text += "<div class=\"wide\"><table class=\"matrix\"><tr><th></th>"
    text += rows.indices.map { cell("th", name($0)) }.joined() + "</tr>\n"
    for (index, row) in rows.enumerated() {
      let total = max(row.reduce(0, +), .leastNonzeroMagnitude)
      text += "<tr>" + cell("th", name(index))
      for (column, value) in row.enumerated() {
        let color = column == index ? "47,126,216" : "232,113,10"
        text += cell(
          "td", value == 0 ? "" : significantCount(value),
          value == 0 ? "" : " style=\"background:rgba(\(color),\(fixed(0.75 * value / total + 0.05, 2)))\"")
      }
      text += "</tr>\n"
    }
    return text + "</table></div>\n"
  }

  /// The most frequent mistakes, where there are too many classes for a table.
  private func confusions(_ rows: [[Double]]) -> String {
    var found: [(right: Int, said: Int, count: Double)] = []
    for (right, row) in rows.enumerated() {
      for (said, count) in row.enumerated() where count > 0 && said != right { found.append((right, said, count)) }
    }
    let worst = found.sorted { $0.count > $1.count }.prefix(20)
    guard !worst.isEmpty else { return "" }
    return "<h3>Most frequent mistakes</h3>\n<table><tr><th class=\"text\">right</th><th class=\"text\">predicted</th>"
      + "<th>samples</th></tr>\n"
      + worst.map {
        "<tr><td class=\"text\">\(markupEscaped(name($0.right)))</td>"
          + "<td class=\"text\">\(markupEscaped(name($0.said)))</td><td>\(significantCount($0.count))</td></tr>\n"
      }.joined() + "</table>\n"
  }

  private func significantCount(_ value: Double) -> String {
    value == value.rounded() ? fixed(value, 0) : significant(value, 4)
  }

  // MARK: - Curves

  private var curves: [CurvePlot] {
    switch head.head.task {
    case .classes, .binary, .labels: rankingPlots + calibrationPlot
    case .values: residualPlots
    case .none: []
    }
  }

  /// ROC and precision-recall curves; of many classes those with the smallest areas.
  private var rankingPlots: [CurvePlot] {
    guard let areas = head.perClassRanking?.map(\.area) else { return [] }
    let defined = areas.indices.filter { areas[$0]?.isFinite ?? false }
    let chosen = Set(defined.sorted { (areas[$0] ?? 0) < (areas[$1] ?? 0) }.prefix(Self.mostCurves))
    guard !chosen.isEmpty else { return [] }
    var index = -1
    var (roc, recall): ([CurvePlot.Line], [CurvePlot.Line]) = ([], [])
    _ = head.eachRanking { ranking in
      index += 1
      guard chosen.contains(index) else { return }
      let color = CurvePlot.colors[roc.count % CurvePlot.colors.count]
      let title = head.head.task == .binary ? name(1) : name(index)
      roc.append(.init(name: title, color: color, points: ranking.receiverOperatingCurve))
      recall.append(.init(name: title, color: color, points: ranking.precisionRecallCurve))
    }
    let note = defined.count > chosen.count ? ", the \(chosen.count) classes that are hardest to tell" : ""
    return [
      CurvePlot(
        title: "ROC: true positive rate" + note, xLabel: "false positive rate",
        lines: roc + [.init(name: "", color: "#8888", style: .dashes, points: [(0, 0), (1, 1)])]),
      CurvePlot(title: "Precision" + note, xLabel: "recall", lines: recall),
    ]
  }

  private var calibrationPlot: [CurvePlot] {
    guard let bins = head.calibration else { return [] }
    let points = bins.filter { $0.weight > 0 }.map { ($0.confidence / $0.weight, $0.right / $0.weight) }
    return [
      CurvePlot(
        title: "Calibration: share of right answers", xLabel: "probability of the predicted class",
        lines: [
          .init(name: "this net", color: CurvePlot.colors[0], points: points),
          .init(
            name: "calibrated", color: "#8888", style: .dashes,
            points: [(points.first?.0 ?? 0, points.first?.0 ?? 0), (1, 1)]),
        ])
    ]
  }

  // MARK: - Numbers

  /// Residuals over predictions, of the first outputs.
  private var residualPlots: [CurvePlot] {
    guard let kept = head.kept, kept.count > 0 else { return [] }
    let step = max(1, kept.count / 1000)
    return (0..<min(kept.width, 3)).map { column in
      let points = stride(from: 0, to: kept.count, by: step).map { sample -> (x: Double, y: Double) in
        let index = sample * kept.width + column
        return (kept.predictions[index], kept.predictions[index] - kept.targets[index])
      }
      let ends = [points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 1]
      return CurvePlot(
        title: "Residuals: prediction less target" + (kept.width > 1 ? ", output \(column)" : ""), xLabel: "prediction",
        lines: [
          .init(name: "", color: "#8888", style: .dashes, points: ends.map { ($0, 0) }),
          .init(name: "", color: CurvePlot.colors[0], style: .points, points: points),
        ])
    }
  }

  private var outputTable: String {
    guard let errors = head.rmsePerOutput, let shares = head.r2PerOutput, errors.count > 1 else { return "" }
    let rows = zip(errors, shares).prefix(100).enumerated().map { index, row in
      "<tr><td>\(index)</td><td>\(significant(row.0, 5))</td><td>\(row.1.map { significant($0, 4) } ?? "")</td></tr>\n"
    }
    return "<table><tr><th>output</th><th>RMSE</th><th>R2</th></tr>\n" + rows.joined() + "</table>\n"
  }
}

extension Ranking {
  /// The most points of a curve that is drawn.
  private static let mostPoints = 200

  /// The places of evenly spread points, the last one among them.
  private var drawn: [Int] {
    let step = max(1, positives.count / Self.mostPoints)
    let places = Array(stride(from: 0, to: positives.count, by: step))
    return places.last == positives.count - 1 ? places : places + [positives.count - 1]
  }

  /// True positive rate over false positive rate.
  var receiverOperatingCurve: [(x: Double, y: Double)] {
    guard isDefined, let all = positives.last, let others = negatives.last else { return [] }
    return [(0, 0)] + drawn.map { (negatives[$0] / others, positives[$0] / all) }
  }

  /// Precision over recall.
  var precisionRecallCurve: [(x: Double, y: Double)] {
    guard isDefined, let all = positives.last else { return [] }
    return drawn.map { (positives[$0] / all, positives[$0] / (positives[$0] + negatives[$0])) }
  }
}
