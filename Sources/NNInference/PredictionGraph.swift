import NNCore
import NNKernels

/// A net rewritten for prediction alone: what only training needs is left out, affine maps of channels such as batch
/// normalization are folded into the weights before them, dense layers in a row are multiplied into one, weights are
/// packed, and maximum poolings are fused with the convolutions that they read.
struct PredictionGraph<S: Scalar> {
  /// The rewritten net.
  private(set) var definition: NetworkDefinition
  /// What the rewritten net predicts.
  var predictions: [NetworkDefinition.Value] { wanted.map { renamed[$0] ?? $0 } }
  /// For each node of the rewritten net, what fills its parameters.
  private(set) var sources: [Source] = []

  /// Where a node's parameters and state come from.
  enum Source {
    /// The arrays of a node of the original net, as they are.
    case node(Int)
    /// The arrays of a node of the original net, the channels scaled and shifted.
    case scaled(Int, LayerFacts.OutputChannels, ChannelScaling)
    /// W and b of an affine map, which may be the product of several.
    case affine(AffineArrays)
    /// What fills a layer, to be packed for the layer that stands for it.
    indirect case packed(Source, any PackedLayer)

    /// The node of the original net whose state it has; nil for layers in another form, which have none.
    var node: Int? {
      switch self {
      case .node(let index), .scaled(let index, _, _): index
      case .affine, .packed: nil
      }
    }
  }

  private typealias Value = NetworkDefinition.Value

  private let plan: NetworkPlan
  /// What is predicted, in the original net.
  private let wanted: [Value]
  private let parameters: Buffer<S>
  private let state: Buffer<S>
  /// The nodes that read each value of the original net on the way to the prediction.
  private var readers: [Value: [Int]] = [:]
  /// The values of the rewritten net by those of the original one.
  private var renamed: [Value: Value] = [:]
  /// Affine maps that are multiplied into that of their only reader.
  private var absorbed: [Value: AffineArrays] = [:]
  /// Nodes that are folded into the weights of a node before, or fused with it.
  private var folded: Set<Int> = []

  /// Rewrites a net.
  ///
  /// - Parameters:
  ///   - plan: the net as it was trained.
  ///   - wanted: what is predicted; what the plan predicts unless given.
  ///   - parameters: its parameters, laid out as the plan says.
  ///   - state: the arrays that its layers update in training, laid out as the plan says.
  init(
    _ plan: NetworkPlan, predicting wanted: [NetworkDefinition.Value]? = nil, parameters: Buffer<S>, state: Buffer<S>
  ) throws {
    self.plan = plan
    self.wanted = wanted ?? [plan.prediction]
    self.parameters = parameters
    self.state = state
    definition = NetworkDefinition(name: plan.definition.name)
    for (index, input) in plan.definition.inputs.enumerated() {
      let value = try definition.input(
        input.name, shape: input.shape, value: input.value, hasLength: input.hasLength, entries: input.entries)
      renamed[Value(.input(index))] = value
    }
    let needed = plan.nodes(of: self.wanted)
    for index in needed {
      for value in plan.definition.nodes[index].inputs { readers[value, default: []].append(index) }
    }
    for index in needed { try add(index) }
  }

  private mutating func add(_ index: Int) throws {
    let node = plan.definition.nodes[index]
    let own = Value(.node(index))
    let facts = node.layer.facts
    let input = node.inputs.first
    if let input, folded.contains(index) || vanishes(index) {
      renamed[own] = renamed[input]
      absorbed[own] = absorbed[input]
      return
    }
    var layer = node.layer
    var source = Source.node(index)
    var shapes = node.inputs.map(plan.shape(of:))
    if let input, let affine = facts.affine {
      var map = arrays(index, affine)
      if let scaling = foldFollowers(of: index) { map = map.followed(by: scaling) }
      if let before = absorbed[input] { map = before.followed(by: map) }
      if canBeAbsorbed(index, map) {
        absorbed[own] = map
        renamed[own] = renamed[input]
        return
      }
      layer = affine.layer(map.outputs, map.bias != nil)
      source = .affine(map)
      shapes = [Shape(map.inputs)]
    } else if let channels = facts.outputChannels, let carrier = channels.bias == nil ? channels.biased : layer,
      let scaling = foldFollowers(of: index)
    {
      layer = carrier
      source = .scaled(index, channels, scaling)
    }
    if let packed = layer.packed(shapes, for: S.self) {
      source = .packed(source, packed)
      layer = foldPooling(of: index, into: packed) ?? packed
    }
    sources.append(source)
    let first = try definition.add(
      layer, name: node.name, from: node.inputs.compactMap { renamed[$0] }, target: node.target ?? "label",
      weight: node.lossWeight)
    for output in plan.layers[index].outputs.indices {
      renamed[Value(.node(index), output: output)] = Value(first.origin, output: output)
    }
  }

