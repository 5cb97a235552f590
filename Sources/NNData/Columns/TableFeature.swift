import NNCore
import NNText

/// A column of a table that the net reads as `<columns>` says.
package struct TableFeature: Sendable, Hashable {
  /// The column's position in the training set's table, from 0.
  package var position: Int
  /// The name of the input that reads it.
  package var input: String
  /// Whether rows with a gap in the column are left out where answers are learned or judged.
  package var dropsGaps: Bool
  /// What training has learned of it; nil before that.
  package var encoding: ColumnEncoding?

  /// A column at a position.
  package init(position: Int, input: String, dropsGaps: Bool = false, encoding: ColumnEncoding? = nil) {
    self.position = position
    self.input = input
    self.dropsGaps = dropsGaps
    self.encoding = encoding
  }

  /// Whether it becomes a sequence.
  var isSequence: Bool { encoding?.isSequence ?? false }

  /// The feature as a JSON object.
  var json: StrictJSON {
    .object(
      [.init(key: "column", value: .integer(position)), .init(key: "input", value: .text(input))]
        + (dropsGaps ? [.init(key: "drop", value: .boolean(true))] : []) + (encoding?.json ?? []))
  }

  /// Reads `json` back; nil when it is something else.
  init?(json: StrictJSON) {
    guard case .integer(let position)? = json["column"], position >= 0, case .text(let input)? = json["input"],
      let encoding = ColumnEncoding(json: json)
    else { return nil }
    self.init(position: position, input: input, dropsGaps: json["drop"] == .boolean(true), encoding: encoding)
  }
}

extension [TableFeature] {
  /// The shape of a sample for each input: a row of all its numbers, or so many steps of such rows.
  ///
  /// - Parameter steps: the most steps of a sample; nil if a row of the table is a sample.
  package func shapes(steps: Int?) -> [String: Shape] {
    let widths = reduce(into: [:]) { $0[$1.input, default: 0] += $1.encoding?.width ?? 0 }
    return widths.reduce(into: [:]) { result, width in
      let isIndex = entries[width.key] != nil && width.value == 1
      result[width.key] = Shape((steps.map { [$0] } ?? []) + (steps != nil && isIndex ? [] : [width.value]))
    }
  }

  /// The number of different indices for each input that reads some: the largest of its columns.
  package var entries: [String: Int] {
    reduce(into: [:]) { result, feature in
      if let entries = feature.encoding?.entries {
        result[feature.input] = Swift.max(result[feature.input] ?? 0, entries)
      }
    }
  }
}
