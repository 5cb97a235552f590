import NNCommandLine
import NNData
import NNFiles
import NNKernels

/// `nnrun describe`
enum DescribeCommand: Command {
  static let name = "describe"
  static let summary = "say what a table, or a folder of pictures or texts, seems to hold"
  static let discussion =
    "Prints a line for each column of a table: its kind, gaps, different values and their range, and warns of what is likely to lead "
    + "a training astray; of a folder, a line for each class. 'nnrun train' prints the same and proposes a model."
  static let positionals = [
    Positional(
      name: "TABLE",
      help: "A table: csv or tsv, also with .gz; or a folder with one folder of pictures, or of texts, for each class."
    )
  ]
  static let options = [
    Option(
      "label", .text("COLUMN"), "The column of the right answer: its name, its number, last or none; last unless given."
    ),
    CommonOptions.json,
  ]
  static let examples = [
    (
      line: "nnrun describe models/data/penguins/penguins.csv --label species",
      meaning: "Show what the columns of the table hold."
    )
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let path = arguments.positionals[0]
    if Path.isFolder(path) {
      guard !arguments.has("label") else {
        throw usageError("--label goes with a table", "in a folder, the names of the folders are the classes")
      }
      let profile = try FolderProfile(folder: path)
      if arguments.has("json") {
        try printResult(FolderText.json(profile))
      } else {
        try printResult(FolderText.text(profile), terminator: "")
        printMessages(profile.warnings)
      }
      return .done
    }
    let table = try TableProfile(
      path: path, label: arguments.text("label") ?? "last", workers: WorkerPool(threads: WorkerPool.processors))
    if arguments.has("json") {
      try printResult(TableText.json(table))
    } else {
      try printResult(TableText.text(table), terminator: "")
      printMessages(table.warnings)
    }
    return .done
  }
}