  /// Whether a node's output is its first input, in values and shape.
  private func vanishes(_ index: Int) -> Bool {
    let node = plan.definition.nodes[index]
    guard node.layer.facts.copiesWhenPredicting, let source = node.inputs.first else { return false }
    return plan.layers[index].outputs == [plan.shape(of: source)]
  }

  /// The node that alone reads a value, and nothing else; nil for what the net predicts.
  private func onlyReader(of value: Value) -> Int? {
    guard !wanted.contains(value), let found = readers[value], found.count == 1 else { return nil }
    return plan.definition.nodes[found[0]].inputs.count == 1 ? found[0] : nil
  }

  /// The product of the maps of channels that follow a node, which are folded into it; nil if there are none.
  private mutating func foldFollowers(of index: Int) -> ChannelScaling? {
    var value = Value(.node(index))
    var result: ChannelScaling?
    while let reader = onlyReader(of: value) {
      if !vanishes(reader) {
        guard let next = scaling(reader, of: plan.shape(of: value)) else { break }
        result = result?.followed(by: next) ?? next
        folded.insert(reader)
      }
      value = Value(.node(reader))
    }
    return result
  }

  /// The layer that stands for a node, with the maximum pooling that follows; nil if none does, or it does not pay.
  ///
  /// A monotone function in between commutes with the maximum.
  private mutating func foldPooling(of index: Int, into packed: any PackedLayer) -> (any PackedLayer)? {
    var value = Value(.node(index))
    while let reader = onlyReader(of: value) {
      let facts = plan.definition.nodes[reader].layer.facts
      if let windows = facts.maximumOfWindows {
        guard let pooled = packed.pooled(by: windows(plan.shape(of: value)), for: S.self) else { return nil }
        folded.insert(reader)
        return pooled
      }
      guard folded.contains(reader) || vanishes(reader) || facts.activation?.isMonotone == true else { return nil }
      value = Value(.node(reader))
    }
    return nil
  }

  /// The map of channels that a node is, in numbers.
  private func scaling(_ index: Int, of shape: Shape) -> ChannelScaling? {
    guard let map = plan.definition.nodes[index].layer.facts.channelMap, shape.rank > 0,
      plan.layers[index].outputs == [shape]
    else { return nil }
    let numbers = map.numbers(
      shape[0], plan.parametersOfNode[index].map(array),
      plan.statesOfNode[index].map { wide(state, plan.states[$0].range) }
    )
    let result = ChannelScaling(scale: numbers.scale, shift: numbers.shift)
    // What is not finite, or not one number for each channel, is left to the layer itself.
    return result.isFinite && numbers.scale.count == shape[0] && numbers.shift.count == shape[0] ? result : nil
  }

  /// Whether the affine map at `index` is better computed as part of the only layer that reads it.
  private func canBeAbsorbed(_ index: Int, _ map: AffineArrays) -> Bool {
    var value = Value(.node(index))
    while let reader = onlyReader(of: value) {
      if vanishes(reader) || folded.contains(reader) {
        value = Value(.node(reader))
        continue
      }
      guard plan.definition.nodes[reader].layer.facts.affine != nil else { return false }
      let outputs = plan.layers[reader].outputs[0].elementCount
      return Shape([outputs, map.inputs]) != nil
        && map.inputs * outputs <= map.inputs * map.outputs + map.outputs * outputs
    }
    return false
  }

  private func arrays(_ index: Int, _ affine: LayerFacts.AffineMap) -> AffineArrays {
    let positions = plan.parametersOfNode[index]
    let weight = plan.parameters[positions[affine.weight]]
    let outputs = weight.plan.shape[0]
    return AffineArrays(
      inputs: weight.range.count / outputs, outputs: outputs, weight: array(positions[affine.weight]),
      bias: affine.bias.map { array(positions[$0]) })
  }

  /// A parameter of the original net in double precision.
  private func array(_ parameter: Int) -> [Double] { wide(parameters, plan.parameters[parameter].range) }

  private func wide(_ values: Buffer<S>, _ range: Range<Int>) -> [Double] {
    values.slice(range).array.map { Double($0) }
  }
}

extension NetworkPlan {
  /// The nodes that the prediction depends on, in order.
  var nodesOfPrediction: [Int] { nodes(of: [prediction]) }

  /// The nodes that some values depend on, in order.
  func nodes(of values: [NetworkDefinition.Value]) -> [Int] {
    var needed: Set<Int> = []
    var open = values.compactMap { value -> Int? in
      if case .node(let node) = value.origin { node } else { nil }
    }
    while let node = open.popLast() {
      guard needed.insert(node).inserted else { continue }
      for case .node(let other) in definition.nodes[node].inputs.map(\.origin) { open.append(other) }
    }
    return needed.sorted()
  }
}
