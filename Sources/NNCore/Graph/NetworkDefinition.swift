import NNKernels
import NNText

/// A net as a graph of layers: what a model file or a program describes, before any memory is taken.
///
/// Nodes are kept in the order in which they were added, and read only earlier nodes or inputs; so that order is an
/// order of execution, and there can be no cycle.
public struct NetworkDefinition: Sendable {
  /// An input of the net, or an output of a node: something that layers can read.
  public struct Value: Sendable, Hashable {
    /// Where it comes from.
    public enum Origin: Sendable, Hashable {
      /// An input of the net, by index.
      case input(Int)
      /// A node, by index.
      case node(Int)
    }
    /// Where it comes from.
    public var origin: Origin
    /// Which of the node's outputs; 0 for an input.
    public var output: Int

    /// A value.
    public init(_ origin: Origin, output: Int = 0) {
      self.origin = origin
      self.output = output
    }
  }

  /// An input of the net.
  public struct Input: Sendable {
    /// The name.
    public var name: String
    /// The shape of one sample.
    public var shape: Shape
    /// Fixed elements, for graphs that are complete in themselves.
    public var value: [Double]?
    /// Where it was declared.
    public var place: SourcePlace?
    /// The source line there.
    public var sourceLine: String?
  }

  /// A layer in the net.
  public struct Node: Sendable {
    /// The name, unique among nodes and inputs.
    public var name: String
    /// The layer.
    public var layer: any Layer
    /// What it reads.
    public var inputs: [Value]
    /// For a loss, the name of its target in the data.
    public var target: String?
    /// For a loss, its factor in the total.
    public var lossWeight: Double
    /// Whether its parameters keep their values in training.
    public var isFrozen: Bool
    /// Factor on the learning rate of its parameters.
    public var rateScale: Double
    /// The node whose parameters it uses, by index.
    public var sharedWith: Int?
    /// Where it was declared.
    public var place: SourcePlace?
    /// The source line there.
    public var sourceLine: String?
  }

  /// The net's name.
  public var name: String
  /// The inputs, in order.
  public private(set) var inputs: [Input] = []
  /// The layers, in order.
  public private(set) var nodes: [Node] = []
  private var values: [String: Value] = [:]
  private var appearances: [String: Int] = [:]
  private var last: Value?

  /// An empty net.
  public init(name: String) { self.name = name }

  /// The inputs that data fills, by index: those without fixed elements.
  public var freeInputs: [Int] { inputs.indices.filter { inputs[$0].value == nil } }

  /// The input or first output called `name`.
  public func value(named name: String) -> Value? { values[name] }

  /// The names that layers may read, in order of definition.
  public var valueNames: [String] { inputs.map(\.name) + nodes.map(\.name) }

  /// Adds an input of the given shape. The next layer reads it unless told otherwise.
  ///
  /// - Parameter value: fixed elements, exactly the shape's number, for a graph that is complete in itself.
  @discardableResult
  public mutating func input(
    _ name: String, shape: Shape, value: [Double]? = nil, place: SourcePlace? = nil, sourceLine: String? = nil
  ) throws(ElementError) -> Value {
    try checkName(name)
    if let value, value.count != shape.elementCount {
      throw ElementError(
        code: "shape-mismatch",
        "input '\(name)' of shape \(shape) needs \(shape.elementCount) values, not \(value.count)",
        attribute: "value")
    }
    let result = Value(.input(inputs.count))
    inputs.append(Input(name: name, shape: shape, value: value, place: place, sourceLine: sourceLine))
    values[name] = result
    last = result
    return result
  }

  /// Adds a layer that reads `from`, or the value added last.
  ///
  /// - Parameters:
  ///   - name: unique; the layer's type and a number unless given.
  ///   - target: for a loss, the name of the data that holds the right answers.
  ///   - weight: for a loss, its factor in the sum of all losses.
  ///   - share: the name of an earlier layer of the same type whose parameters it uses.
  /// - Returns: the layer's first output.
  @discardableResult
  public mutating func add(
    _ layer: any Layer, name: String? = nil, from: [Value]? = nil, target: String = "label", weight: Double = 1,
    freeze: Bool = false, rateScale: Double = 1, share: String? = nil, place: SourcePlace? = nil,
    sourceLine: String? = nil
  ) throws(ElementError) -> Value {
    let schema = layer.schema
    let count = (appearances[schema.name] ?? 0) + 1
    let name = name ?? freeName(schema.name, count)
    try checkName(name)
    guard let sources = from ?? (schema.inputs.upperBound == 0 ? [] : last.map { [$0] }) else {
      throw ElementError(
        code: "no-input", "<\(schema.name)> has nothing to read", remedy: "put an <input> before the first layer")
    }
    guard schema.inputs.contains(sources.count) else {
      let wanted =
        schema.inputs.lowerBound == schema.inputs.upperBound
        ? "\(schema.inputs.lowerBound)" : "at least \(schema.inputs.lowerBound)"
      throw ElementError(
        code: "input-count",
        "<\(schema.name)> reads \(wanted) input\(schema.inputs.upperBound == 1 ? "" : "s"), not \(sources.count)",
        attribute: "from")
    }
    let shared = try share.map { (other) throws(ElementError) in try sharedNode(other, schema) }
    appearances[schema.name] = count
    let result = Value(.node(nodes.count))
    nodes.append(
      Node(
        name: name, layer: layer, inputs: sources, target: schema.kind == .loss ? target : nil, lossWeight: weight,
        isFrozen: freeze, rateScale: rateScale, sharedWith: shared, place: place, sourceLine: sourceLine))
    values[name] = result
    last = result
    return result
  }

  /// The names of all losses' targets, each once, in order.
  public var targetNames: [String] {
    var names: [String] = []
    for case let target? in nodes.map(\.target) where !names.contains(target) { names.append(target) }
    return names
  }

  private func freeName(_ type: String, _ count: Int) -> String {
    var number = count
    while values["\(type)\(number)"] != nil { number += 1 }
    return "\(type)\(number)"
  }

  private func checkName(_ name: String) throws(ElementError) {
    guard name.isElementName else {
      throw ElementError(code: "bad-value", "'\(name.shortened)' is not a name", attribute: "name")
    }
    guard values[name] == nil else {
      throw ElementError(
        code: "duplicate-name", "the name '\(name)' is already taken", remedy: "give one of the two another name",
        attribute: "name")
    }
  }

  private func sharedNode(_ name: String, _ schema: ElementSchema) throws(ElementError) -> Int {
    guard case .node(let index)? = values[name]?.origin else {
      let near = nearestName(to: name, among: nodes.map(\.name))
      throw ElementError(
        code: "unknown-layer", "there is no earlier layer '\(name)' to share parameters with",
        remedy: near.map { "did you mean '\($0)'?" }, attribute: "share")
    }
    let other = nodes[index].layer.schema
    guard other.name == schema.name, other.namespace == schema.namespace else {
      throw ElementError(
        code: "bad-share", "<\(schema.name)> cannot use the parameters of '\(name)', which is a <\(other.name)>",
        attribute: "share")
    }
    return nodes[index].sharedWith ?? index
  }
}
