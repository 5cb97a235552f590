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

  init(columns: [RawColumn], lines: [Int32]) {
    self.columns = columns
    self.lines = lines
  }
}
