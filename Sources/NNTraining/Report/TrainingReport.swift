import NNData
import NNDrawing
import NNText

/// The page that a run leaves behind: what was trained, how it went, what came out. One file, no scripts, nothing
/// fetched from anywhere.
public struct TrainingReport: Sendable {
  /// The model's name.
  public var name: String
  /// What the model says of itself.
  public var summary: String?
  /// The table of layers, as text.
  public var layers: String
  /// The epochs.
  public var records: [TrainingRecord]
  /// The epoch whose weights are kept; 0 for none.
  public var bestEpoch = 0
  /// The overrides of the command line.
  public var overrides: [String] = []
  /// Lines such as "test accuracy: 98.1 %".
  public var results: [String]
  /// What was measured at the end, by the name of the set, with the set's samples.
  public var evaluations: [(set: String, evaluation: Evaluation, samples: Dataset)] = []
  /// The names of the classes.
  public var classNames: [String]?
  /// The model file.
  public var model: String

  /// A report.
  public init(
    name: String, summary: String?, layers: String, records: [TrainingRecord], results: [String], model: String
  ) {
    self.name = name
    self.summary = summary
    self.layers = layers
    self.records = records
    self.results = results
    self.model = model
  }

  /// The page.
  public var html: String {
    var text = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(markupEscaped(name))</title>
      <meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
      <style>body{font:16px/1.5 system-ui,sans-serif;max-width:720px;margin:2em auto;padding:0 1em}
      pre{overflow:auto;padding:1em;background:#8881;border-radius:6px;font-size:13px}
      div.wide{overflow:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}
      td,th{padding:2px 12px;text-align:right;border-bottom:1px solid #8884}td.text,th.text{text-align:left}
      table.matrix td,table.matrix th{padding:2px 6px}img.sample{image-rendering:pixelated;height:64px}
      </style></head><body>
      <h1>\(markupEscaped(name))</h1>

      """
    if let summary { text += "<p>\(markupEscaped(summary))</p>\n" }
    for result in results { text += "<p><strong>\(markupEscaped(result))</strong></p>\n" }
    if !overrides.isEmpty {
      text += "<p>With " + overrides.map { "<code>\(markupEscaped($0))</code>" }.joined(separator: ", ") + "</p>\n"
    }
    for plot in plots { text += plot.svg }
    for (set, evaluation, samples) in evaluations {
      text += "<h2>Results on the \(markupEscaped(set)) set</h2>\n"
      for head in evaluation.heads {
        if evaluation.heads.count > 1 { text += "<h3>\(markupEscaped(head.head.name))</h3>\n" }
        text += ReportSection(head: head, samples: samples, classNames: classNames).html
      }
    }
    text += "<h2>Layers</h2>\n<pre>\(markupEscaped(layers))</pre>\n"
    text += "<h2>Epochs</h2>\n" + epochTable + "<h2>Model</h2>\n<pre>\(markupEscaped(model))</pre>\n</body></html>\n"
    return text
  }

  /// The curves: the loss, and the metric that matters beside it; of several heads also those of each.
  private var plots: [CurvePlot] {
    curves.map { metric in plot(metric, metric.title) { $0.value(metric) } }
      + (records.last?.training.heads ?? []).flatMap { head in
        Metric.all.filter { $0.isCurve && head.values[$0] != nil }.map { metric in
          plot(metric, "\(head.name): \(metric.title)") { $0.value(metric, head: head.name) }
        }
      }
  }

  /// The metrics that are drawn: the loss, and what some epoch has a value of.
  private var curves: [Metric] {
    Metric.all.filter { metric in
      metric == .loss
        || records.contains { record in
          metric.isCurve && record.training.value(metric) != nil
            || metric.detail == .predictions && (record.validation ?? record.training).value(metric) != nil
        }
    }
  }

  private func plot(_ metric: Metric, _ title: String, _ value: (TrainingRecord.Scores) -> Double?) -> CurvePlot {
    var lines = [
      CurvePlot.Line(
        name: "training", color: CurvePlot.colors[0],
        points: records.map { (Double($0.epoch), value($0.training) ?? .nan) })
    ]
    if records.contains(where: { $0.validation != nil }) {
      lines.append(
        CurvePlot.Line(
          name: "validation", color: CurvePlot.colors[1],
          points: records.map { (Double($0.epoch), $0.validation.flatMap(value) ?? .nan) }))
    }
    var plot = CurvePlot(title: title, xLabel: "epoch", lines: lines)
    plot.isLogarithmic = !metric.improvesUpwards && plot.spansPowers
    if bestEpoch > 0 { plot.mark = (Double(bestEpoch), "epoch \(bestEpoch)") }
    return plot
  }

  private var epochTable: String {
    let metrics = curves
    let titles =
      ["epoch", "rate"] + metrics.map(\.key) + metrics.map { "validation \($0.key)" } + ["seconds"]
    var text = "<div class=\"wide\"><table><tr>" + titles.map { "<th>\($0)</th>" }.joined() + "</tr>\n"
    for record in records {
      let cells =
        ["\(record.epoch)", digits(record.rate)] + metrics.map { digits(record.training.value($0)) }
        + metrics.map { digits(record.validation?.value($0)) } + [digits(record.seconds)]
      text += record.epoch == bestEpoch ? "<tr style=\"font-weight:600\">" : "<tr>"
      text += cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
    }
    return text + "</table></div>\n"
  }

  private func digits(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return significant(value, 4)
  }
}
