import NNCore
import NNData
import NNText

/// The model that is proposed for a table: what its columns are, and a net that suits them.
struct TableModel {
  /// The model file's text.
  let text: String
  /// What the net is, for the user.
  let summary: String

  /// - Parameters:
  ///   - path: the table, as the model file names it.
  ///   - label: the column of the right answer, as `<csv>` takes it.
  init(_ table: TableProfile, path: String, label: String, title: String) {
    let columns = ColumnProposal(table)
    let layers = Self.layers(table, columns)
    let answer =
      table.hasClasses
      ? "\(table.answerColumns[0].distinct) classes"
      : table.answers.count == 1 ? "A number" : "\(table.answers.count) numbers"
    summary = layers.hidden.map(String.init).joined(separator: " and ") + " hidden units"
    let lines: [String] =
      [
        #"<?xml version="1.0" encoding="UTF-8"?>"#,
        #"<model xmlns="\#(ElementSchema.standardNamespace)" name="\#(title)">"#,
        "  <description>\(answer) from \(markupEscaped(path)).</description>", "", "  <data>",
        #"    <csv role="train" path="\#(markupEscaped(path))" label="\#(markupEscaped(label))"/>"#,
        #"    <split role="test" from="train" fraction="0.2" seed="1"/>"#,
        #"    <split role="validation" from="train" fraction="0.15" seed="1"/>"#, "  </data>", "",
      ] + columns.lines.map { "  " + $0 } + ["", "  <network>"] + layers.lines.map { "    " + $0 } + [
        "  </network>", "",
      ] + Self.training(table).map { "  " + $0 } + ["</model>", ""]
    text = lines.joined(separator: "\n")
  }

  private static func layers(
    _ table: TableProfile, _ columns: ColumnProposal
  ) -> (lines: [String], hidden: [Int]) {
    var lines: [String] = []
    if columns.width > 0 { lines.append(#"<input name="x" shape="columns"/>"#) }
    for wide in columns.wide {
      lines.append(#"<input name="\#(wide.input)" shape="columns" kind="index"/>"#)
      let size = min(32, max(4, Int(1.6 * Double(wide.values).squareRoot())))
      lines.append(#"<embedding name="\#(wide.input).vector" size="\#(size)" padding="0"/>"#)
      lines.append(#"<flatten name="\#(wide.input).row"/>"#)
    }
    let parts = (columns.width > 0 ? ["x"] : []) + columns.wide.map { "\($0.input).row" }
    if parts.count > 1 { lines.append(#"<concat from="\#(parts.joined(separator: " "))"/>"#) }
    let hidden = table.rows < 3000 ? [32] : table.rows < 20_000 ? [64, 64] : [128, 128]
    for (index, units) in hidden.enumerated() {
      lines.append(#"<dense name="fc\#(index + 1)" units="\#(units)"/>"#)
      lines.append("<relu/>")
      if table.hasClasses, table.rows < 20_000 { lines.append(#"<dropout rate="0.2"/>"#) }
    }
    let outputs = table.hasClasses ? max(2, table.answerColumns[0].distinct) : table.answers.count
    lines.append(#"<dense name="out" units="\#(outputs)"/>"#)
    lines.append(table.hasClasses ? "<softmaxCrossEntropy/>" : "<squaredError/>")
    return (lines, hidden)
  }

  /// A few thousand steps; a patient stop keeps the best epoch by its loss.
  private static func training(_ table: TableProfile) -> [String] {
    let batch = table.rows < 1000 ? 16 : table.rows < 20_000 ? 64 : 256
    let epochs = min(500, max(20, 8000 * batch / max(1, table.rows)))
    let rate = table.hasClasses ? "0.003" : table.rows < 1000 ? "0.01" : "0.001"
    // A few rows far from all others make the loss of numbers jump from epoch to epoch.
    let patience = max(10, table.hasClasses ? epochs / 5 : epochs * 3 / 4)
    return ProposedTraining(batch: batch, epochs: epochs, rate: rate, patience: patience).lines
  }
}
