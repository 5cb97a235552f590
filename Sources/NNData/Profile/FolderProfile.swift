import NNCore

/// What a folder with one folder for each class holds.
package enum FolderProfile: Sendable {
  case pictures(PictureProfile)
  case texts(TextProfile)

  /// Looks at a folder: at its pictures, or at its texts where there are no pictures. Throws a `DiagnosticError` if there is
  /// nothing to learn.
  package init(folder: String) throws {
    let holdsTexts = try !ClassFolder.holds(.pictures, folder) && ClassFolder.holds(.texts, folder)
    self = holdsTexts ? .texts(try TextProfile(folder: folder)) : .pictures(try PictureProfile(folder: folder))
  }

  /// What is worth a warning.
  package var warnings: [Diagnostic] {
    switch self {
    case .pictures(let pictures): pictures.warnings
    case .texts(let texts): texts.warnings
    }
  }

  /// A warning if the largest class has more than nine times the samples of the smallest.
  ///
  /// - Parameters:
  ///   - sizes: the samples of each class.
  ///   - noun: what the samples are.
  ///   - folder: where they are.
  static func unequalClasses(_ sizes: [Int], of noun: String, in folder: String) -> [Diagnostic] {
    guard let most = sizes.max(), let least = sizes.min(), most > 9 * least else { return [] }
    return [
      Diagnostic(
        .warning, code: "unequal-classes",
        "the largest class has \(most) \(noun), the smallest \(least), so that accuracy says little",
        remedy: "look at the recall of each class", place: SourcePlace(file: folder, line: 0, column: 0))
    ]
  }
}
