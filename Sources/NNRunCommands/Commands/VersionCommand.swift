import NNCommandLine
import NNKernels
import NNText

/// `nnrun version`
enum VersionCommand: Command {
  static let name = "version"
  static let summary = "print the version and the instruction set in use"
  static let positionals: [Positional] = []
  static let options = [CommonOptions.json]
  static let examples = [(line: "nnrun version", meaning: "Print the version and the instruction set in use.")]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let level = KernelLevel.current
    if arguments.has("json") {
      try printResult(#"{"version":\#(json(programVersion)),"instructionSet":\#(json(level.rawValue))}"#)
    } else {
      try printResult("nnrun \(programVersion)\nkernels: \(level.rawValue) (\(level.description))")
    }
    return .done
  }
}
