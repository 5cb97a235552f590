import NNCommandLine
import NNCore
import NNFiles
import NNText
import NNTraining

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `nnrun runs`
enum RunsCommand: Command {
  static let name = "runs"
  static let summary = "list runs, or compare two of them"
  static let discussion =
    "Without compare, lists the runs in a folder, runs unless given, with what was overridden and what came out. compare "
    + "shows in what the models, the settings and the results of two runs differ, and draws their curves into one picture."
  static let positionals = [
    Positional(name: "FOLDER|compare", help: "The folder of runs; or compare.", isOptional: true),
    Positional(name: "RUN", help: "For compare: two run folders.", isOptional: true, repeats: true),
  ]
  static let options = [
    Option(
      "sort", .choice(["name", "validation", "test", "time", "when"]),
      "By what runs are sorted, the best, shortest or last one at the end; by when unless given."),
    Option("output", .path("FILE.svg"), "For compare: the picture of the curves; compare.svg unless given."),
    CommonOptions.force, CommonOptions.json,
  ]
  static let examples = [
    (line: "nnrun runs --sort test", meaning: "List the runs in the folder runs, the best on the test set last."),
    (
      line: "nnrun runs compare runs/mlp runs/mlp-2 --output curves.svg",
      meaning: "Show in what two runs differ, and draw their curves."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    guard arguments.positionals.first == "compare" else {
      for option in ["output", "force"] where arguments.has(option) {
        throw usageError("--\(option) goes with compare alone")
      }
      guard arguments.positionals.count <= 1 else { throw usageError("there is an argument too many") }
      return try list(arguments.positionals.first ?? "runs", arguments)
    }
    if arguments.has("sort") { throw usageError("--sort does not go with compare") }
    guard arguments.positionals.count == 3 else {
      throw usageError("compare needs two run folders", "for instance 'nnrun runs compare runs/mlp runs/mlp-2'")
    }
    return try compare(arguments.positionals[1], arguments.positionals[2], arguments)
  }

  // MARK: - List

  private static func list(_ folder: String, _ arguments: Arguments) throws -> ExitCode {
    try Path.requireFolder(folder)
    let listing = try RunListing(folder)
    let runs = sorted(listing.runs, by: arguments.text("sort") ?? "when")
    for run in listing.damaged { printMessages(run.error.diagnostics) }
    if arguments.has("json") {
      let damaged = listing.damaged.map { #"{"folder":\#(json(Path.join(folder, $0.name))),"damaged":true}"# }
      try printResult("[" + (damaged + runs.map(jsonText)).joined(separator: ",") + "]")
      return .done
    }
    guard !runs.isEmpty || !listing.damaged.isEmpty else {
      printMessage("there are no runs in \(folder)")
      return .done
    }
    var table = TextTable([
      .left("run"), .right("epochs"), .left("metric"), .right("validation"), .right("test"), .right("time"),
      .left("when"), .left("overrides"),
    ])
    for run in listing.damaged { table.add([run.name, "-", "-", "-", "damaged", "-", "-"]) }
    for run in runs {
      func text(_ value: Double?) -> String { value.map { run.metric.text($0) } ?? "-" }
      table.add([
        run.name, "\(run.epochs.count)", run.metric.label + (run.head.map { " of \($0)" } ?? ""),
        text(run.validation),
        run.isFinished ? text(run.test) : "unfinished", duration(run.seconds), clock(run.time),
        run.overrides.joined(separator: " "),
      ])
    }
    try printResult(table.text, terminator: "")
    return .done
  }

  /// The runs in the order that is asked for: what is better by its own metric stands later, what has no value first.
  private static func sorted(_ runs: [RunSummary], by key: String) -> [RunSummary] {
    func rank(_ run: RunSummary, _ value: Double?) -> Double {
      value.map { run.metric.improvesUpwards ? $0 : -$0 } ?? -.infinity
    }
    switch key {
    case "name": return runs
    case "validation": return runs.sorted { rank($0, $0.validation) < rank($1, $1.validation) }
    case "test": return runs.sorted { rank($0, $0.test) < rank($1, $1.test) }
    case "time": return runs.sorted { $0.seconds > $1.seconds }
    default: return runs.sorted { $0.time < $1.time }
    }
  }

  private static func jsonText(_ run: RunSummary) -> String {
    #"{"folder":\#(json(run.folder)),"overrides":\#(json(run.overrides)),"epochs":\#(run.epochs.count),"#
      + #""metric":"\#(run.metric.key)","# + (run.head.map { #""head":\#(json($0)),"# } ?? "")
      + #""validation":\#(json(run.validation)),"test":\#(json(run.test)),"#
      + #""seconds":\#(json(run.seconds)),"time":\#(run.time),"finished":\#(run.isFinished)}"#
  }

  /// A time of the clock here.
  private static func clock(_ seconds: Int) -> String {
    var time = time_t(seconds)
    var parts = tm()
    localtime_r(&time, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return
      "\(1900 + parts.tm_year)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) \(two(parts.tm_hour)):\(two(parts.tm_min))"
  }

  // MARK: - Comparison

  private static func compare(_ first: String, _ second: String, _ arguments: Arguments) throws -> ExitCode {
    func run(_ folder: String) throws -> RunSummary {
      try Path.requireFolder(folder)
      guard let run = try RunSummary(folder) else {
        throw DiagnosticError(.missing, code: "no-run", file: folder, "there is no run in this folder")
      }
      return run
    }
    let picture = arguments.text("output") ?? "compare.svg"
    try arguments.refuseToReplace(picture)
    let comparison = try RunComparison(try run(first), try run(second))
    try AtomicFile.write(picture, text: comparison.svg, replacing: arguments.has("force"))
    if arguments.has("json") {
      func object(_ rows: [RunComparison.Row]) -> String {
        "{" + rows.map { "\(json($0.name)):\(json([$0.first, $0.second]))" }.joined(separator: ",") + "}"
      }
      try printResult(
        #"{"settings":\#(object(comparison.settings)),"results":\#(object(comparison.results)),"picture":\#(json(picture))}"#
      )
      return .done
    }
    let names = (Path.name(of: first), Path.name(of: second))
    func table(_ title: String, _ rows: [RunComparison.Row]) -> String {
      var table = TextTable([.left(title), .right(names.0), .right(names.1)])
      for row in rows { table.add([row.name, row.first.shortened, row.second.shortened]) }
      return table.text
    }
    let settings = comparison.settings
    try printResult(settings.isEmpty ? "the models and their settings are the same\n" : table("setting", settings))
    try printResult(table("result", comparison.results))
    try printResult("curves: \(picture)")
    return .done
  }
}
