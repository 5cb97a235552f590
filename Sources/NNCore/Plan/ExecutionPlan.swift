import NNKernels

/// What a network is going to be run for.
public struct NetworkOptions: Sendable, Hashable {
  /// Whether gradients will be wanted.
  public var isTrained: Bool
  /// Whether every output and every gradient keeps memory of its own, so that all of them can be looked at after a
  /// pass. Nothing is fused or overwritten then.
  public var keepsEverything: Bool
  /// Whether gradients of the net's inputs are wanted too.
  public var wantsInputGradients: Bool

  /// Options; without arguments, those of training.
  public init(isTrained: Bool = true, keepsEverything: Bool = false, wantsInputGradients: Bool = false) {
    self.isTrained = isTrained
    self.keepsEverything = keepsEverything
    self.wantsInputGradients = wantsInputGradients
  }
}

/// The schedule and the memory plan of a net, computed once, before any memory is allocated.
///
/// Forward step i runs at time i, backward step i at time 2n - 1 - i, for n nodes. An array is live from the step that
/// writes it to the last step that reads it (liveness analysis). Arrays with disjoint live ranges may share memory.
struct ExecutionPlan: Sendable {
  /// The memory of an array: an offset in the arena, the buffer that the caller binds to an input, or none.
  enum Place: Sendable, Hashable {
    case arena(Int)
    case input(Int)
    case none
  }

  /// How one downstream gradient is computed: whether it is wanted, and whether it accumulates.
  struct Downstream: Sendable {
    var isWanted = false
    var accumulates = false
    var place = Place.none
  }

  struct Node: Sendable {
    /// The memory of the outputs.
    var outputs: [Place] = []
    /// Whether forward has nothing to do: fused into the producer, or the output is an alias of the input.
    var isFused = false
    /// The activation of a later node that forward applies as its epilogue.
    var epilogue = Activation.identity
    /// Whether forward adds its result to what its output holds.
    var addsToOutput = false
    /// Whether there is a backward step.
    var runsBackward = false
    /// The memory of the gradients with respect to the outputs.
    var upstream: [Place] = []
    /// The outputs whose gradients no reader writes: they are zero-filled.
    var unwritten: [Int] = []
    var downstream: [Downstream] = []
    /// Whether the parameter gradients add to those of a node that ran before in the backward pass.
    var accumulatesParameters = false
    var saved = Place.none
  }

  var nodes: [Node] = []
  /// Gradients of the net's inputs.
  var inputGradients: [Place] = []
  /// Scalars in the arena for the largest batch; `Count.largest` where there would be more.
  var arenaSpan = 0
  /// The offset of the scratch memory that all nodes share, and its scalars.
  var scratch = 0
  var scratchSpan = 0

  private typealias Value = NetworkDefinition.Value

