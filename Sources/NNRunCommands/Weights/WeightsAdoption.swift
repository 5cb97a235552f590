import NNCommandLine
import NNCore
import NNData
import NNInference
import NNKernels
import NNModel
import NNText
import NNTraining
import NNWeights

extension WeightsCommand {
  /// `nnrun weights adopt`: makes a file that predicts of numbers that another program wrote.
  static func adopt(_ files: [String], _ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let numbers = files[files.count - 1]
    let tensors = try TensorFile(path: numbers)
    let adoption: Adoption
    if files.count == 1 {
      adoption = try Adoption(kept: WeightsFile(tensors), numbers, environment)
    } else if files[0].hasSuffix(".safetensors") {
      adoption = try Adoption(kept: WeightsFile(path: files[0]), files[0], environment)
    } else {
      adoption = try Adoption(model: files[0], overrides: arguments.overrides(), environment)
    }
    guard files.count == 2 || !arguments.has("set") else {
      throw usageError("--set changes a model file, and there is none", "give one before \(shellQuoted(numbers))")
    }
    let output = arguments.text("output") ?? adoption.description.name + ".safetensors"
    try arguments.refuseToReplace(output)
    let (prefix, match) = try names(tensors, adoption, numbers, files, arguments)
    let file: TensorFile
    switch adoption.description.precision {
    case .float: file = try adoption.filled(Float.self, tensors, prefix: prefix)
    case .double: file = try adoption.filled(Double.self, tensors, prefix: prefix)
    }
    try file.write(output, replacing: arguments.has("force"))
    try report(output, numbers, prefix, match, adoption, arguments)
    return .done
  }

  /// What stands before the net's names in the file, and what then fits. Throws a `DiagnosticError` unless all of the
  /// net's arrays are there.
  private static func names(
    _ tensors: TensorFile, _ adoption: Adoption, _ path: String, _ files: [String], _ arguments: Arguments
  ) throws -> (String, WeightsMatch) {
    let plan = adoption.plan
    let prefix = arguments.text("prefix") ?? ""
    let plain = WeightsMatch(tensors, plan, prefix: prefix)
    if plain.isComplete { return (prefix, plain) }
    let others = WeightsMatch.prefixes(tensors, plan)
    if !arguments.has("prefix") {
      let complete = others.filter(\.match.isComplete)
      if complete.count == 1 { return complete[0] }
      if complete.count > 1 {
        throw DiagnosticError(
          code: "several-prefixes", file: path,
          "the net's names are in the file several times, behind "
            + complete.map { "'\($0.prefix.shortened)'" }.joined(separator: ", "),
          remedy: "say which with --prefix \(shellQuoted(complete[0].prefix))")
      }
    }
    guard !plain.taken.isEmpty else {
      let remedy = others.first.map {
        "with --prefix \(shellQuoted($0.prefix)) \($0.match.taken.count) of "
          + "\(plan.parameters.count + plan.states.count) arrays fit"
      }
      throw plain.nothingFits(
        tensors, plan, path: path,
        remedy: remedy ?? "give the layers the file's names, or the arrays the net's")
    }
    let (parameters, state) = (Storage<Float>(count: plan.parameterSpan), Storage<Float>(count: plan.stateSpan))
    try tensors.load(plan, parameters: parameters.buffer, state: state.buffer, prefix: prefix)
    return (prefix, plain)
  }

  private static func report(
    _ output: String, _ numbers: String, _ prefix: String, _ match: WeightsMatch, _ adoption: Adoption,
    _ arguments: Arguments
  ) throws {
    // PyTorch counts batches beside running statistics; no net reads the count.
    let left = match.unused.filter { !$0.hasSuffix(".num_batches_tracked") && $0 != "num_batches_tracked" }
    if arguments.has("json") {
      try printResult(
        #"{"file":\#(json(output)),"arrays":\#(match.taken.count),"prefix":\#(json(prefix)),"left":\#(json(left))}"#)
      return
    }
    try printResult(
      "\(output): \(match.taken.count) arrays of \(numbers)"
        + (prefix.isEmpty ? "" : ", whose names there begin with '\(prefix)'"))
    if !left.isEmpty { printMessage("left in \(numbers): \(left.joined(separator: ", ").shortened)") }
    if let note = adoption.note { printMessage(note) }
  }
}

/// A net that is to get numbers from elsewhere, and what is written beside them.
private struct Adoption {
  /// What the model's text says of the net.
  let description: ModelDescription
  /// The net.
  let plan: NetworkPlan
  /// What the user should know of how it came about.
  private(set) var note: String?
  private let record: DataRecord?
  private let metadata: [String: String]

