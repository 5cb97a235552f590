import NNKernels

/// The result of shape inference over a whole net: every layer's plan, every parameter, and what to run.
public struct NetworkPlan: Sendable {
  /// A trainable array of the net.
  public struct Parameter: Sendable {
    /// The node's and the parameter's name, such as `fc1.weight`.
    public var name: String
    /// The node it belongs to, by index.
    public var node: Int
    /// The layer's description of it.
    public var plan: ParameterPlan
    /// Its elements in the flat buffer of all parameters.
    public var range: Range<Int>
    /// Whether it is frozen: not trained.
    public var isFrozen: Bool
    /// Factor on its learning rate.
    public var rateScale: Double
  }

  /// An array that a layer updates itself.
  public struct State: Sendable {
    /// The node's and the array's name, such as `norm1.running_mean`.
    public var name: String
    /// The node it belongs to, by index.
    public var node: Int
    /// The layer's description of it.
    public var plan: StatePlan
    /// Its elements in the flat buffer of all state.
    public var range: Range<Int>
  }

  /// The most parameters that a net may have: the range of a 32-bit index.
  public static let maximumParameterCount = Int(Int32.max)
  /// Parameters start at multiples of this many scalars, so that each is aligned for vector instructions.
  static let alignment = 16

  /// The net.
  public let definition: NetworkDefinition
  /// The layers' plans, by node.
  public let layers: [LayerPlan]
  /// For each node, the lengths of its outputs; nil where none varies.
  public let lengths: [[SequenceLength?]]
  /// All parameters, in order.
  public internal(set) var parameters: [Parameter]
  /// All state arrays, in order.
  public internal(set) var states: [State]
  /// For each node, its parameters by index (those of the node it shares with, if it does).
  public let parametersOfNode: [[Int]]
  /// For each node, its state arrays by index.
  public let statesOfNode: [[Int]]
  /// The forms of the targets, by name: what the data has, or what the losses usually take.
  public let targets: [String: TargetForm]
  /// The nodes that are losses.
  public let lossNodes: [Int]
  /// What the net predicts: the first output of the first loss, or of the last layer when there is no loss; the first
  /// input of a net without layers.
  public private(set) var prediction: NetworkDefinition.Value
  /// Scalars in the flat parameter buffer, the padding for alignment included.
  public internal(set) var parameterSpan: Int
  /// Scalars in the flat state buffer.
  public internal(set) var stateSpan: Int

  /// The plan without the arrays that layers update themselves, for whatever is laid out like the parameters alone.
  package var withoutState: NetworkPlan {
    var result = self
    result.states = []
    return result
  }

  /// The plan of the same net that predicts another value.
  package func predicting(_ value: NetworkDefinition.Value) -> NetworkPlan {
    var result = self
    result.prediction = value
    return result
  }

  /// Trainable scalars: the sum of the parameters' sizes.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.range.count } }

  /// Infers all shapes. Throws a `DiagnosticError` with everything that does not fit.
  ///
  /// - Parameter targets: the forms of the targets that the data holds. A loss whose target is not among them is
  ///   planned for the form that it usually takes.
  public init(_ definition: NetworkDefinition, targets given: [String: TargetForm] = [:]) throws {
    var builder = NetworkPlanBuilder(definition, targets: given)
    for index in definition.nodes.indices { builder.plan(index) }
    if !builder.diagnostics.isEmpty { throw DiagnosticError(builder.diagnostics) }
    self.definition = definition
    layers = builder.layers
    lengths = builder.lengths
    parameters = builder.parameters
    states = builder.states
    parametersOfNode = builder.parametersOfNode
    statesOfNode = builder.statesOfNode
    targets = builder.targets
    parameterSpan = builder.parameterSpan
    stateSpan = builder.stateSpan
    let losses = definition.nodes.indices.filter { definition.nodes[$0].isLoss }
    lossNodes = losses
    let last = losses.first ?? definition.nodes.indices.last
    prediction = last.map { .init(.node($0)) } ?? .init(.input(0))
    try requireSteps()
  }

  /// The shape of a value, of one sample.
  public func shape(of value: NetworkDefinition.Value) -> Shape {
    switch value.origin {
    case .input(let index): definition.inputs[index].shape
    case .node(let index): layers[index].outputs[value.output]
    }
  }

