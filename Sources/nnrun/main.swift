#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore

exit(runProgram(Array(CommandLine.arguments.dropFirst())).rawValue)

/// Finds the verb, runs it, and turns what it throws into messages and an exit code.
func runProgram(_ words: [String]) -> ExitCode {
  do {
    guard let verb = words.first else {
      printMessage(programHelp, terminator: "")
      return .usage
    }
    if ["help", "-h", "--help"].contains(verb) { return try help(Array(words.dropFirst())) }
    if verb == "--version" { return try run(VersionCommand.self, []) }
    guard let command = allCommands.first(where: { $0.name == verb }) else {
      let near = nearestName(to: verb, among: allCommands.map { $0.name })
      throw usageError(
        "there is no verb '\(verb)'", near.map { "did you mean 'nnrun \($0)'?" } ?? "'nnrun --help' lists them")
    }
    return try run(command, Array(words.dropFirst()))
  } catch let error as DiagnosticError {
    printMessage(error.description)
    return ExitCode(error.kind)
  } catch {
    printMessage("nnrun: internal error: \(error)\nThis is a defect of nnrun; please report it with the command line.")
    return .defect
  }
}

/// `nnrun help [VERB]`.
private func help(_ words: [String]) throws -> ExitCode {
  guard let verb = words.first else {
    printResult(programHelp, terminator: "")
    return .done
  }
  guard let command = allCommands.first(where: { $0.name == verb }) else {
    throw usageError("there is no verb '\(verb)'", "'nnrun --help' lists them")
  }
  printResult(command.help, terminator: "")
  return .done
}

private func run(_ command: any Command.Type, _ words: [String]) throws -> ExitCode {
  let arguments = try Arguments(
    words, options: command.options + [helpOption], positionals: command.positionals, command: command.name)
  if arguments.has("help") {
    printResult(command.help, terminator: "")
    return .done
  }
  return try command.run(arguments, Environment(registry: standardRegistry()))
}