  /// The net of a file of weights, with all that the file says of it.
  init(kept file: WeightsFile, _ path: String, _ environment: Environment) throws {
    guard !file.isCheckpoint else {
      throw DiagnosticError(
        code: "not-weights", file: path, "this is a checkpoint of a training run, not a file of weights",
        remedy: "give the run's weights.safetensors")
    }
    let model = try SavedModel(file, path: path, registry: environment.registry)
    description = model.description
    plan = model.plan
    record = nil
    metadata = file.tensors.metadata
  }

  /// The net of a model file. What training would learn from the data is learned, if the data is there.
  init(model path: String, overrides: [String], _ environment: Environment) throws {
    let model = try ModelLoader(environment).load(path: path, overrides: overrides)
    if (try? model.checkForTraining()) != nil {
      do {
        let experiment = try Experiment(model)
        description = model
        plan = experiment.plan
        record = experiment.record
        metadata = [:]
        if model.preprocessing.contains(where: { ($0.element as? any Preprocessing)?.isLearned ?? false }) {
          note = "the preprocessing was learned from the training set: \(grouped(experiment.trainingSet.count)) samples"
        }
        return
      } catch let error as DiagnosticError where error.kind == .missing {
        // What is to predict needs less than a training, so the model may say it all by itself.
        note = "the training data is not there: what \(path) says by itself had to do"
      }
    }
    if model.columns != nil, !model.sources.isEmpty {
      // A net without a loss is not trained, but a table says how wide its inputs are, and what columns become.
      let (resolved, sets) = try DataLoading(model).sets()
      plan = try NetworkPlan(resolved.makeNetworkDefinition())
      var found = try DataRecord(withoutData: resolved, plan)
      found.source = sets["train"]?.record
      (description, record, metadata) = (resolved, found, [:])
      return
    }
    description = model
    plan = try NetworkPlan(model.makeNetworkDefinition())
    record = try DataRecord(withoutData: model, plan)
    metadata = [:]
  }

  /// The file with the arrays of another. Throws a `DiagnosticError` naming arrays that hold numbers that are not finite.
  func filled<S: Scalar>(_ type: S.Type, _ tensors: TensorFile, prefix: String) throws -> TensorFile {
    let (parameters, state) = (Storage<S>(count: plan.parameterSpan), Storage<S>(count: plan.stateSpan))
    return try withExtendedLifetime((parameters, state)) {
      try tensors.load(plan, parameters: parameters.buffer, state: state.buffer, prefix: prefix)
      let arrays =
        plan.parameters.map { ($0.name, parameters.buffer.slice($0.range)) }
        + plan.states.map { ($0.name, state.buffer.slice($0.range)) }
      for (name, values) in arrays {
        let count = (0..<values.count).count { !values[$0].isFinite }
        guard count == 0 else {
          throw DiagnosticError(
            code: "not-finite", file: tensors.file,
            "'\(prefix + name)' holds \(count) number\(count == 1 ? "" : "s") that \(count == 1 ? "is" : "are") not finite"
              + (S.elementType == .float32 ? " as single precision" : ""))
        }
      }
      if let record {
        return try WeightsFile(
          plan, parameters: parameters.buffer, state: state.buffer, model: description.text, record: record.record(),
          version: programVersion
        ).tensors
      }
      var file = TensorFile(metadata: metadata)
      try file.append(plan, parameters: parameters.buffer, state: state.buffer)
      return file
    }
  }
}
