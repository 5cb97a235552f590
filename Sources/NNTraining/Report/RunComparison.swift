import NNDrawing
import NNText

/// Two runs beside each other: in what their models and settings differ, what came out, and both curves in one picture.
package struct RunComparison: Sendable {
  private let first: RunSummary
  private let second: RunSummary
  /// In what the settings differ.
  package let settings: [Row]

  /// A comparison of two runs. Throws a `DiagnosticError` if the record of one cannot be read.
  package init(_ first: RunSummary, _ second: RunSummary) throws {
    (self.first, self.second) = (first, second)
    guard let record = try first.record(), let other = try second.record() else {
      settings = []
      return
    }
    settings = record.differences(to: other).map { Row(name: $0.path, first: $0.before ?? "-", second: $0.now ?? "-") }
  }

  /// A line in which the runs differ.
  package struct Row: Sendable {
    /// What differs, such as `training.batch`, or what was measured, such as `test accuracy`.
    package var name: String
    /// What the first run has.
    package var first: String
    /// What the second run has.
    package var second: String
  }

  /// What was measured in both runs, and how long they took.
  package var results: [Row] {
    var rows: [Row] = []
    for set in ["validation", "test", "training"] {
      guard let one = first.results[set], let other = second.results[set] else { continue }
      for metric in Metric.all {
        guard let value = one[metric.key], let otherValue = other[metric.key] else { continue }
        rows.append(Row(name: "\(set) \(metric.label)", first: metric.text(value), second: metric.text(otherValue)))
      }
    }
    rows.append(Row(name: "epochs", first: "\(first.epochs.count)", second: "\(second.epochs.count)"))
    rows.append(Row(name: "time", first: duration(first.seconds), second: duration(second.seconds)))
    return rows
  }

  /// The curves of the loss, of what else both runs have a curve of, and of the metric that decides.
  private var plots: [CurvePlot] {
    let metrics = Metric.all.filter { metric in
      metric == .loss || metric.isCurve && [first, second].allSatisfy { $0.hasCurve(metric) }
        || metric == first.metric && metric == second.metric
    }
    return metrics.map { metric in
      var lines: [CurvePlot.Line] = []
      for (run, letter, color) in [(first, "A", 0), (second, "B", 1)] {
        for set in ["training", "validation"] {
          let points = run.epochs.map { (x: $0.epoch, y: $0.values["\(set) \(metric.key)"] ?? .nan) }
          guard points.contains(where: { $0.y.isFinite }) else { continue }
          lines.append(
            CurvePlot.Line(
              name: "\(letter) \(set)", color: CurvePlot.colors[color], style: set == "training" ? .dashes : .line,
              points: points))
        }
      }
      var plot = CurvePlot(title: metric.title, xLabel: "epoch", lines: lines)
      plot.isLogarithmic = !metric.improvesUpwards && plot.spansPowers
      return plot
    }
  }

  /// The differences and the curves as an SVG picture.
  package var svg: String {
    var texts = ["A: \(first.folder)", "B: \(second.folder)"]
    texts += settings.map { "\($0.name): A \($0.first), B \($0.second)" }
    let shown = ["loss", first.metric.label].flatMap { ["validation \($0)", "test \($0)"] }
    texts += results.filter { shown.contains($0.name) }.map { "\($0.name): A \($0.first), B \($0.second)" }
    let plots = plots
    let top = 20 + 18 * texts.count
    let height = top + 310 * plots.count
    var text =
      #"<svg xmlns="http://www.w3.org/2000/svg" width="640" height="\#(height)" viewBox="0 0 640 \#(height)" "#
      + #"font-family="system-ui, sans-serif" font-size="13">"# + "\n<style>.word{fill:#333}.paper{fill:#fff}"
      + "@media (prefers-color-scheme:dark){.word{fill:#ddd}.paper{fill:#15191f}}</style>\n"
      + #"<rect class="paper" width="640" height="\#(height)"/>"# + "\n"
    for (index, line) in texts.enumerated() {
      text +=
        #"<text class="word" x="16" y="\#(24 + 18 * index)">\#(markupEscaped(line.count <= 90 ? line : line.prefix(89) + "…"))</text>"#
      text += "\n"
    }
    for (index, plot) in plots.enumerated() {
      text += plot.svg(attributes: #" x="0" y="\#(top + 310 * index)" width="640" height="300""#)
    }
    return text + "</svg>\n"
  }
}
