import NNCommandLine
import NNCore

runProgram(runVerb)

/// Finds the verb and runs it.
private func runVerb(_ words: [String]) throws -> ExitCode {
  guard let verb = words.first else {
    printMessage(programHelp, terminator: "")
    return .usage
  }
  if ["help", "-h", "--help"].contains(verb) { return try help(Array(words.dropFirst())) }
  if verb == "--version" { return try run(VersionCommand.self, [], standardRegistry()) }
  guard let command = allCommands.first(where: { $0.name == verb }) else { throw unknownVerb(verb) }
  return try run(command, Array(words.dropFirst()), standardRegistry())
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
