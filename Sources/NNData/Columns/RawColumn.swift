import NNCore

/// A column of a table as it was read, before anything has been learned of it.
package struct RawColumn: Sendable {
  /// The fields of a column.
  package enum Values: Sendable {
    /// Numbers, truth values as 0 and 1, or dates in seconds since 1970; NaN for a gap.
    case numbers([Double])
    /// The index of each field's text; -1 for a gap.
    case texts([Int32], dictionary: [String])
  }

  /// The column's name, or its number from 1.
  package let name: String
  /// The fields, one for each row of the table.
  package let values: Values
}

/// Texts that become numbers as they are met.
struct TextDictionary {
  private(set) var texts: [String] = []
  private var indices: [String: Int32] = [:]

  /// The number of a text.
  mutating func index(_ text: String) -> Int32 {
    if let known = indices[text] { return known }
    let index = Int32(texts.count)
    indices[text] = index
    texts.append(text)
    return index
  }
}

/// A table whose columns are declared: what encoding makes samples of. The parts of a set share it.
package final class RawTable: Sendable {
  /// The columns that become inputs.
  package let columns: [RawColumn]
  /// The line of the file on which each row stands.
  package let lines: [Int32]
  /// The file of each row, where each has one of its own.
  let files: [String]?
  /// For each sample the rows that are its steps, and the most steps that there can be; nil if each row is a sample.
  let groups: (rows: [[Int32]], steps: Int)?

  init(columns: [RawColumn], lines: [Int32], files: [String]? = nil) {
    self.columns = columns
    self.lines = lines
    self.files = files
    groups = nil
  }

  /// The rows of a table, put together into samples of at most so many steps.
  init(_ table: RawTable, groups: [[Int32]], steps: Int) {
    (columns, lines, files) = (table.columns, table.lines, table.files)
    self.groups = (groups, steps)
  }

  /// The number of samples.
  var sampleCount: Int { groups?.rows.count ?? lines.count }

  /// The rows of some samples, each once.
  func rows(of samples: [Int32]) -> [Int32] {
    guard let groups else { return samples }
    return Set(samples.lazy.flatMap { groups.rows[Int($0)] }).sorted()
  }
}
