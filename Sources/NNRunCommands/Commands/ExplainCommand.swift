import ActivationLayers
import NNCommandLine
import NNCore
import NNDrawing
import NNExplain
import NNFiles

/// `nnrun explain`
enum ExplainCommand: Command {
  static let name = "explain"
  static let summary = "show every number of backpropagation through a graph or a formula"
  static let discussion =
    "Runs forward and backward in double precision and prints each value, and at each node the chain rule: upstream "
    + "gradient times local gradient is downstream gradient. A formula may use + - * / ^, parentheses, numbers, names, "
    + "and exp log sin cos tanh sigmoid relu max min abs sqrt. A net whose inputs have no values needs --input; with "
    + "--target backward begins at its loss, otherwise at what the loss reads. Arrays of more than twelve numbers are "
    + "shown as shape, range, mean and norm; --json has all of them."
  static let positionals = [
    Positional(
      name: "MODEL.xml|NAME=VALUE", help: "A model file; or, with --expression, a value for each name.",
      isOptional: true, repeats: true)
  ]
  static let options = [
    Option("expression", .text("FORMULA"), "Explain a formula instead of a model file."),
    Option("at", .path("WEIGHTS"), "Explain the net in a file of weights, with these weights and its preprocessing."),
    Option(
      "input", .path("ROW"), repeats: true,
      "One sample: a file that predict reads, or numbers such as '0.5 -1 2'; once for each input of the net."),
    Option("row", .text("N"), "Which row of the file, counted from 1; the first unless given."),
    Option("label", .text("COLUMN"), "The column of the file with the right answer: its name, its number, or last."),
    Option(
      "target", .text("ANSWER"), repeats: true,
      "The right answer: a class by name or number, or numbers; once for each target."),
    Option("output", .text("NAME"), "The layer to start backward from, if not the loss or the only end."),
    Option("fuse", "Put each chain 1 / (1 + exp(-s)) together to one sigmoid, whose local gradient is f (1 - f)."),
    Option("svg", .path("FILE"), "Draw the graph, values above its wires and gradients below."),
    Option("dot", .path("FILE"), "Write the graph for Graphviz."),
    Option("code", .choice(["swift", "python"]), "Print both passes as a program that runs and prints all numbers."),
    CommonOptions.seed, CommonOptions.threads, CommonOptions.set, CommonOptions.json,
  ]
  static let examples = [
    (
      line: "nnrun explain --expression '(x + y) * z' x=-2 y=5 z=-4",
      meaning: "The value -12, and the gradients -4, -4 and 3 of x, y and z."
    ),
    (line: "nnrun explain models/lecture/logistic-regression.xml --svg graph.svg", meaning: "Draw a graph's numbers."),
    (
      line: "nnrun explain --expression '1 / (1 + exp(-x))' x=1 --fuse --code python",
      meaning: "The same as a program, line by line."
    ),
    (
      line: "nnrun explain --at runs/mlp/weights.safetensors --input test.csv --row 3 --label last",
      meaning: "How one sample's loss depends on every number of a trained net."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let subject = try ExplainedGraph(arguments, environment)
    var definition = subject.definition
    var output = subject.output
    if arguments.has("fuse") {
      let name = output.map(definition.name(of:))
      definition = try definition.fusingSigmoids(Sigmoid())
      output = name.flatMap { definition.value(named: $0) }
      if let name, output == nil {
        throw usageError("'\(name)' becomes a part of a sigmoid", "leave out --fuse, or choose another --output")
      }
    }
    try Explanation.checkSize(definition)
    try NetworkMemory.require(
      NetworkPlan(definition, targets: subject.targets.mapValues(\.form)), batch: 1, options: Explanation.options,
      scalarSize: MemoryLayout<Double>.size, file: arguments.text("at") ?? arguments.positionals.first)
    let explanation = try Explanation(
      definition, output: output, targets: subject.targets, workers: try environment.workers(arguments),
      fill: subject.fill)
    let isDrawn = arguments.has("svg") || arguments.has("dot")
    if isDrawn {
      let drawing = explanation.drawing(title: "\(definition.name): values above, gradients below")
      if let path = arguments.text("svg") { try AtomicFile.write(path, text: try PlacedDrawing(drawing).svg) }
      if let path = arguments.text("dot") { try AtomicFile.write(path, text: drawing.dot) }
    }
    if let language = arguments.text("code").flatMap(ProgramText.Language.init) {
      try printResult(try ProgramText(explanation, language).text, terminator: "")
    } else if arguments.has("json") {
      try printResult(explanation.jsonText, terminator: "")
    } else if !isDrawn {
      try printResult(explanation.text, terminator: "")
    }
    return .done
  }
}
