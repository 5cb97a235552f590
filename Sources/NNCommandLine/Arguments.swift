import NNCore
import NNFiles
import NNText

/// The words of a command line, sorted into options and positional arguments.
package struct Arguments {
  private var values: [String: [String]] = [:]
  /// The positional arguments, in order.
  package private(set) var positionals: [String] = []

  /// Sorts `words` by the declarations. Everything after `--` is positional, and so is a single `-`. Throws a usage error
  /// (64): an option that is not known, a value that is missing or not allowed, too few or too many arguments.
  package init(_ words: [String], options: [Option], positionals declared: [Positional], command: String) throws {
    var rest = words[...]
    var isLiteral = false
    while let word = rest.popFirst() {
      if isLiteral || word == "-" || !word.hasPrefix("-") || Double(word) != nil {
        positionals.append(word)
      } else if word == "--" {
        isLiteral = true
      } else {
        try takeOption(word, &rest, options, command)
      }
    }
    try checkPositionals(declared, command)
  }

  private mutating func takeOption(
    _ word: String, _ rest: inout ArraySlice<String>, _ options: [Option], _ command: String
  ) throws {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let found: Option?
    if word.hasPrefix("--") {
      let name = parts[0].dropFirst(2)
      found = options.first { $0.name == name }
    } else {
      found = word.count == 2 ? options.first { $0.letter == word.last } : nil
    }
    guard let option = found else {
      let near = nearestName(to: String(parts[0].drop { $0 == "-" }), among: options.map(\.name))
      throw usageError(
        "\(command) has no option '\(parts[0])'",
        near.map { "did you mean '--\($0)'?" } ?? "see '\(command) --help'")
    }
    if case .none = option.value {
      guard parts.count == 1 || !word.hasPrefix("--") else {
        throw usageError("option '--\(option.name)' takes no value")
      }
      values[option.name] = []
      return
    }
    let value: String
    if parts.count == 2, word.hasPrefix("--") {
      value = parts[1]
    } else if let next = rest.popFirst() {
      value = next
    } else {
      throw usageError("option '--\(option.name)' needs a value", "write \(option.written)")
    }
    if case .choice(let words) = option.value, !words.contains(value) {
      throw usageError("'\(value)' is none of \(words.joined(separator: ", "))", "write \(option.written)")
    }
    if !option.repeats, values[option.name] != nil { throw usageError("option '--\(option.name)' is given twice") }
    values[option.name, default: []].append(value)
  }

  private func checkPositionals(_ declared: [Positional], _ command: String) throws {
    if values["help"] != nil { return }
    let needed = declared.filter { !$0.isOptional }
    if positionals.count < needed.count {
      let missing = needed[positionals.count]
      throw usageError("\(missing.name) is missing: \(missing.help)", "see '\(command) --help'")
    }
    if positionals.count > declared.count, declared.last?.repeats != true {
      throw usageError(
        "there is an argument too many: '\(positionals[declared.count])'", "see '\(command) --help'")
    }
    for (word, declaration) in zip(positionals, declared)
    where !declaration.choices.isEmpty && !declaration.choices.contains(word) {
      throw usageError("'\(word)' is none of \(declaration.choices.joined(separator: ", "))")
    }
  }

  /// Whether an option without a value was given, or one with a value at least once.
  package func has(_ name: String) -> Bool { values[name] != nil }

  /// The options that were given, with their values in order.
  package var given: [String: [String]] { values }

  /// An option's value.
  package func text(_ name: String) -> String? { values[name]?.last }

  /// All values of an option that may repeat.
  package func all(_ name: String) -> [String] { values[name] ?? [] }

  /// An option's value as a whole number; nil if it is not given. Throws a usage error (64) outside the range.
  package func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let text = text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw usageError("'--\(name) \(text)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// An option's value as a seed; nil if it is not given. Throws a usage error (64) for anything but a whole number from 0.
  package func seed(_ name: String = "seed") throws -> UInt64? {
    guard let text = text(name) else { return nil }
    guard let value = UInt64(text) else {
      throw usageError("'--\(name) \(text)' must be a whole number from 0 to \(UInt64.max)")
    }
    return value
  }

  /// An option's value as a finite number; nil if it is not given. Throws a usage error (64) for anything else.
  package func number(_ name: String) throws -> Double? {
    guard let text = text(name) else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw usageError("'--\(name) \(text)' must be a number")
    }
    return value
  }

  /// The values of `--set`, each `path=value`. Throws a usage error (64) for one without `=`.
  package func overrides() throws -> [String] {
    for setting in all("set") where setting.firstIndex(of: "=").map({ $0 == setting.startIndex }) ?? true {
      throw usageError("'--set \(setting)' has no value", "write --set PATH=VALUE, as in --set training.epochs=5")
    }
    return all("set")
  }
}

extension Arguments {
  /// Throws a `DiagnosticError` (73) if writing to `path` would replace a file and `--force` is not given. For commands
  /// that make what a training may have cost hours to make.
  package func refuseToReplace(_ path: String) throws {
    guard !has("force"), try AtomicFile.wouldReplace(path) else { return }
    throw DiagnosticError(
      .cannotCreate, code: "file-exists", file: path, "is there already",
      remedy: "name another file, or replace it with --force")
  }
}

/// An error in how the command was called (exit code 64).
package func usageError(_ message: String, _ remedy: String? = nil) -> DiagnosticError {
  DiagnosticError(.usage, code: "usage", message, remedy: remedy)
}