  /// The labels outside the classes that some loss leaves out: data may hold them besides its classes.
  public var ignoredLabels: Set<Int> {
    var labels: Set<Int> = []
    for node in lossNodes {
      guard let label = definition.nodes[node].layer.facts.ignoredLabel,
        case .classes(let count, _)? = layers[node].targets.first, !(0..<count).contains(label)
      else { continue }
      labels.insert(label)
    }
    return labels
  }

  /// What the elements of the prediction mean.
  public var predictionMeaning: LayerFacts.Prediction {
    guard case .node(let index) = prediction.origin, definition.nodes[index].isLoss else { return .values }
    return definition.nodes[index].layer.facts.prediction ?? .values
  }
}

/// The shape inference of `NetworkPlan.init`.
private struct NetworkPlanBuilder {
  let definition: NetworkDefinition
  let given: [String: TargetForm]
  var layers: [LayerPlan] = []
  var lengths: [[SequenceLength?]] = []
  var known: [Bool] = []
  /// For each node, the loss that its outputs depend on, if they do: no gradient flows back through a loss.
  var lossBehind: [Int?] = []
  var parameters: [NetworkPlan.Parameter] = []
  var states: [NetworkPlan.State] = []
  var parametersOfNode: [[Int]] = []
  var statesOfNode: [[Int]] = []
  var targets: [String: TargetForm]
  var parameterSpan = 0
  var stateSpan = 0
  var diagnostics: [Diagnostic] = []
  /// The names of all parameters and state arrays so far, under which files hold them.
  var arrayNames: Set<String> = []

  init(_ definition: NetworkDefinition, targets: [String: TargetForm]) {
    self.definition = definition
    given = targets
    self.targets = targets
  }

  mutating func plan(_ index: Int) {
    let node = definition.nodes[index]
    var result = LayerPlan(outputs: [], backwardNeeds: [], forwardOperations: 0, backwardOperations: 0)
    var ownLengths: [SequenceLength?] = []
    var isKnown = false
    parametersOfNode.append([])
    statesOfNode.append([])
    let behind = node.inputs.compactMap { value -> Int? in
      guard case .node(let other) = value.origin else { return nil }
      return definition.nodes[other].isLoss ? other : lossBehind[other]
    }.first
    lossBehind.append(behind)
    if node.isLoss, let behind {
      report(
        ElementError(
          code: "after-loss",
          "the loss '\(node.name)' judges what the loss '\(definition.nodes[behind].name)' makes, and would teach nothing: "
            + "no gradient flows back through a loss",
          remedy: "let it read what that loss reads"), node)
    }
    // A layer behind one that does not fit has unknown inputs: complaining about it too would only hide the cause.
    if let inputs = inputShapes(node) {
      do {
        result = try node.layer.plan(inputs)
        guard node.isLoss != result.targets.isEmpty else {
          throw ElementError(
            code: "layer-error",
            "<\(node.layer.schema.name)> is \(node.isLoss ? "a loss but accepts no targets" : "no loss but accepts targets")"
          )
        }
        ownLengths = [SequenceLength?](repeating: nil, count: result.outputs.count)
        let given = node.inputs.map { definition.length(of: $0, outputs: lengths) }
        if given.contains(where: { $0 != nil }) {
          ownLengths = try node.layer.lengths(given, inputs: inputs)
          try definition.checkLengths(ownLengths, of: result.outputs, node.layer.schema.name)
        }
        isKnown = true
        try addParameters(index, node, result)
        if let target = node.target { try settleTarget(target, node, result) }
      } catch let error as ElementError {
        report(error, node)
      } catch {
        report(ElementError(code: "layer-error", "\(error)"), node)
      }
    }
    layers.append(result)
    lengths.append(ownLengths)
    known.append(isKnown)
  }

  private mutating func inputShapes(_ node: NetworkDefinition.Node) -> [Shape]? {
    var shapes: [Shape] = []
    for value in node.inputs {
      switch value.origin {
      case .input(let input): shapes.append(definition.inputs[input].shape)
      case .node(let other):
        guard known[other] else { return nil }
        guard value.output < layers[other].outputs.count else {
          let name = definition.nodes[other].name
          report(
            ElementError(
              code: "unknown-output", "'\(name)' has \(layers[other].outputs.count) outputs, not \(value.output + 1)",
              attribute: "from"), node)
          return nil
        }
        shapes.append(layers[other].outputs[value.output])
      }
    }
    return shapes
  }

