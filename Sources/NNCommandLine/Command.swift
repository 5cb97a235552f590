import NNText

/// A verb of the command line.
package protocol Command: Sendable {
  /// The words that call it, such as `nnrun train`.
  static var invocation: String { get }
  /// The word that calls it.
  static var name: String { get }
  /// What it does, in one line.
  static var summary: String { get }
  /// What it does, in a few sentences.
  static var discussion: String { get }
  /// Its positional arguments.
  static var positionals: [Positional] { get }
  /// Its options, besides `--help`.
  static var options: [Option] { get }
  /// Command lines that work, each with what it does.
  static var examples: [(line: String, meaning: String)] { get }

  /// Runs it. Returns the exit code; throws a `DiagnosticError` for what the user can mend.
  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode
}

extension Command {
  package static var discussion: String { "" }

  package static var invocation: String { "nnrun \(name)" }

  /// The text of `--help`.
  package static var help: String {
    var text = "\(invocation) - \(summary)\n\nUsage: \(invocation)"
    for positional in positionals {
      let word = positional.name + (positional.repeats ? " ..." : "")
      text += positional.isOptional ? " [\(word)]" : " \(word)"
    }
    text += " [options]\n"
    if !discussion.isEmpty { text += "\n\(discussion)\n" }
    if !positionals.isEmpty { text += "\nArguments:\n" + definitionList(positionals.map { ($0.name, $0.help) }) }
    text += "\nOptions:\n" + definitionList((options + [helpOption]).map { ($0.written, $0.help) })
    if !examples.isEmpty {
      text += "\nExamples:\n"
      for example in examples { text += "  \(example.line)\n      \(example.meaning)\n" }
    }
    return text
  }
}

/// `--help`, which every command has.
package let helpOption = Option("help", letter: "h", "Show this help.")

/// Options that several commands share.
package enum CommonOptions {
  package static let threads = Option("threads", .text("N"), "Threads to use; all cores unless given.")
  package static let seed = Option("seed", .text("N"), "Seed of all random numbers; the model's own unless given.")
  package static let set = Option(
    "set", .text("PATH=VALUE"), repeats: true,
    "Override an attribute of the model, such as training.epochs=5 or network.fc1.units=64.")
  package static let json = Option("json", "Print JSON for scripts instead of text for people.")
  package static let force = Option("force", "Replace the file if it is there already.")
  package static let quiet = Option("quiet", letter: "q", "Print no progress, only results and problems.")
}
