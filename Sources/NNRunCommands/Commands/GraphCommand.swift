import NNCommandLine
import NNCore
import NNDrawing
import NNFiles

/// `nnrun graph`
enum GraphCommand: Command {
  static let name = "graph"
  static let summary = "draw the layers of a model"
  static let discussion =
    "Shows which layer reads which, with shapes and parameters; the layers of a block are framed together, and equal blocks "
    + "that follow one another are drawn once. A wide graph runs from top to bottom. Without an option the graph is printed "
    + "for Graphviz."
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.")]
  static let options = [
    Option("svg", .path("FILE"), "Draw the graph as a picture that any browser shows."),
    Option("dot", .path("FILE"), "Write the graph for Graphviz."), CommonOptions.set,
  ]
  static let examples = [
    (line: "nnrun graph models/mlp.xml --svg mlp.svg", meaning: "Draw a net."),
    (line: "nnrun graph models/mlp.xml | dot -Tpdf > mlp.pdf", meaning: "Let Graphviz draw it."),
  ]

  /// The pixels that a picture from left to right may take, about the width of a window.
  private static let mostWidth = 1600.0

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let model = try LoadedModel(arguments, environment)
    let drawing = Drawing(model.plan).folded
    if let path = arguments.text("svg") {
      try AtomicFile.write(path, text: try PlacedDrawing(drawing, mostWidth: mostWidth).svg)
    }
    if let path = arguments.text("dot") { try AtomicFile.write(path, text: drawing.dot) }
    if !arguments.has("svg"), !arguments.has("dot") { try printResult(drawing.dot, terminator: "") }
    return .done
  }
}
