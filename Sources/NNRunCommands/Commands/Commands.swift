import NNCommandLine
import NNText
import NNWeights

/// All verbs, in the order in which help lists them.
let allCommands: [any Command.Type] = [
  TrainCommand.self, EvaluateCommand.self, PredictCommand.self, CheckCommand.self, SummaryCommand.self,
  DescribeCommand.self, RunsCommand.self, InitCommand.self, TraceCommand.self, ExplainCommand.self,
  GraphCommand.self, GradientCheckCommand.self, LayersCommand.self,
  SchemaCommand.self, WeightsCommand.self, PluginCommand.self,
  BenchCommand.self, CompletionCommand.self, VersionCommand.self,
]

/// The version of this program.
let programVersion = WeightsFile.programVersion

/// The text of `nnrun --help`.
var programHelp: String {
  var text = """
    nnrun - neural networks described in XML files, trained and run on the CPU

    Usage: nnrun VERB [arguments] [options]

    Verbs:

    """
  text += definitionList(allCommands.map { ($0.name, $0.summary) })
  text += """

    'nnrun VERB --help' tells more, with examples.

    First steps:
      nnrun train models/mlp.xml
          Train a net on handwritten digits; takes a second or two.
      nnrun predict runs/mlp/weights.safetensors models/data/digits/test.csv.gz
          Let it read digits that it has not seen.

    Exit codes: 0 done, 1 the answer is no, 64 wrong usage, 65 wrong model, weights or data, 66 a file is missing,
    70 a defect of nnrun, 73 a file cannot be created, 74 reading or writing failed (that the reader of a pipe went
    away is no failure), 130 interrupted.

    """
  return text
}
