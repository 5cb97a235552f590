import NNCommandLine
import NNCore
import NNData
import NNFiles
import NNKernels
import NNText
import NNTraining
import NNWeights

/// `nnrun trace`
enum TraceCommand: Command {
  static let name = "trace"
  static let summary = "write every number of a forward and backward pass"
  static let discussion =
    "Writes forward/<layer> for every layer; with a target also loss, backward/<layer> (the gradient of the loss with "
    + "respect to that layer's output) and gradient/<parameter>. The input is taken as it is, without preprocessing."
  private static let defaultOutput = "trace.safetensors"
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.")]
  static let options = [
    Option("input", .path("X.npy"), repeats: true, "The batch; once for each input of the net, in order."),
    Option(
      "lengths", .path("N.npy"), "The number of steps of each sample, for a net of one input of sequences."),
    Option("target", .path("Y.npy"), repeats: true, "The right answers; once for each target, in order."),
    Option("weights", .path("W"), "The weights; initial ones unless given."),
    Option(
      "output", .path("T.safetensors"), "The file to write; \(defaultOutput), which must not be there, unless given."),
    Option("precision", .choice(["float", "double"]), "The numbers to compute with; the model's unless given."),
    Option("training", "Run as in training, with dropout."), CommonOptions.seed, CommonOptions.threads,
    CommonOptions.set,
  ]
  static let examples = [
    (
      line: "nnrun trace models/mlp.xml --weights w.safetensors --input x.npy --target y.npy --output t.safetensors",
      meaning: "Write all values and gradients, to be compared with another framework's."
    )
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    if !arguments.has("output") { try arguments.refuseToReplace(defaultOutput) }
    let model = try LoadedModel(arguments, environment)
    let precision = arguments.text("precision") ?? model.description.precision.rawValue
    if precision == "double" {
      try trace(Double.self, model, arguments, environment)
    } else {
      try trace(Float.self, model, arguments, environment)
    }
    return .done
  }

  private static func trace<S: Scalar>(
    _ type: S.Type, _ model: LoadedModel, _ arguments: Arguments, _ environment: Environment
  ) throws {
    let isDouble = S.elementType == .float64
    let given = try arguments.all("input").map {
      try PredictionInput.read($0, lengths: arguments.text("lengths"), isDouble: isDouble)
    }
    let targets = try arguments.all("target").map { path in
      let array = try PredictionInput.read(path, isDouble: isDouble).inputs.first
      guard let array else { throw DiagnosticError(code: "no-samples", file: path, "the file has no array") }
      return array
    }
    let definition = model.plan.definition
    let free = definition.freeInputs
    guard given.count == free.count else {
      throw usageError(
        "the net reads \(free.count) input\(free.count == 1 ? "" : "s"), but \(given.count) are given",
        "give --input once for each: \(free.map { definition.inputs[$0].name }.joined(separator: ", "))")
    }
    guard targets.isEmpty || targets.count == definition.targetNames.count else {
      throw usageError("the net has \(definition.targetNames.count) targets, but \(targets.count) are given")
    }
    let inputs = try zip(free, given).map { try InputBinding(model.plan, input: $0).bind($1, for: .predicting) }
    for set in inputs where set.count != inputs[0].count {
      throw DiagnosticError(
        code: "sample-count", file: set.file,
        "'\(set.inputs[0].name)' has \(set.count) samples, but '\(inputs[0].inputs[0].name)' has \(inputs[0].count)")
    }
    let batch = inputs.first?.count ?? 1
    let plan = try NetworkPlan(definition, targets: try forms(model, targets, batch, inputs))
    let options = NetworkOptions(isTrained: !targets.isEmpty, keepsEverything: true, wantsInputGradients: true)
    try NetworkMemory.require(
      plan, batch: batch, options: options, scalarSize: MemoryLayout<S>.size, file: arguments.positionals.first)
    let network = Network<S>(plan, batch: batch, options: options, workers: try environment.workers(arguments))
    let seed = try arguments.seed() ?? UInt64(clamping: model.description.training?.seed ?? 0)
    network.seed = seed
    network.initialize(seed: seed)
    if let path = arguments.text("weights") {
      try WeightsFile(path: path).tensors.load(plan, parameters: network.parameters, state: network.state)
    }
    for (index, set) in zip(free, inputs) {
      let buffer = network.inputBuffer(index)
      for i in 0..<buffer.count { buffer[i] = S(set.inputs[0].value(i)) }
      let lengths = set.inputs[0].lengths.map { Storage($0) }
      withExtendedLifetime(lengths) { network.setLengths(index, to: lengths?.buffer) }
    }
    for (index, set) in targets.enumerated() {
      let buffer = network.targetBuffer(index)
      for i in 0..<buffer.count { buffer[i] = S(set.value(i)) }
    }
    network.forward(arguments.has("training") ? .training : .inference, computesLoss: !targets.isEmpty)
    if !targets.isEmpty { network.backward() }
    try write(network, hasTarget: !targets.isEmpty, arguments.text("output"))
  }

