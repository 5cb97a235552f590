import NNCore
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
  /// Lines such as "test accuracy: 98.1 %".
  public var results: [String]
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
      table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:14px}
      td,th{padding:2px 12px;text-align:right;border-bottom:1px solid #8884}</style></head><body>
      <h1>\(markupEscaped(name))</h1>

      """
    if let summary { text += "<p>\(markupEscaped(summary))</p>\n" }
    for result in results { text += "<p><strong>\(markupEscaped(result))</strong></p>\n" }
    for plot in plots { text += plot.svg }
    text += "<h2>Layers</h2>\n<pre>\(markupEscaped(layers))</pre>\n"
    text += "<h2>Epochs</h2>\n" + epochTable + "<h2>Model</h2>\n<pre>\(markupEscaped(model))</pre>\n</body></html>\n"
    return text
  }

  /// The curves: the loss, and the metric that matters beside it.
  public var plots: [CurvePlot] {
    curves.map(plot)
  }

  /// The metrics that are drawn: the loss, and what some epoch has a value of.
  private var curves: [Metric] {
    Metric.all.filter { metric in
      metric.isCurve && (metric == .loss || records.contains { $0.training.value(metric) != nil })
    }
  }

  private func plot(_ metric: Metric) -> CurvePlot {
    var lines = [
      CurvePlot.Line(
        name: "training", color: "#2f7ed8",
        points: records.map { (Double($0.epoch), $0.training.value(metric) ?? .nan) })
    ]
    if records.contains(where: { $0.validation != nil }) {
      lines.append(
        CurvePlot.Line(
          name: "validation", color: "#e8710a",
          points: records.map { (Double($0.epoch), $0.validation?.value(metric) ?? .nan) }))
    }
    return CurvePlot(title: metric.title, xLabel: "epoch", lines: lines)
  }

  private var epochTable: String {
    let metrics = curves
    let titles =
      ["epoch", "rate"] + metrics.map(\.key) + metrics.map { "validation \($0.key)" } + ["seconds"]
    var text = "<table><tr>" + titles.map { "<th>\($0)</th>" }.joined() + "</tr>\n"
    for record in records {
      let cells =
        ["\(record.epoch)", digits(record.rate)] + metrics.map { digits(record.training.value($0)) }
        + metrics.map { digits(record.validation?.value($0)) } + [digits(record.seconds)]
      text += "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>\n"
    }
    return text + "</table>\n"
  }

  private func digits(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return significant(value, 4)
  }
}
