import NNCommandLine
import NNCore
import Testing

@Suite struct ProgramTests {
  @Test(arguments: [
    (DiagnosticError.Kind.invalid, ExitCode.invalid, Int32(65)), (.missing, .missing, 66),
    (.cannotCreate, .cannotCreate, 73), (.inputOutput, .inputOutput, 74), (.usage, .usage, 64),
  ])
  func failuresHaveCodes(_ kind: DiagnosticError.Kind, _ code: ExitCode, _ number: Int32) {
    #expect(ExitCode(kind) == code && code.rawValue == number)
    #expect(reportingErrors { throw DiagnosticError(kind, code: "test", "expected by a test") } == code)
  }

  @Test func theOtherCodes() {
    let codes: [ExitCode] = [.done, .no, .defect, .interrupted]
    #expect(codes.map(\.rawValue) == [0, 1, 70, 130])
    #expect(reportingErrors { .no } == .no)
    struct Unexpected: Error {}
    #expect(reportingErrors { throw Unexpected() } == .defect)
  }

  private enum Sample: Command {
    static let name = "sample"
    static let summary = "shows what help looks like"
    static let positionals = [
      Positional(name: "MODEL", help: "The model."),
      Positional(name: "FILE", help: "Files.", isOptional: true, repeats: true),
    ]
    static let options = [CommonOptions.quiet]
    static let examples = [(line: "nnrun sample a.xml", meaning: "Do nothing.")]
    static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
      arguments.has("quiet") ? .no : .done
    }
  }

  @Test func commandsAreRun() throws {
    #expect(try run(Sample.self, ["a.xml"], Registry()) == .done)
    #expect(try run(Sample.self, ["a.xml", "-q"], Registry()) == .no)
    #expect(throws: DiagnosticError.self) { try run(Sample.self, [], Registry()) }
  }

  @Test func help() {
    #expect(
      Sample.help == """
        nnrun sample - shows what help looks like

        Usage: nnrun sample MODEL [FILE ...] [options]

        Arguments:
          MODEL  The model.
          FILE   Files.

        Options:
          -q, --quiet      Print no progress, only results and problems.
          --plugin FILE    A library with layers of somebody else, which is loaded; NNRUN_PLUGINS names
                           more, separated by colons.
          --allow-plugins  Load the libraries that the model asks for by <plugin>; NNRUN_ALLOW_PLUGINS names
                           folders, separated by colons, below which they are always loaded.
          -h, --help       Show this help.

        Examples:
          nnrun sample a.xml
              Do nothing.

        """)
  }
}
