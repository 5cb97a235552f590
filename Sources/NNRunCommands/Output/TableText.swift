import NNData
import NNText

/// What a table seems to hold, for people and for programs.
enum TableText {
  /// A line for each column.
  static func text(_ table: TableProfile) -> String {
    var lines = TextTable([.left("column"), .left("kind"), .right("missing"), .right("distinct"), .left("values")])
    for (index, column) in table.columns.enumerated() {
      let isAnswer = table.answers.contains(index)
      let kind = isAnswer ? (table.hasClasses ? "answer, classes" : "answer, a number") : column.kind.word
      lines.add([
        column.name.shortened, kind, grouped(column.missing), grouped(column.distinct), values(column).shortened,
      ])
    }
    let header = table.hasHeader ? "the first row names them" : "without names"
    return "\(table.file): \(grouped(table.rows)) rows of \(table.columns.count) columns; \(header)\n\n\(lines.text)"
  }

  private static func values(_ column: ColumnProfile) -> String {
    if column.kind == .number || column.kind == .rowNumber, let range = column.range {
      let gaps = column.gapWords.isEmpty ? "" : "; \(column.gapWords.joined(separator: ", ")) for a gap"
      return "\(NNText.json(range.lowerBound)) to \(NNText.json(range.upperBound))" + gaps
    }
    let more = column.distinct > column.frequent.count ? ", …" : ""
    return column.frequent.map { "\($0.value) \(grouped($0.count))" }.joined(separator: ", ") + more
  }

  /// One JSON object.
  static func json(_ table: TableProfile) -> String {
    let columns = table.columns.enumerated().map { index, column -> String in
      var members = [
        "\"name\":\(NNText.json(column.name))", "\"kind\":\(NNText.json(column.kind.word))",
        "\"answer\":\(table.answers.contains(index))", "\"missing\":\(column.missing)",
        "\"distinct\":\(column.distinct)",
      ]
      if let range = column.range {
        members.append("\"smallest\":\(NNText.json(range.lowerBound)),\"largest\":\(NNText.json(range.upperBound))")
      }
      let frequent = column.frequent.map { "{\"value\":\(NNText.json($0.value)),\"count\":\($0.count)}" }
      members.append("\"frequent\":[\(frequent.joined(separator: ","))]")
      if !column.gapWords.isEmpty { members.append("\"gapWords\":\(NNText.json(column.gapWords))") }
      return "{" + members.joined(separator: ",") + "}"
    }
    let warnings = table.warnings.map { "{\"code\":\(NNText.json($0.code)),\"message\":\(NNText.json($0.message))}" }
    return "{\"file\":\(NNText.json(table.file)),\"rows\":\(table.rows),\"header\":\(table.hasHeader),"
      + "\"columns\":[\(columns.joined(separator: ",\n"))],\"warnings\":[\(warnings.joined(separator: ","))]}"
  }
}
