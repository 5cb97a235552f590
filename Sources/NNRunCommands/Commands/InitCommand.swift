import NNCommandLine
import NNCore
import NNData
import NNFiles
import NNKernels
import NNModel
import NNText
import NNTraining
import NNWeights

/// `nnrun init`
enum InitCommand: Command {
  static let name = "init"
  static let summary = "write a model to start from, or a model's initial weights"
  static let discussion =
    "With --template a model file that trains as it is: "
    + ModelTemplate.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", ")
    + ". With a model, the weights that 'nnrun train' would begin with. No data is read, so preprocessing that is "
    + "learned from data is not in the file."
  static let positionals = [
    Positional(name: "MODEL.xml", help: "The model file, for initial weights.", isOptional: true)
  ]
  static let options = [
    Option("template", .choice(ModelTemplate.all.map(\.name)), "Write a model of this kind."),
    Option("output", .path("FILE"), "The file to write; <name>.safetensors or <template>.xml unless given."),
    CommonOptions.force, CommonOptions.seed, CommonOptions.set,
  ]
  static let examples = [
    (line: "nnrun init --template mlp --output first.xml", meaning: "Write a model of two layers to start from."),
    (
      line: "nnrun init models/mlp.xml --seed 7 --output start.safetensors",
      meaning: "Write the initial weights of seed 7."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    if let name = arguments.text("template") { return try write(template: name, arguments) }
    guard !arguments.positionals.isEmpty else {
      throw usageError("MODEL.xml is missing", "or write a new one with --template mlp")
    }
    let model = try LoadedModel(arguments, environment)
    let seed = try arguments.seed() ?? UInt64(clamping: model.description.training?.seed ?? 0)
    let path = arguments.text("output") ?? model.description.name + ".safetensors"
    try arguments.refuseToReplace(path)
    switch model.description.precision {
    case .float: try write(Float.self, model, seed, path, arguments)
    case .double: try write(Double.self, model, seed, path, arguments)
    }
    try printResult("\(path): \(grouped(model.plan.parameterCount)) parameters drawn with seed \(seed)")
    return .done
  }

  private static func write(template name: String, _ arguments: Arguments) throws -> ExitCode {
    guard arguments.positionals.isEmpty else {
      throw usageError("--template writes a new model and takes none", "leave out '\(arguments.positionals[0])'")
    }
    let path = arguments.text("output") ?? name + ".xml"
    try arguments.refuseToReplace(path)
    guard let template = ModelTemplate.named(name) else { throw usageError("there is no template '\(name)'") }
    try AtomicFile.write(path, text: template.text, replacing: arguments.has("force"))
    try printResult("\(path): written; train it with 'nnrun train \(shellQuoted(path))'")
    return .done
  }

  private static func write<S: Scalar>(
    _ type: S.Type, _ model: LoadedModel, _ seed: UInt64, _ path: String, _ arguments: Arguments
  ) throws {
    let options = NetworkOptions(isTrained: false)
    let scalarSize = MemoryLayout<S>.size
    // The file is put together in memory.
    try NetworkMemory.require(
      model.plan, batch: 1, options: options, scalarSize: scalarSize, extra: scalarSize * model.plan.parameterSpan,
      file: model.description.file)
    let network = Network<S>(model.plan, batch: 1, options: options, workers: WorkerPool(threads: 1))
    network.initialize(seed: seed)
    let file = try WeightsFile(
      model.plan, parameters: network.parameters, state: network.state, model: model.description.text,
      record: DataRecord(
        targets: model.plan.targets, classes: model.training?.classNames ?? model.description.classes,
        source: model.training?.record, plugins: model.description.plugins
      ).record(),
      version: programVersion)
    try file.tensors.write(path, replacing: arguments.has("force"))
  }
}
