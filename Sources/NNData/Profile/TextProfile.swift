import NNCore
import NNFiles

/// What a folder with one folder of texts for each class seems to hold.
package struct TextProfile: Sendable {
  /// The folder.
  package let folder: String
  /// The classes, with the number of texts of each.
  package let classes: [(name: String, texts: Int)]
  /// Words of the shortest text, of the one in the middle, of one longer than 95 of 100, and of the longest.
  package let words: (least: Int, middle: Int, usualMost: Int, most: Int)
  /// Characters of a text longer than 95 of 100.
  package let usualCharacters: Int
  /// Different words, and those of them that occur at least twice.
  package let vocabulary: (all: Int, repeated: Int)
  /// What is worth a warning.
  package let warnings: [Diagnostic]

  /// The number of texts.
  package var texts: Int { classes.reduce(0) { $0 + $1.texts } }

  /// Looks at a folder. Throws a `DiagnosticError`: there are no texts, they have no classes, fewer than two, or a file is no
  /// text.
  package init(folder path: String) throws {
    let found = try TextSamples(folder: path, classes: nil, .auto)
    guard found.classes.count > 1 else {
      throw DiagnosticError(
        code: "missing-labels", file: path,
        found.classes.isEmpty ? "the texts have no classes" : "there is only one class",
        remedy: "put the texts into one folder for each class")
    }
    folder = path
    classes = found.classes.indices.map { index in (found.classes[index], found.labels.count { Int($0) == index }) }
    let splitting = TextSplitting(TokenEncoding(unit: .words, length: 1))
    var counts: [[UInt8]: Int] = [:]
    let lengths = found.texts.map { text in
      var length = 0
      _ = splitting.forEachToken(in: text) { token in
        length += 1
        counts[token, default: 0] += 1
        return true
      }
      return length
    }.sorted()
    let usual = (lengths.count - 1) * 19 / 20
    words = (lengths[0], lengths[lengths.count / 2], lengths[usual], lengths[lengths.count - 1])
    usualCharacters = found.texts.map(\.unicodeScalars.count).sorted()[usual]
    vocabulary = (counts.count, counts.values.count { $0 > 1 })
    warnings = found.warnings + FolderProfile.unequalClasses(classes.map(\.texts), of: "texts", in: path)
  }
}
