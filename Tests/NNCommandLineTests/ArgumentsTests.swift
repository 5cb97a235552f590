import Foundation
import NNCommandLine
import NNCore
import NNFiles
import Testing

@Suite struct ArgumentsTests {
  private static let options = [
    Option("quiet", letter: "q", "Print nothing."), Option("seed", letter: "s", .text("N"), "A seed."),
    Option("rate", .text("R"), "A number."), Option("output", .path("FILE"), "A file."),
    Option("mode", .choice(["train", "infer"]), "What to do."),
    Option("set", .text("PATH=VALUE"), repeats: true, "A setting."), Option("force", "Replace."), CommonOptions.help,
  ]
  private static let model = Positional(name: "MODEL", help: "The model.")
  private static let files = Positional(name: "FILE", help: "Files.", isOptional: true, repeats: true)

  private func parse(_ words: [String], _ positionals: [Positional] = [files]) throws -> Arguments {
    try Arguments(words, options: Self.options, positionals: positionals, command: "nnrun x")
  }

  /// The message of the usage error that `body` throws.
  private func usage(_ body: () throws -> Void) -> String {
    do {
      try body()
    } catch let error as DiagnosticError {
      return error.kind == .usage ? error.description : "not about usage: \(error)"
    } catch {
      return "not a diagnostic: \(error)"
    }
    return "no error"
  }

  @Test func valuesMayBeJoinedOrApart() throws {
    for words in [["--seed=7"], ["--seed", "7"], ["-s", "7"]] {
      let arguments = try parse(words)
      #expect(arguments.text("seed") == "7" && arguments.has("seed") && arguments.positionals.isEmpty)
    }
    #expect(try parse(["--output="]).text("output") == "")
    #expect(try parse(["--output=a=b"]).text("output") == "a=b")
    // What follows an option is its value, whatever it looks like.
    #expect(try parse(["--output", "--quiet"]).text("output") == "--quiet")
  }

  @Test func optionsWithoutAValue() throws {
    for words in [["--quiet"], ["-q"], ["--quiet", "--quiet"]] {
      let arguments = try parse(words)
      #expect(arguments.has("quiet") && arguments.text("quiet") == nil && arguments.all("quiet").isEmpty)
    }
    let none = try parse([])
    #expect(!none.has("quiet") && none.text("seed") == nil && none.all("set").isEmpty)
  }

  @Test func optionsThatRepeat() throws {
    let arguments = try parse(["--set", "a=1", "--set=b=2"])
    #expect(arguments.all("set") == ["a=1", "b=2"] && arguments.text("set") == "b=2")
    #expect(try arguments.overrides() == ["a=1", "b=2"])
    #expect(try parse(["--set", "a="]).overrides() == ["a="])
  }

  @Test func whatIsPositional() throws {
    let words = ["a", "-", "-1.5", "--", "--seed", "-q", "--"]
    #expect(try parse(words).positionals == ["a", "-", "-1.5", "--seed", "-q", "--"])
    #expect(try parse(["--quiet", "a", "--seed", "3", "b"]).positionals == ["a", "b"])
  }

  @Test(arguments: [
    (["--sed", "3"], "nnrun x has no option '--sed'; did you mean '--seed'?"),
    (["--sed=3"], "nnrun x has no option '--sed'; did you mean '--seed'?"),
    (["--wonderful"], "nnrun x has no option '--wonderful'; see 'nnrun x --help'"),
    (["-z"], "nnrun x has no option '-z'"), (["-qs"], "nnrun x has no option '-qs'"),
    (["--=3"], "nnrun x has no option '--'"),
    (["--quiet=yes"], "option '--quiet' takes no value"),
    (["--seed"], "option '--seed' needs a value; write -s, --seed N"),
    (["--mode", "fly"], "'fly' is none of train, infer; write --mode train|infer"),
    (["--seed", "1", "-s", "2"], "option '--seed' is given twice"),
  ])
  func wrongOptions(_ words: [String], _ message: String) {
    let found = usage { _ = try parse(words) }
    #expect(found.contains(message), "\(found)")
  }

  @Test func wrongPositionals() throws {
    #expect(usage { _ = try parse([], [Self.model]) }.contains("MODEL is missing: The model.; see 'nnrun x --help'"))
    #expect(usage { _ = try parse(["a", "b"], [Self.model]) }.contains("there is an argument too many: 'b'"))
    #expect(usage { _ = try parse(["a"], []) }.contains("there is an argument too many: 'a'"))
    let verb = Positional(name: "VERB", help: "What.", choices: ["inspect", "verify"])
    #expect(usage { _ = try parse(["look"], [verb]) }.contains("'look' is none of inspect, verify"))
    #expect(try parse(["verify", "a", "b"], [verb, Self.files]).positionals == ["verify", "a", "b"])
    // Help is given to those who do not know what is missing.
    #expect(try parse(["--help"], [Self.model]).has("help"))
    #expect(try parse(["-h", "a", "b"], [Self.model]).has("help"))
  }

  @Test func wholeNumbers() throws {
    #expect(try parse([]).integer("seed", 1...9) == nil)
    for (text, value) in [("1", 1), ("9", 9), ("+4", 4)] {
      #expect(try parse(["--seed", text]).integer("seed", 1...9) == value)
    }
    for text in ["0", "10", "-3", "2.0", "1e0", "", " 1", "99999999999999999999"] {
      let message = "'--seed \(text)' must be a whole number from 1 to 9"
      #expect(usage { _ = try parse(["--seed", text]).integer("seed", 1...9) }.contains(message))
    }
  }

  @Test func seedsAndNumbers() throws {
    #expect(try parse([]).seed() == nil && parse([]).number("rate") == nil)
    #expect(try parse(["--seed", "18446744073709551615"]).seed() == .max)
    for text in ["-1", "18446744073709551616", "x"] {
      let message = "must be a whole number from 0 to 18446744073709551615"
      #expect(usage { _ = try parse(["--seed", text]).seed() }.contains(message))
    }
    #expect(try parse(["--rate", "-2.5e-3"]).number("rate") == -0.0025)
    for text in ["nan", "inf", "1e999", "x"] {
      #expect(usage { _ = try parse(["--rate", text]).number("rate") }.contains("'--rate \(text)' must be a number"))
    }
  }

  @Test(arguments: ["nothing", "=3", ""]) func settingsWithoutAPathOrValue(_ text: String) {
    #expect(usage { _ = try parse(["--set", text]).overrides() }.contains("'--set \(text)' has no value"))
  }

  @Test func replacesOnlyByForce() throws {
    let path = "/tmp/nnrun-arguments-\(UUID().uuidString)"
    try parse([]).refuseToReplace(path)
    try AtomicFile.write(path, bytes: [1])
    defer { unlink(path) }
    try parse(["--force"]).refuseToReplace(path)
    do {
      try parse([]).refuseToReplace(path)
      Issue.record("the file would be replaced")
    } catch let error as DiagnosticError {
      #expect(error.kind == .cannotCreate && error.description.contains("--force"))
    }
  }

  @Test func howHelpShowsOptions() {
    let written = ["-q, --quiet", "-s, --seed N", "--rate R", "--output FILE", "--mode train|infer"]
    #expect(Self.options.prefix(5).map(\.written) == written)
  }
}