  /// The forms of the given targets: one whole number for each sample, or step, is a class if the loss takes classes.
  private static func forms(
    _ model: LoadedModel, _ targets: [DataArray], _ batch: Int, _ inputs: [Dataset]
  ) throws -> [String: TargetForm] {
    var forms: [String: TargetForm] = [:]
    for (name, array) in zip(model.plan.definition.targetNames, targets) {
      guard array.elements.count % batch == 0, array.elements.count > 0 else {
        throw DiagnosticError(
          code: "sample-count", "the target '\(name)' has \(array.elements.count) numbers for \(batch) samples")
      }
      let width = array.elements.count / batch
      let losses = model.plan.lossNodes.filter { model.plan.definition.nodes[$0].target == name }
      let accepted = losses.flatMap { model.plan.layers[$0].targets }
      guard let form = accepted.first(where: { $0.shape.elementCount == width }) else {
        throw DiagnosticError(
          code: "target-mismatch",
          "the target '\(name)' has \(width) numbers for each sample, but the loss takes "
            + accepted.map(\.description).joined(separator: " or "))
      }
      if case .classes(let count, _) = form {
        let (loss, arrays) = (JudgedLoss(model.plan, losses[0]), inputs.map { $0.inputs[0] })
        for i in 0..<array.elements.count where i % width < loss.validWidth(width, i / width, arrays) {
          let value = array.value(i)
          guard value >= 0, value < Double(count), value == value.rounded() else {
            throw DiagnosticError(
              code: "label-out-of-range",
              "the target '\(name)' holds \(value), which is not a class from 0 to \(count - 1)")
          }
        }
      }
      forms[name] = form
    }
    return forms
  }

  private static func write<S: Scalar>(_ network: Network<S>, hasTarget: Bool, _ output: String?) throws {
    let plan = network.plan
    var file = TensorFile(metadata: ["nnrun.version": programVersion, "nnrun.trace": plan.definition.name])
    let values =
      plan.definition.inputs.indices.map { NetworkDefinition.Value(.input($0)) }
      + plan.layers.enumerated().flatMap { index, layer in layer.outputs.indices.map { .init(.node(index), output: $0) }
      }
    let named = values.map { (plan.definition.name(of: $0), $0) }
    for (name, value) in named {
      let tensor = network.value(value)
      try file.append("forward/\(name)", dimensions: tensor.shape.dimensions, tensor.buffer)
    }
    if hasTarget {
      let loss = Storage<S>([S(network.loss)])
      try withExtendedLifetime(loss) { try file.append("loss", dimensions: [], loss.buffer) }
      for (name, value) in named {
        guard let gradient = network.gradient(value) else { continue }
        try file.append("backward/\(name)", dimensions: gradient.shape.dimensions, gradient.buffer)
      }
      for (index, parameter) in plan.parameters.enumerated() where !parameter.isFrozen {
        let gradient = network.parameterGradient(index)
        try file.append("gradient/\(parameter.name)", dimensions: gradient.shape.dimensions, gradient.buffer)
      }
    }
    let path = output ?? defaultOutput
    try file.write(path, replacing: output != nil)
    try printResult(
      "\(path): \(file.entries.count) arrays" + (hasTarget ? ", loss \(significant(network.loss, 7))" : ""))
  }
}
