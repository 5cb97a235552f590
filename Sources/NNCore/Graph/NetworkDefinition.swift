import NNKernels
import NNText

/// A net as a graph of layers: what a model file or a program describes, before any memory is taken.
///
/// Nodes are kept in the order in which they were added, and read only earlier nodes or inputs; so that order is an
/// order of execution, and there can be no cycle.
public struct NetworkDefinition: Sendable {
  /// An input of the net, or an output of a node: something that layers can read.
  public struct Value: NetworkOutput, Hashable {
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
    /// Whether each sample has a length of its own, up to the shape's first dimension.
    public var hasLength: Bool
    /// If the elements are whole numbers from 0, such as words of a vocabulary: how many there are.
    public var entries: Int?
    /// Where it was declared.
    public var place: SourcePlace?
    /// The source line there.
    public var sourceLine: String?

    /// The steps that a sample has unless lengths are given: those of the fixed elements, or all.
    var steps: Int { shape(of: value)[0] }

    /// The shape of a sample of these numbers: if samples have lengths, the steps that the numbers fill.
    package func shape(of numbers: [Double]?) -> Shape {
      guard hasLength, let numbers, shape.rank > 0 else { return shape }
      return Shape([numbers.count / (shape.elementCount / shape[0])] + shape.dimensions.dropFirst()) ?? shape
    }
  }

  /// A layer in the net.
  public struct Node: Sendable {
    /// The name, unique among nodes and inputs.
    public var name: String
    /// The layer.
    public var layer: any Layer
    /// What it reads.
    public var inputs: [Value]
    /// For a loss, the name of its target in the data; nil for other layers.
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
    /// The namespace prefix by which the model file calls the layer; empty without one.
    public var prefix = ""

    /// Whether the layer is a loss.
    public var isLoss: Bool { layer.isLoss }
  }

  /// The net's name.
  public var name: String
  /// The inputs, in order.
  public private(set) var inputs: [Input] = []
  /// The layers, in order.
  public private(set) var nodes: [Node] = []
  private var names = NetworkNames<Value>()
  private var last: Value?

  /// An empty net.
  public init(name: String) { self.name = name }

  /// The same net for sequences of another number of steps; nil if the input has no length, or fixed elements.
  package func withSteps(_ steps: Int, ofInput index: Int) -> NetworkDefinition? {
    let input = inputs[index]
    guard input.hasLength, input.value == nil, let shape = Shape([steps] + input.shape.dimensions.dropFirst()) else {
      return nil
    }
    var result = self
    result.inputs[index].shape = shape
    return result
  }

  /// The inputs that data fills, by index: those without fixed elements.
  public var freeInputs: [Int] { inputs.indices.filter { inputs[$0].value == nil } }

  /// The input or first output called `name`.
  public func value(named name: String) -> Value? { names[name] }

  /// The name of a value: that of the input or layer, with the number of the output if it is not the first.
  package func name(of value: Value) -> String {
    switch value.origin {
    case .input(let index): inputs[index].name
    case .node(let index): NetworkNames<Value>.written(nodes[index].name, output: value.output)
    }
  }

  /// The names that layers may read, in order of definition.
  public var valueNames: [String] { inputs.map(\.name) + nodes.map(\.name) }

  /// Adds an input of the given shape. The next layer reads it unless told otherwise.
  ///
  /// - Parameters:
  ///   - value: fixed elements for a graph that is complete in itself: the shape's number, or whole steps if there is a
  ///     length.
  ///   - hasLength: whether each sample has a length of its own, up to the shape's first dimension.
  ///   - entries: how many whole numbers from 0 there are, if the elements are such.
  @discardableResult
  public mutating func input(
    _ name: String, shape: Shape, value: [Double]? = nil, hasLength: Bool = false, entries: Int? = nil,
    place: SourcePlace? = nil, sourceLine: String? = nil
  ) throws(ElementError) -> Value {
    try checkName(name)
    try Input.check(value, fills: shape, hasLength: hasLength, entries: entries)
    let result = Value(.input(inputs.count))
    inputs.append(
      Input(
        name: name, shape: shape, value: value, hasLength: hasLength, entries: entries, place: place,
        sourceLine: sourceLine))
    names.define(name, as: result)
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
  ///   - prefix: the namespace prefix by which a model file calls the layer, for messages.
  /// - Returns: the layer's first output.
  @discardableResult
  public mutating func add(
    _ layer: any Layer, name: String? = nil, from: [Value]? = nil, target: String = "label", weight: Double = 1,
    freeze: Bool = false, rateScale: Double = 1, share: String? = nil, place: SourcePlace? = nil,
    sourceLine: String? = nil, prefix: String = ""
  ) throws(ElementError) -> Value {
    let schema = layer.schema
    let name = name ?? names.defaultName(schema.name)
    try checkName(name)
    let sources = from ?? (schema.inputs.upperBound == 0 ? [] : last.map { [$0] } ?? [])
    try schema.checkInputs(sources.count, areNamed: from != nil)
    let layer = try reading(sources, layer)
    let shared = try share.map { (other) throws(ElementError) in try sharedNode(other, schema) }
    names.addToCount(schema.name)
    let result = Value(.node(nodes.count))
    nodes.append(
      Node(
        name: name, layer: layer, inputs: sources, target: layer.isLoss ? target : nil, lossWeight: weight,
        isFrozen: freeze, rateScale: rateScale, sharedWith: shared, place: place, sourceLine: sourceLine,
        prefix: prefix))
    names.define(name, as: result)
    last = result
    return result
  }

  /// The names of all losses' targets, each once, in order.
  public var targetNames: [String] {
    var names: [String] = []
    for case let target? in nodes.map(\.target) where !names.contains(target) { names.append(target) }
    return names
  }

  private func checkName(_ name: String) throws(ElementError) {
    guard name.isElementName else {
      throw ElementError(code: "bad-value", "'\(name.shortened)' is not a name", attribute: "name")
    }
    guard names[name] == nil else { throw .taken(name) }
  }

  private func sharedNode(_ name: String, _ schema: ElementSchema) throws(ElementError) -> Int {
    guard let found = names[name] else {
      let near = nearestName(to: name, among: nodes.map(\.name))
      throw .unknownShare(name, remedy: near.map { "did you mean '\($0)'?" })
    }
    guard case .node(let index) = found.origin else { throw .inputShare(name) }
    try schema.checkSharing(with: name, nodes[index].layer.schema)
    return nodes[index].sharedWith ?? index
  }
}
