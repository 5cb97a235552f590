import NNCore

/// Runs `body` and turns what it throws into messages and an exit code.
package func reportingErrors(_ body: () throws -> ExitCode) -> ExitCode {
  do {
    return try body()
  } catch let error as DiagnosticError {
    printMessage(error.description)
    return ExitCode(error.kind)
  } catch {
    printMessage("internal error: \(error)\nThis is a defect of the program; please report it with the command line.")
    return .defect
  }
}

/// Parses the words after a command's name and runs it, or prints its help.
package func run(_ command: any Command.Type, _ words: [String], _ registry: @autoclosure () -> Registry) throws
  -> ExitCode
{
  let arguments = try Arguments(
    words, options: command.options + [helpOption], positionals: command.positionals, command: command.invocation)
  if arguments.has("help") {
    printResult(command.help, terminator: "")
    return .done
  }
  return try command.run(arguments, Environment(registry: registry()))
}
