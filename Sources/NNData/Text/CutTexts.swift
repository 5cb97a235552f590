import NNCore

/// Counts texts whose end is left out.
struct CutTexts {
  /// For each column, how many there are.
  var counts: [Int]

  init(columns: Int) { counts = [Int](repeating: 0, count: columns) }

  /// A warning for each column that has some.
  func warnings(_ features: [TableFeature], _ names: [String], samples: Int, file: String) -> [Diagnostic] {
    zip(counts, zip(features, names)).compactMap { count, column -> Diagnostic? in
      guard count > 0, case .text(let text)? = column.0.encoding else { return nil }
      return Diagnostic(
        .warning, code: "cut-texts",
        "\(count) of \(samples) texts in column '\(column.1.shortened)' have more than \(text.length) tokens and are cut",
        remedy: "give <text> a larger length if the rest matters",
        place: SourcePlace(file: file, line: 0, column: 0))
    }
  }
}