  init(_ plan: NetworkPlan, batch: Int, options: NetworkOptions) {
    let definition = plan.definition
    let count = definition.nodes.count
    let trained = options.isTrained
    func backwardTime(_ node: Int) -> Int { 2 * count - 1 - node }
    func span(_ shape: Shape) -> Int { Self.span(shape.elementCount, batch) }
    nodes = (0..<count).map { index in
      var node = Node()
      node.downstream = definition.nodes[index].inputs.map { _ in Downstream() }
      return node
    }

    // The readers of each value.
    var readers: [Value: [Int]] = [:]
    for (index, node) in definition.nodes.enumerated() {
      for value in node.inputs { readers[value, default: []].append(index) }
    }
    let isLoss = definition.nodes.map(\.isLoss)

    // The values that need a gradient: those that depend on a trainable parameter, or on an input if asked for.
    var wants = [Bool](repeating: false, count: count)
    func wantsGradient(_ value: Value) -> Bool {
      switch value.origin {
      // Indices have no gradient.
      case .input(let index): options.wantsInputGradients && definition.inputs[index].entries == nil
      case .node(let node): wants[node] && !isLoss[node]
      }
    }
    for (index, node) in definition.nodes.enumerated() {
      let learns = plan.parametersOfNode[index].contains { !plan.parameters[$0].isFrozen }
      wants[index] = trained && (learns || node.inputs.contains(where: wantsGradient))
    }

    // The nodes that run backward, in reverse order. The first writer of a gradient overwrites, later ones accumulate.
    var arrives: Set<Value> = []
    var parametersWritten: Set<Int> = []
    for index in stride(from: count - 1, through: 0, by: -1) where wants[index] {
      let outputs = plan.layers[index].outputs.indices.map { Value(.node(index), output: $0) }
      guard isLoss[index] ? definition.nodes[index].lossWeight != 0 : outputs.contains(where: arrives.contains) else {
        continue
      }
      nodes[index].runsBackward = true
      if !isLoss[index] { nodes[index].unwritten = outputs.indices.filter { !arrives.contains(outputs[$0]) } }
      for (slot, value) in definition.nodes[index].inputs.enumerated() where wantsGradient(value) {
        nodes[index].downstream[slot].isWanted = true
        nodes[index].downstream[slot].accumulates = !arrives.insert(value).inserted
      }
      if let first = plan.parametersOfNode[index].first {
        nodes[index].accumulatesParameters = !parametersWritten.insert(first).inserted
      }
    }

    // Blocks: a value's own, or that of the value that it is computed in place of or is an alias of.
    var blocks: [Block] = []
    var blockOfValue: [Value: Int] = [:]
    var inputOfValue: [Value: Int] = [:]
    for input in definition.inputs.indices { inputOfValue[Value(.input(input))] = input }
    let kept = Set([plan.prediction] + plan.lossNodes.map { Value(.node($0)) })
    // For each sum that is fused into a producer, that producer.
    var summing: [Int: Int] = [:]
    for (index, node) in definition.nodes.enumerated() {
      let layer = plan.layers[index]
      for output in layer.outputs.indices {
        let value = Value(.node(index), output: output)
        var last = index
        for reader in readers[value] ?? [] {
          last = max(last, reader)
          if nodes[reader].runsBackward, plan.layers[reader].backwardNeeds.contains(.inputs) {
            last = max(last, backwardTime(reader))
          }
        }
        if nodes[index].runsBackward, layer.backwardNeeds.contains(.outputs) { last = max(last, backwardTime(index)) }
        if kept.contains(value) || options.keepsEverything { last = 2 * count }
        if !trained, !options.keepsEverything,
          let (addend, producer) = Self.addend(index, plan, readers, kept: kept), let block = blockOfValue[addend],
          let unused = blockOfValue[Value(.node(producer))]
        {
          blocks[unused].size = 0
          blockOfValue[Value(.node(producer))] = block
          blockOfValue[value] = block
          blocks[block].last = max(blocks[block].last, last)
          nodes[producer].addsToOutput = true
          nodes[index].isFused = true
          summing[index] = producer
          continue
        }
        if output == 0, layer.runsInPlace, !options.keepsEverything, let source = node.inputs.first,
          layer.outputs[0].elementCount == plan.shape(of: source).elementCount,
          readers[source]?.count == 1, !kept.contains(source),
          !(nodes[index].runsBackward && layer.backwardNeeds.contains(.inputs)),
          !Self.backwardReadsOutput(of: source, plan, nodes)
        {
          let facts = node.layer.facts
          let renames = facts.copiesWhenPredicting && facts.comparison == .exact && !isLoss[index]
          if let block = blockOfValue[source] {
            blockOfValue[value] = block
            blocks[block].last = max(blocks[block].last, last)
            nodes[index].isFused = renames && !trained
            continue
          }
          if let input = inputOfValue[source], renames {
            inputOfValue[value] = input
            nodes[index].isFused = !trained
            continue
          }
        }
        blockOfValue[value] = blocks.count
        blocks.append(Block(size: span(layer.outputs[output]), first: index, last: last))
      }
    }

    // Epilogue fusion: a producer applies the elementwise activation of its only reader, which runs in place.
    if !options.keepsEverything {
      for (index, node) in definition.nodes.enumerated() {
        guard let source = node.inputs.first, node.inputs.count == 1, case .node(let origin) = source.origin,
          let activation = node.layer.facts.activation, case let producer = summing[origin] ?? origin,
          definition.nodes[producer].layer.facts.acceptsEpilogue,
          nodes[producer].epilogue == .identity, source.output == 0,
          let block = blockOfValue[Value(.node(index))], block == blockOfValue[source]
        else { continue }
        nodes[producer].epilogue = activation
        nodes[index].isFused = true
      }
    }

    // Gradients, saved memory and scratch.
    var blockOfGradient: [Value: Int] = [:]
    var blockOfSaved: [Int: Int] = [:]
    for index in stride(from: count - 1, through: 0, by: -1) where nodes[index].runsBackward {
      let node = definition.nodes[index]
      let layer = plan.layers[index]
      let time = backwardTime(index)
      if !isLoss[index] {
        for output in nodes[index].unwritten {
          blockOfGradient[Value(.node(index), output: output)] = blocks.count
          blocks.append(Block(size: span(layer.outputs[output]), first: time, last: time))
        }
      }
      for (slot, value) in node.inputs.enumerated() where nodes[index].downstream[slot].isWanted {
        let end: Int
        if case .node(let producer) = value.origin { end = backwardTime(producer) } else { end = 2 * count }
        let last = options.keepsEverything ? 2 * count : end
        if let block = blockOfGradient[value] {
          blocks[block].last = max(blocks[block].last, last)
        } else if slot == 0, layer.runsInPlace, !options.keepsEverything, !isLoss[index], readers[value]?.count == 1,
          let block = blockOfGradient[Value(.node(index))],
          blocks[block].size == span(plan.shape(of: value)), end < 2 * count
        {
          blockOfGradient[value] = block
          blocks[block].last = max(blocks[block].last, last)
        } else {
          blockOfGradient[value] = blocks.count
          blocks.append(Block(size: span(plan.shape(of: value)), first: time, last: last))
        }
      }
      if layer.savedPerSample > 0 {
        blockOfSaved[index] = blocks.count
        blocks.append(Block(size: Self.span(layer.savedPerSample, batch), first: index, last: time))
      }
    }
    let offsets = Block.place(blocks, span: &arenaSpan)

    func place(_ value: Value) -> Place {
      if let input = inputOfValue[value] { return .input(input) }
      return blockOfValue[value].map { .arena(offsets[$0]) } ?? .none
    }
    func gradientPlace(_ value: Value) -> Place { blockOfGradient[value].map { .arena(offsets[$0]) } ?? .none }
    for index in 0..<count {
      let outputs = plan.layers[index].outputs.indices.map { Value(.node(index), output: $0) }
      nodes[index].outputs = outputs.map(place)
      nodes[index].upstream = isLoss[index] ? [] : outputs.map(gradientPlace)
      nodes[index].saved = blockOfSaved[index].map { .arena(offsets[$0]) } ?? .none
      for (slot, value) in definition.nodes[index].inputs.enumerated() where nodes[index].downstream[slot].isWanted {
        nodes[index].downstream[slot].place = gradientPlace(value)
      }
    }
    inputGradients = definition.inputs.indices.map { gradientPlace(Value(.input($0))) }
    scratch = arenaSpan
    scratchSpan = plan.layers.map { Self.span($0.scratchPerSample, batch, and: $0.scratchFixed) }.max() ?? 0
    arenaSpan = Count.sum(arenaSpan, scratchSpan)
  }

  /// Whether the producer of `value` reads its outputs in the backward pass.
  private static func backwardReadsOutput(
    of value: NetworkDefinition.Value, _ plan: NetworkPlan, _ nodes: [Node]
  ) -> Bool {
    guard case .node(let producer) = value.origin else { return false }
    return nodes[producer].runsBackward && plan.layers[producer].backwardNeeds.contains(.outputs)
  }
}
