import NNCore

/// What somebody at a command line can type against a message. The libraries know causes and remedies; only the programs
/// know their own commands and options.
enum CommandRemedies {
  /// Remedies by the message's code. `{file}` stands for the file that the message is about. `{remedy}` stands for the
  /// library's remedy: such an entry extends it where there is one, the others speak where there is none.
  private static let all = [
    "bad-checkpoint": "give it as --weights to begin from its weights, or go on with the program that wrote it",
    "checksum":
      "{remedy}; if it was changed on purpose, 'nnrun weights adopt {file}' makes a file of it that predicts",
    "drawing-too-large": "write it for Graphviz with --dot",
    "folder-in-use": "{remedy} with --output",
    "label-among-inputs": "{remedy}: --label last",
    "missing-labels": "say which file holds them: --labels FILE",
    "no-arrays": "use --code python, which has arrays",
    "no-data-file": "{remedy}: tools/get-data NAME",
    "no-formula": "explain it without --code, or begin at an earlier layer with --output NAME",
    "no-model": "'nnrun weights adopt MODEL.xml {file}' puts the two together",
    "not-a-checkpoint": "to begin from its weights, give it as --weights",
    "plugin-interface": "build it again: nnrun plugin build FOLDER",
    "plugin-missing": "give the library: --plugin FILE",
    "plugin-other":
      "give the library that it was made with; for another one, 'nnrun weights adopt MODEL.xml {file}' makes weights",
    "other-run": "{remedy}: --weights {file}",
    "run-exists": "go on with it by --resume {file}, or name another folder with --output",
    "plugin-not-loaded": "{remedy}; load it with --plugin FILE",
    "unknown-element": "'nnrun layers' lists what there is",
  ]

  /// The remedy for a message at the command line: the library's own unless there is more to say.
  static func remedy(for diagnostic: Diagnostic) -> String? {
    guard let words = all[diagnostic.code], words.contains("{remedy}") == (diagnostic.remedy != nil) else {
      return diagnostic.remedy
    }
    return words.replacing("{remedy}", with: diagnostic.remedy ?? "")
      .replacing("{file}", with: diagnostic.place?.file ?? "FILE")
  }
}

extension Diagnostic {
  /// The message as it is told at the command line, with a remedy that can be typed where there is one.
  package var forCommandLine: Diagnostic {
    var result = self
    result.remedy = CommandRemedies.remedy(for: self)
    return result
  }
}
