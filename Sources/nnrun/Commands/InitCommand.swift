import NNCommandLine
import NNCore
import NNKernels
import NNModel
import NNTraining
import NNWeights

/// `nnrun init`
enum InitCommand: Command {
  static let name = "init"
  static let summary = "write a model's initial weights"
  static let discussion =
    "The weights that 'nnrun train' would begin with. No data is read, so preprocessing that is "
    + "learned from data is not in the file."
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.")]
  static let options = [
    Option("output", .path("FILE"), "The file to write; <model's name>.safetensors unless given."), CommonOptions.seed,
    CommonOptions.set,
  ]
  static let examples = [
    (
      line: "nnrun init models/mlp.xml --seed 7 --output start.safetensors",
      meaning: "Write the initial weights of seed 7."
    )
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let model = try LoadedModel(arguments, environment)
    let seed = try arguments.seed() ?? UInt64(clamping: model.description.training?.seed ?? 0)
    let path = arguments.text("output") ?? model.description.name + ".safetensors"
    switch model.description.precision {
    case .float: try write(Float.self, model, seed, path)
    case .double: try write(Double.self, model, seed, path)
    }
    printResult("\(path): \(grouped(model.plan.parameterCount)) parameters drawn with seed \(seed)")
    return .done
  }

  private static func write<S: Scalar>(_ type: S.Type, _ model: LoadedModel, _ seed: UInt64, _ path: String) throws {
    let network = Network<S>(
      model.plan, batch: 1, options: NetworkOptions(isTrained: false), workers: WorkerPool(threads: 1))
    network.initialize(seed: seed)
    let file = WeightsFile(
      model.plan, parameters: network.parameters, state: network.state, model: model.description.text,
      preprocessing: nil, classes: model.description.classes, version: programVersion)
    try file.tensors.write(path)
  }
}
