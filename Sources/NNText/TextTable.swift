/// Rows of cells below a header, in columns that are as wide as their widest cell, counted in characters.
package struct TextTable: Sendable {
  /// On which side of its column a cell stands.
  package enum Alignment: Sendable { case left, right }

  /// A column's title and the side on which its cells stand.
  package struct Column: Sendable {
    var title: String
    var alignment: Alignment

    /// A column of texts.
    package static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
    /// A column of numbers.
    package static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
  }

  private let columns: [Column]
  private let hasRule: Bool
  private var rows: [[String]]

  /// A table without rows.
  ///
  /// - Parameter hasRule: whether a line of dashes stands below the header.
  package init(_ columns: [Column], hasRule: Bool = false) {
    self.columns = columns
    self.hasRule = hasRule
    rows = [columns.map { Self.inOneLine($0.title) }]
  }

  /// Adds a row. Cells that it lacks are empty, cells beyond the last column are left out.
  package mutating func add(_ cells: [String]) { rows.append(cells.map(Self.inOneLine)) }

  /// A text that cannot move what stands beside it: line ends and tabs become spaces, other control characters U+FFFD.
  private static func inOneLine(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
    return String(
      text.map { character -> Character in
        if character.isNewline || character == "\t" { return " " }
        return character.unicodeScalars.contains { $0.properties.generalCategory == .control } ? "\u{FFFD}" : character
      })
  }

  /// All lines, each with its line feed and without spaces at its end.
  package var text: String {
    let widths = columns.indices.map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    var lines = rows.map { row in
      zip(zip(columns, widths), row).map { column, cell in
        let space = String(repeating: " ", count: column.1 - cell.count)
        return column.0.alignment == .left ? cell + space : space + cell
      }.joined(separator: "  ").trimmingTrailingSpaces
    }
    if hasRule { lines.insert(String(repeating: "-", count: widths.reduce(-2) { $0 + $1 + 2 }), at: 1) }
    return lines.map { $0 + "\n" }.joined()
  }
}
