import NNCore
import NNFiles
import NNPlugins
import NNText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A whole program: calls `body` with the words of the command line, turns what it throws into messages, and ends with
/// its exit code.
package func runProgram(_ body: (_ words: [String]) throws -> ExitCode) -> Never {
  prepareProcess()
  var code = reportingErrors { try body(commandLineWords()) }
  // Some file systems tell only now that they could not keep what was written.
  let closing = reportingErrors { try closeResults() }
  if closing != .done, code == .done { code = closing }
  exit(code.rawValue)
}

/// What holds for every command: a reader that went away, or a limit on the size of files, is an error of the write that
/// met it, not the end of the program.
private func prepareProcess() {
  signal(SIGPIPE, SIG_IGN)
  signal(SIGXFSZ, SIG_IGN)
  // The next file that is opened would take the place of a standard stream that is closed, and get what is meant for
  // it. The stand-ins refuse what they are used for.
  for (descriptor, access) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
  where fcntl(descriptor, F_GETFD) == -1 { _ = open("/dev/null", access) }
}

/// The words after the program's name. Throws a `DiagnosticError`: a word is not UTF-8, so that the name it may hold
/// could not be said, let alone opened.
private func commandLineWords() throws -> [String] {
  try (1..<max(1, Int(CommandLine.argc))).compactMap { index in
    guard let word = CommandLine.unsafeArgv[index] else { return nil }
    guard let text = String(validatingCString: word) else {
      throw usageError(
        "'\(String(cString: word).shortened)' is not text in UTF-8", "rename the file, or name it through a link")
    }
    return text
  }
}

private func closeResults() throws -> ExitCode {
  do throws(SystemFailure) { _ = try systemCall { close(STDOUT_FILENO) } } catch {
    if error.number != EBADF { throw resultLost(error) }
  }
  return .done
}

/// Runs `body` and turns what it throws into messages and an exit code.
package func reportingErrors(_ body: () throws -> ExitCode) -> ExitCode {
  do {
    return try body()
  } catch let error as DiagnosticError {
    printMessages(error.diagnostics)
    return ExitCode(error.kind)
  } catch {
    printMessage("internal error: \(error)\nThis is a defect of the program; please report it with the command line.")
    return .defect
  }
}

/// Parses the words after a command's name and runs it, or prints its help.
package func run(_ command: any Command.Type, _ words: [String], _ registry: @autoclosure () throws -> Registry) throws
  -> ExitCode
{
  let arguments = try Arguments(
    words, options: command.allOptions, positionals: command.positionals, command: command.invocation)
  if arguments.has("help") {
    try printResult(command.help, terminator: "")
    return .done
  }
  var registry = try registry()
  for path in pluginPaths(arguments) { try PluginLoader.load(path, into: &registry) }
  try loadPlugins(ofModels: arguments.positionals + arguments.all("model"), arguments, into: &registry)
  return try command.run(arguments, Environment(registry: registry))
}

/// The plug-ins that the environment and the command line name, each once.
private func pluginPaths(_ arguments: Arguments) -> [String] {
  let always = (variable("NNRUN_PLUGINS") ?? "").split(separator: ":").map(String.init)
  var paths: [String] = []
  for path in always + arguments.all("plugin") where !paths.contains(path) { paths.append(path) }
  return paths
}
