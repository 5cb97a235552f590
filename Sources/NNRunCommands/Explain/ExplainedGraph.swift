import NNCommandLine
import NNCore
import NNData
import NNExplain
import NNInference
import NNKernels
import NNModel
import NNText

/// What `nnrun explain` was asked to explain: a graph whose inputs have values, and where its gradients begin.
struct ExplainedGraph {
  private(set) var definition: NetworkDefinition
  /// Where backward begins; nil for the losses.
  private(set) var output: NetworkDefinition.Value?
  /// The right answers for the losses, by target.
  private(set) var targets: [String: Explanation.Target] = [:]
  /// Gives the net its parameters.
  private(set) var fill: (Network<Double>) throws -> Void

  init(_ arguments: Arguments, _ environment: Environment) throws {
    let seed = try arguments.seed()
    if let text = arguments.text("expression") {
      try Self.refuse(arguments, ["at", "input", "row", "label", "target"], with: "expression")
      let expression = try Expression(
        text, values: try Self.values(arguments.positionals), registry: environment.registry)
      definition = expression.definition
      fill = { $0.initialize(seed: seed ?? 1) }
      output = try Self.output(arguments, definition) ?? expression.output
      return
    }
    let sample: ExplainedSample
    if let path = arguments.text("at") {
      guard arguments.positionals.isEmpty else {
        throw usageError("there is an argument too many", "the model is in the file of weights")
      }
      let saved = try SavedModel(path: path, registry: environment.registry)
      definition = saved.plan.definition
      fill = { try Self.fill($0, saved) }
      sample = try ExplainedSample(
        arguments, saved.plan, preprocessing: saved.preprocessing, classes: saved.classNames,
        pictures: saved.pictures, record: saved.record.source, workers: try environment.workers(arguments))
    } else {
      guard arguments.positionals.count == 1 else {
        throw usageError(
          arguments.positionals.isEmpty ? "MODEL.xml is missing" : "there is an argument too many",
          "give one model file, a formula with --expression, or weights with --at")
      }
      let model = try LoadedModel(arguments, environment)
      definition = model.plan.definition
      let initial = seed ?? UInt64(clamping: model.description.training?.seed ?? 1)
      fill = { $0.initialize(seed: initial) }
      sample = try ExplainedSample(
        arguments, model.plan, preprocessing: [], classes: model.description.classes,
        pictures: model.plan.definition.freeInputs.lazy.compactMap {
          PictureForm(model.plan.definition.inputs[$0].shape)
        }.first,
        record: nil, workers: try environment.workers(arguments))
    }
    definition = try sample.filled(definition)
    targets = sample.targets
    if let output = try Self.output(arguments, definition) {
      self.output = output
    } else if targets.isEmpty {
      output = try Self.end(definition)
    }
  }

  /// Gives the explained net its parameters. Those of positions in a sequence are the first of all that there are.
  private static func fill(_ network: Network<Double>, _ saved: SavedModel) throws {
    let plan = saved.plan
    let (parameters, state) = (Storage<Double>(count: plan.parameterSpan), Storage<Double>(count: plan.stateSpan))
    try saved.weights.tensors.load(plan, parameters: parameters.buffer, state: state.buffer)
    let starts = Dictionary(uniqueKeysWithValues: plan.parameters.map { ($0.name, $0.range.lowerBound) })
    for own in network.plan.parameters {
      guard let start = starts[own.name] else { continue }
      network.parameters.slice(own.range).copy(from: parameters.buffer.slice(from: start, count: own.range.count))
    }
    let stateStarts = Dictionary(uniqueKeysWithValues: plan.states.map { ($0.name, $0.range.lowerBound) })
    for own in network.plan.states {
      guard let start = stateStarts[own.name] else { continue }
      network.state.slice(own.range).copy(from: state.buffer.slice(from: start, count: own.range.count))
    }
  }

  private static func refuse(_ arguments: Arguments, _ options: [String], with other: String) throws {
    for option in options where arguments.has(option) || !arguments.all(option).isEmpty {
      throw usageError("--\(option) does not go with --\(other)")
    }
  }

  private static func values(_ words: [String]) throws -> [String: Double] {
    var values: [String: Double] = [:]
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw usageError("'\(word)' gives no value", "write it as NAME=VALUE, such as x=-2")
      }
      guard let value = Double(parts[1]), value.isFinite else {
        throw usageError("'\(parts[1])' is not a number", "write it as \(parts[0])=1.5")
      }
      guard values.updateValue(value, forKey: String(parts[0])) == nil else {
        throw usageError("'\(parts[0])' is given twice")
      }
    }
    return values
  }

  private static func output(
    _ arguments: Arguments, _ definition: NetworkDefinition
  ) throws -> NetworkDefinition.Value? {
    guard let name = arguments.text("output") else { return nil }
    guard let value = definition.value(named: name) else {
      throw usageError(
        "there is no layer '\(name)'",
        nearestName(to: name, among: definition.valueNames).map { "did you mean '\($0)'?" })
    }
    if case .node(let index) = value.origin, definition.nodes[index].isLoss {
      throw usageError(
        "'\(name)' is a loss", "give the right answer with --target, or name the layer that the loss reads")
    }
    return value
  }

  /// The layer that nobody but a loss reads. Throws if there are several.
  private static func end(_ definition: NetworkDefinition) throws -> NetworkDefinition.Value {
    let layers = definition.nodes.indices.filter { !definition.nodes[$0].isLoss }
    let read = Set(layers.flatMap { definition.nodes[$0].inputs }.map(\.origin))
    let ends = layers.filter { !read.contains(.node($0)) }
    guard ends.count <= 1 else {
      let names = ends.map { definition.nodes[$0].name }.joined(separator: ", ")
      throw usageError("the graph has several ends: \(names)", "choose one with --output NAME")
    }
    return .init(ends.first.map { .node($0) } ?? .input(0))
  }
}
