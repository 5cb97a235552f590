import NNCommandLine
import NNCore
import NNText
import NNWeights

/// `nnrun weights`
enum WeightsCommand: Command {
  static let name = "weights"
  static let summary = "inspect, verify, compare, make or adopt files of weights"
  static let discussion =
    "Any safetensors file will do, also those of other programs. adopt makes a file that predicts of numbers from "
    + "elsewhere: the last FILE gives the numbers, and the one before it, a model or weights of nnrun, says what they "
    + "belong to; with one FILE, which was changed in another program, its own metadata does. All arrays of the net "
    + "have to be there; what stands before all names, such as 'module.', is taken away. What training learns from "
    + "data, such as <standardize/>, is learned if the model's data is there."
  static let positionals = [
    Positional(
      name: "ACTION", help: "inspect, verify, diff, pack or adopt.",
      choices: ["inspect", "verify", "diff", "pack", "adopt"]),
    Positional(
      name: "FILE", help: "The file; for adopt with two, the model file or the weights that say what the net is."),
    Positional(
      name: "OTHER|NAME=FILE.npy",
      help: "The file to compare with, for diff; the file with the numbers, for adopt; or, for pack, the arrays to put "
        + "into the file.", isOptional: true,
      repeats: true),
  ]
  static let options = [
    Option(
      "transpose", "For pack: swap rows and columns of each matrix, from inputs x outputs to what dense layers have."),
    Option("output", .path("FILE"), "For adopt: the file to write; <model's name>.safetensors unless given."),
    Option(
      "prefix", .text("TEXT"),
      "For adopt: what stands before the net's names in the file; found if all names have the same."),
    CommonOptions.set, CommonOptions.force, CommonOptions.json,
  ]
  static let examples = [
    (line: "nnrun weights inspect runs/mlp/weights.safetensors", meaning: "List the arrays with their statistics."),
    (line: "nnrun weights verify runs/mlp/weights.safetensors", meaning: "Say whether the file is whole."),
    (
      line: "nnrun weights diff runs/mlp/weights.safetensors runs/mlp/last.safetensors",
      meaning: "Show by how much two files differ; ends with 1 if they do."
    ),
    (
      line: "nnrun weights pack start.safetensors w1.weight=w1.npy w2.weight=w2.npy --transpose",
      meaning: "Make a file for 'nnrun train --weights' from NumPy's arrays."
    ),
    (
      line: "nnrun weights adopt net.xml torch.safetensors --output net.safetensors",
      meaning: "Make a file that predicts of a model and of what PyTorch saved."
    ),
    (
      line: "nnrun weights adopt edited.safetensors --output net.safetensors",
      meaning: "Take a file again whose numbers were changed elsewhere."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let file = arguments.positionals[1]
    let action = arguments.positionals[0]
    guard action == "pack" || arguments.positionals.count <= (["diff", "adopt"].contains(action) ? 3 : 2) else {
      throw usageError("there is an argument too many")
    }
    if arguments.has("transpose"), action != "pack" { throw usageError("--transpose goes with pack alone") }
    if arguments.has("force"), !["pack", "adopt"].contains(action) {
      throw usageError("--force goes with pack and adopt alone")
    }
    for option in ["output", "prefix", "set"] where arguments.has(option) && action != "adopt" {
      throw usageError("--\(option) goes with adopt alone")
    }
    switch action {
    case "pack": return try pack(file, Array(arguments.positionals.dropFirst(2)), arguments)
    case "adopt": return try adopt(Array(arguments.positionals.dropFirst()), arguments, environment)
    case "verify": return try verify(file, arguments)
    case "diff":
      guard arguments.positionals.count == 3 else { throw usageError("diff compares two files", "give a second one") }
      return try diff(file, arguments.positionals[2], arguments)
    default: return try inspect(file, arguments)
    }
  }

  private static func verify(_ file: String, _ arguments: Arguments) throws -> ExitCode {
    let tensors = try TensorFile(path: file)
    let state = tensors.checksumState
    let note: String
    switch state {
    case .wrong:
      throw DiagnosticError(
        code: "checksum", file: file, "the file has changed since it was written: the checksum is wrong",
        remedy: "if it was changed on purpose, 'nnrun weights adopt' makes a file of it that predicts")
    case .missing: note = "it has no checksum"
    case .numbers: note = "the checksum is right, but covers the numbers alone, not names, types and metadata"
    case .everything: note = "the checksum \(tensors.checksum) is right"
    }
    if arguments.has("json") {
      let checksum = json(state.isRight ? tensors.statedChecksum ?? "" : nil)
      let covered = json(state.isRight ? state.rawValue : nil)
      try printResult(
        #"{"valid":true,"arrays":\#(tensors.entries.count),"checksum":\#(checksum),"covers":\#(covered)}"#)
    } else {
      try printResult("\(file): whole; \(tensors.entries.count) arrays; \(note)")
    }
    return .done
  }

  private static func inspect(_ file: String, _ arguments: Arguments) throws -> ExitCode {
    let tensors = try TensorFile(path: file)
    var table = TextTable(
      ["array", "type", "shape", "elements", "minimum", "maximum", "mean", "deviation"].map(TextTable.Column.left))
    var objects: [String] = []
    for entry in tensors.entries {
      let shape = entry.dimensions.isEmpty ? "scalar" : entry.dimensions.map(String.init).joined(separator: "x")
      let statistics = tensors.values(entry).map { TensorStatistics($0) }
      var row = [entry.name, entry.type, shape, grouped(entry.count)]
      if let statistics, entry.count > statistics.nonFinite {
        row += [statistics.minimum, statistics.maximum, statistics.mean, statistics.deviation].map {
          significant($0, 4)
        }
        if statistics.nonFinite > 0 { row[7] += " (\(statistics.nonFinite) not finite)" }
      }
      table.add(row)
      objects.append(
        #"{"name":\#(json(entry.name)),"type":\#(json(entry.type)),"shape":\#(json(entry.dimensions)),"#
          + #""minimum":\#(json(statistics?.minimum)),"maximum":\#(json(statistics?.maximum)),"mean":\#(json(statistics?.mean)),"#
          + #""deviation":\#(json(statistics?.deviation)),"nonFinite":\#(statistics?.nonFinite ?? 0)}"#)
    }
    if arguments.has("json") {
      let texts = tensors.metadata.keys.sorted().map { "\(json($0)):\(json(tensors.metadata[$0] ?? ""))" }
      try printResult(
        "{\"metadata\":{\(texts.joined(separator: ","))},\"arrays\":[\n\(objects.joined(separator: ",\n"))]}")
      return .done
    }
    try printResult(table.text, terminator: "")
    for key in tensors.metadata.keys.sorted() {
      let text = tensors.metadata[key] ?? ""
      let line =
        text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
      let isLong = text.contains("\n") || line.count > 60
      try printResult("\(key): \(isLong ? "\(line.shortened) (\(text.utf8.count) bytes)" : text)")
    }
    return .done
  }

  private static func diff(_ first: String, _ second: String, _ arguments: Arguments) throws -> ExitCode {
    let difference = try TensorDifference(TensorFile(path: first), TensorFile(path: second))
    if arguments.has("json") {
      let rows = difference.rows.map { row in
        #"{"name":\#(json(row.name)),"identical":\#(row.isIdentical),"largest":\#(json(row.largest)),"#
          + #""relative":\#(json(row.relative)),"obstacle":\#(json(row.obstacle))}"#
      }
      try printResult(
        #"{"identical":\#(difference.isIdentical),"onlyFirst":\#(json(difference.onlyFirst)),"#
          + #""onlySecond":\#(json(difference.onlySecond)),"arrays":[\#(rows.joined(separator: ","))]}"#)
      return difference.isIdentical ? .done : .no
    }
    for name in difference.onlyFirst { try printResult("\(name): only in \(first)") }
    for name in difference.onlySecond { try printResult("\(name): only in \(second)") }
    var table = TextTable(["array", "largest difference", "relative"].map(TextTable.Column.left))
    for row in difference.rows {
      if let obstacle = row.obstacle {
        table.add([row.name, obstacle])
      } else {
        table.add([
          row.name, row.isIdentical ? "identical" : significant(row.largest, 4), significant(row.relative, 4),
        ])
      }
    }
    try printResult(table.text, terminator: "")
    return difference.isIdentical ? .done : .no
  }
}
