import NNCommandLine
import NNCore
import NNText

/// The whole program nnrun, with the elements that `register` adds to the project's own: reads the command line, runs the
/// verb, and ends the process with its exit code.
///
/// A program that brings a layer of its own is `nnrunMain { try $0.register(MyLayer.self) }`.
public func nnrunMain(register: (inout Registry) throws -> Void = { _ in }) -> Never {
  runProgram { words in
    try runVerb(words) {
      var registry = try standardRegistry()
      try register(&registry)
      return registry
    }
  }
}

/// Finds the verb and runs it. The registry is made for a verb that runs, not for its help.
private func runVerb(_ words: [String], _ registry: () throws -> Registry) throws -> ExitCode {
  guard let verb = words.first else {
    printMessage(programHelp, terminator: "")
    return .usage
  }
  if ["help", "-h", "--help"].contains(verb) { return try help(Array(words.dropFirst())) }
  if verb == "--version" { return try run(VersionCommand.self, [], registry()) }
  guard let command = allCommands.first(where: { $0.name == verb }) else { throw unknownVerb(verb) }
  return try run(command, Array(words.dropFirst()), registry())
}

/// `nnrun help [VERB]`.
private func help(_ words: [String]) throws -> ExitCode {
  guard let verb = words.first else {
    try printResult(programHelp, terminator: "")
    return .done
  }
  guard let command = allCommands.first(where: { $0.name == verb }) else { throw unknownVerb(verb) }
  try printResult(command.help, terminator: "")
  return .done
}

private func unknownVerb(_ verb: String) -> DiagnosticError {
  let near = nearestName(to: verb, among: allCommands.map { $0.name })
  return usageError(
    "there is no verb '\(verb)'", near.map { "did you mean 'nnrun \($0)'?" } ?? "'nnrun --help' lists them")
}
