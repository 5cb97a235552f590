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
  /// None.
  package static var discussion: String { "" }

  /// `nnrun` and the name.
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
    text += "\nOptions:\n" + definitionList(allOptions.map { ($0.written, $0.help) })
    if !examples.isEmpty {
      text += "\nExamples:\n"
      for example in examples { text += "  \(example.line)\n      \(example.meaning)\n" }
    }
    return text
  }
}

extension Command {
  /// Its own options and those that every command has.
  package static var allOptions: [Option] {
    options + [CommonOptions.plugin, CommonOptions.allowPlugins, CommonOptions.help]
  }
}

/// Options that several commands share.
package enum CommonOptions {
  /// `--help`, which every command has.
  package static let help = Option("help", letter: "h", "Show this help.")
  /// `--plugin FILE`, any number of times, which every command has.
  package static let plugin = Option(
    "plugin", .path("FILE"), repeats: true,
    "A library with layers of somebody else, which is loaded; NNRUN_PLUGINS names more, separated by colons.")
  /// `--allow-plugins`, which every command has.
  package static let allowPlugins = Option(
    "allow-plugins",
    "Load the libraries that the model asks for by <plugin>; NNRUN_ALLOW_PLUGINS names folders, separated by colons, below "
      + "which they are always loaded.")
  /// `--threads N`.
  package static let threads = Option("threads", .text("N"), "Threads to use; all cores unless given.")
  /// `--lengths FILE`.
  package static let lengths = Option(
    "lengths", .path("FILE"), "The number of steps of each sample, for sequences in an npy or IDX file.")
  /// `--seed N`.
  package static let seed = Option("seed", .text("N"), "Seed of all random numbers; the model's own unless given.")
  /// `--set PATH=VALUE`, any number of times.
  package static let set = Option(
    "set", .text("PATH=VALUE"), repeats: true,
    "Override an attribute of the model, such as training.epochs=5 or network.fc1.units=64.")
  /// `--json`.
  package static let json = Option("json", "Print JSON for scripts instead of text for people.")
  /// `--distributed`.
  package static let distributed = Option(
    "distributed", "Share the work with the other processes that mpirun has started for this command.")
  /// `--timeout`.
  package static let timeout = Option(
    "timeout", .text("SECONDS"),
    "With --distributed: end all processes when one has not answered for so long; 300 unless given.")
  /// `--force`.
  package static let force = Option("force", "Replace the file if it is there already.")
  /// `--verbose`, `-v`.
  package static let verbose = Option(
    "verbose", letter: "v",
    "Also say how many samples were read, and which columns were left out because the training set has none of that name."
  )
  /// `--quiet`, `-q`.
  package static let quiet = Option("quiet", letter: "q", "Print no progress, only results and problems.")
}