  private mutating func addParameters(_ index: Int, _ node: NetworkDefinition.Node, _ plan: LayerPlan) throws {
    if let other = node.sharedWith {
      let shared = parametersOfNode[other].map { parameters[$0] }
      guard shared.map(\.plan.shape) == plan.parameters.map(\.shape) else {
        guard known[other] else { return }
        let name = definition.nodes[other].name
        let theirs = shared.map { "\($0.plan.name) \($0.plan.shape)" }.joined(separator: ", ")
        let ours = plan.parameters.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
        throw ElementError.shape(
          "'\(node.name)' needs \(ours), but '\(name)', whose parameters it shares, has \(theirs)")
      }
      parametersOfNode[index] = parametersOfNode[other]
    } else {
      for parameter in plan.parameters {
        let count = parameter.shape.elementCount
        guard parameterSpan + count <= NetworkPlan.maximumParameterCount else {
          throw ElementError(
            code: "too-many-parameters",
            "with '\(node.name)' the net has more than \(NetworkPlan.maximumParameterCount) parameters")
        }
        parametersOfNode[index].append(parameters.count)
        parameters.append(
          .init(
            name: try arrayName(node, parameter.name), node: index, plan: parameter,
            range: parameterSpan..<(parameterSpan + count), isFrozen: node.isFrozen, rateScale: node.rateScale))
        parameterSpan = Self.align(parameterSpan + count)
      }
    }
    for state in plan.state {
      let count = state.shape.elementCount
      statesOfNode[index].append(states.count)
      states.append(
        .init(
          name: try arrayName(node, state.name), node: index, plan: state, range: stateSpan..<(stateSpan + count)))
      stateSpan = Self.align(stateSpan + count)
    }
  }

  /// The name of a node's array, which no other array may have.
  private mutating func arrayName(_ node: NetworkDefinition.Node, _ own: String) throws -> String {
    let name = "\(node.name).\(own)"
    guard arrayNames.insert(name).inserted else {
      throw ElementError(
        code: "duplicate-name", "there are two arrays '\(name)', one of them in '\(node.name)'",
        remedy: "give the layer another name", attribute: "name")
    }
    return name
  }

  private mutating func settleTarget(_ name: String, _ node: NetworkDefinition.Node, _ plan: LayerPlan) throws {
    guard let form = targets[name] else {
      targets[name] = plan.targets.first
      return
    }
    if plan.targets.contains(form) { return }
    let accepted = plan.targets.map(\.description).joined(separator: " or ")
    let element = node.layer.schema.name
    let source = given[name] == nil ? "another loss takes" : "the data has"
    if case .classes(1, _) = form, given[name] != nil {
      throw ElementError(
        code: "class-count",
        "the data has a single class in '\(name)', so that there is nothing for <\(element)> to tell apart",
        remedy: "give it samples of every class")
    }
    if case .classes(let count, _) = form, case .classes(let wanted, _)? = plan.targets.first, count != wanted {
      guard plan.outputs[0].elementCount > 1 else {
        throw ElementError(
          code: "class-count",
          "<\(element)> tells \(wanted) classes apart, but \(source) \(count) classes in '\(name)'",
          remedy: count < wanted
            ? "there is nothing to tell apart"
            : "number the classes from 0, or take a loss of several classes, such as "
              + "<softmaxCrossEntropy/>, and \(count) units before it")
      }
      throw ElementError(
        code: "class-count", "<\(element)> reads \(wanted) outputs, but \(source) \(count) classes in '\(name)'",
        remedy: "give the layer before it \(count) units")
    }
    var remedy: String?
    if case .values = form, case .classes? = plan.targets.first, given[name] != nil {
      remedy =
        "labels of classes are whole numbers: integers in an array, as astype(int) makes them, or a table's column "
        + "with task=\"classes\""
    }
    throw ElementError(
      code: "target-mismatch", "<\(element)> needs \(accepted) for each sample, but \(source) \(form) in '\(name)'",
      remedy: remedy)
  }

  private static func align(_ count: Int) -> Int {
    (count + NetworkPlan.alignment - 1) / NetworkPlan.alignment * NetworkPlan.alignment
  }

  private mutating func report(_ error: ElementError, _ node: NetworkDefinition.Node) {
    diagnostics.append(
      Diagnostic(
        code: error.code, error.showing(node.layer.schema, prefix: node.prefix).message, remedy: error.remedy,
        place: node.place, sourceLine: node.sourceLine))
  }
}
