import NNKernels

/// A net with its memory: parameters, gradients, state and one arena for everything in between.
///
/// All memory is taken when it is made; a pass takes none. One thread at a time may use it.
public final class Network<S: Scalar> {
  /// The shapes and parameters.
  public let plan: NetworkPlan
  /// What it was made for.
  public let options: NetworkOptions
  /// The largest batch that its memory holds.
  public let maximumBatch: Int
  /// The samples of the next pass.
  public private(set) var batch: Int
  /// The threads that share the work.
  public let workers: WorkerPool
  /// Chooses the random numbers of layers such as dropout.
  public var seed: UInt64 = 0 {
    didSet { seedNodes() }
  }

  let execution: ExecutionPlan
  var runtimes: [Runtime] = []
  /// The weights of the samples; nil if all count alike.
  package internal(set) var weights: Buffer<S>?
  /// For each node, what runs a loss sample by sample; empty until there are weights.
  var weighted: [WeightedLoss<S>?] = []
  private let parameterStorage: Storage<S>
  private let gradientStorage: Storage<S>
  private let stateStorage: Storage<S>
  private let arena: Storage<S>
  private let lossStorage: Storage<Double>
  /// Scalars of one sample's input, for each input.
  private let inputCounts: [Int]
  /// Scalars of one sample's target, for each target.
  private let targetCounts: [Int]
  /// Contents for inputs that have fixed values, and for inputs and targets until the caller binds others.
  private var ownInputs: [Storage<S>] = []
  private var ownTargets: [Storage<S>] = []
  private var inputs: [Buffer<S>] = []
  let sampleLengths: SampleLengths
  /// For each input whose samples have lengths, the memory that layers read: the bound samples, padding being 0.
  private(set) var admittedInputs: [Storage<S>?] = []
  let inputPadding: [Padding?]
  /// For each input whose samples have lengths, those of all samples that there may be.
  let inputLengths: [Buffer<Int32>?]
  private var targets: [Buffer<S>] = []
  /// The names of the targets, in the order of `targets`.
  public let targetNames: [String]

  /// A net with memory for batches of up to `batch` samples. Parameters are zero until `initialize` or a load.
  public convenience init(
    _ plan: NetworkPlan, batch: Int, options: NetworkOptions = NetworkOptions(), workers: WorkerPool
  ) {
    let state = Storage<S>(count: plan.stateSpan)
    for array in plan.states { state.buffer.slice(array.range).fill(S(array.plan.initialValue)) }
    self.init(
      plan, batch: batch, options: options, parameters: Storage(count: plan.parameterSpan),
      gradients: Storage(count: options.isTrained ? plan.parameterSpan : 0), state: state, workers: workers)
  }

  /// A net with the parameters, gradients and state of `other`, which it shares, and memory of its own for everything in
  /// between. Both may run at the same time as long as neither writes what is shared.
  public convenience init(sharing other: Network<S>, batch: Int) {
    self.init(
      other.plan, batch: batch, options: other.options, parameters: other.parameterStorage,
      gradients: other.gradientStorage, state: other.stateStorage, workers: other.workers)
  }

  /// A net with the parameters of `other`, which it shares, and with gradients, state and memory of its own.
  package convenience init(sharingParametersOf other: Network<S>) {
    self.init(
      other.plan, batch: other.maximumBatch, options: other.options, parameters: other.parameterStorage,
      gradients: Storage(count: other.gradients.count), state: Storage(count: other.state.count),
      workers: other.workers)
    seed = other.seed
    // An initializer calls no observers.
    seedNodes()
  }

  /// The same for another plan of the same parameters and states.
  package convenience init(sharing other: Network<S>, as plan: NetworkPlan, batch: Int) {
    precondition(
      plan.parameterSpan == other.plan.parameterSpan && plan.stateSpan == other.plan.stateSpan,
      "nets that share parameters have the same ones")
    self.init(
      plan, batch: batch, options: other.options, parameters: other.parameterStorage,
      gradients: other.gradientStorage, state: other.stateStorage, workers: other.workers)
  }

  private init(
    _ plan: NetworkPlan, batch: Int, options: NetworkOptions, parameters: Storage<S>, gradients: Storage<S>,
    state: Storage<S>, workers: WorkerPool
  ) {
    precondition(batch >= 1)
    self.plan = plan
    self.options = options
    self.workers = workers
    maximumBatch = batch
    self.batch = batch
    execution = ExecutionPlan(plan, batch: batch, options: options)
    parameterStorage = parameters
    gradientStorage = gradients
    stateStorage = state
    arena = Storage(count: execution.arenaSpan)
    lossStorage = Storage(count: 2 * plan.definition.nodes.count)
    sampleLengths = SampleLengths(plan, batch: batch)
    inputPadding = plan.definition.inputs.indices.map { index in
      Padding(plan.definition.inputs[index].shape, plan.length(of: .init(.input(index))))
    }
    targetNames = plan.definition.targetNames
    inputCounts = plan.definition.inputs.map(\.shape.elementCount)
    targetCounts = targetNames.map { plan.targets[$0]?.shape.elementCount ?? 1 }
    inputLengths = plan.definition.inputs.indices.map { [sampleLengths] index in
      sampleLengths.buffer(plan.length(of: .init(.input(index))))
    }
    for input in plan.definition.inputs {
      let storage = Storage<S>(count: input.shape.elementCount * batch)
      if let value = input.value {
        let width = input.shape.elementCount
        for sample in 0..<batch {
          for (index, number) in value.enumerated() { storage.buffer[sample * width + index] = S(number) }
        }
      }
      ownInputs.append(storage)
      admittedInputs.append(input.hasLength ? Storage(count: input.shape.elementCount * batch) : nil)
      inputs.append(storage.buffer)
    }
    for count in targetCounts {
      let storage = Storage<S>(count: count * batch)
      ownTargets.append(storage)
      targets.append(storage.buffer)
    }
    buildRuntimes()
    seedNodes()
  }

  /// All parameters, in the plan's order, with padding between them that stays zero.
  public var parameters: Buffer<S> { parameterStorage.buffer }
  /// The gradients, laid out like the parameters; empty unless the net is trained.
  public var gradients: Buffer<S> { gradientStorage.buffer }
  /// The arrays that layers update themselves.
  public var state: Buffer<S> { stateStorage.buffer }

  /// Bytes taken for everything between input and output.
  public var arenaBytes: Int { execution.arenaSpan * MemoryLayout<S>.stride }

  /// Sets how many samples the next pass has, at most `maximumBatch`.
  @specialized(where S == Float)
  public func setBatch(_ count: Int) {
    precondition(count >= 1 && count <= maximumBatch, "batch outside what the memory was planned for")
    guard count != batch else { return }
    batch = count
    for index in runtimes.indices { runtimes[index].setBatch(count) }
  }

  /// Makes an input read from `buffer`, which holds at least the batch's samples and outlives the passes.
  @specialized(where S == Float)
  public func bindInput(_ index: Int, to buffer: Buffer<S>) {
    precondition(buffer.count >= inputCounts[index] * batch, "an input's buffer is shorter than the batch")
    let isMoved = buffer.base != inputs[index].base
    // Memory that was freed may come back with another size.
    inputs[index] = buffer
    guard isMoved, admittedInputs[index] == nil else { return }
    rebind(.input(index), to: buffer.base)
  }

  /// Makes the losses that judge by target `index` (of `targetNames`) read it from `buffer`, which holds at least the
  /// batch's samples and outlives the passes.
  public func bindTarget(_ index: Int, to buffer: Buffer<S>) {
    precondition(buffer.count >= targetCounts[index] * batch, "a target's buffer is shorter than the batch")
    let isMoved = buffer.base != targets[index].base
    targets[index] = buffer
    guard isMoved else { return }
    for node in runtimes.indices where plan.definition.nodes[node].target == targetNames[index] {
      guard var target = runtimes[node].backward.target else { continue }
      target.rebase(buffer.base)
      runtimes[node].forward.target = target
      runtimes[node].backward.target = target
    }
  }

  /// Stops the program unless every bound buffer holds the batch: kernels check no bounds.
  func requireBoundBatch(computesLoss: Bool) {
    for index in inputs.indices {
      precondition(inputs[index].count >= inputCounts[index] * batch, "an input's buffer is shorter than the batch")
    }
    guard computesLoss else { return }
    if let weights { precondition(weights.count >= batch, "there are fewer weights than samples") }
    for index in targets.indices {
      precondition(targets[index].count >= targetCounts[index] * batch, "a target's buffer is shorter than the batch")
    }
  }

  /// The memory that an input reads from; write to it to run on other data.
  public func inputBuffer(_ index: Int) -> Buffer<S> { inputs[index] }

  /// The memory that a target is read from.
  public func targetBuffer(_ index: Int) -> Buffer<S> { targets[index] }

  /// What the net predicts for the batch, valid after `forward`.
  public var prediction: Tensor<S> { value(plan.prediction) }

  /// A value after a pass. Unless the net keeps everything, only the prediction is sure not to be overwritten.
  @specialized(where S == Float)
  public func value(_ value: NetworkDefinition.Value) -> Tensor<S> {
    switch value.origin {
    case .input(let index):
      let shape = plan.definition.inputs[index].shape
      return Tensor(
        shape: shape.batched(batch), buffer: Buffer(base: inputBase(index), count: shape.elementCount * batch))
    case .node(let index): return runtimes[index].forward.outputs[value.output]
    }
  }

  /// The gradient with respect to a value after `backward`, or nil if there is none.
  public func gradient(_ value: NetworkDefinition.Value) -> Tensor<S>? {
    let place: ExecutionPlan.Place
    switch value.origin {
    case .input(let index): place = execution.inputGradients[index]
    case .node(let index):
      let upstream = execution.nodes[index].upstream
      place = value.output < upstream.count ? upstream[value.output] : .none
    }
    guard case .arena = place else { return nil }
    return tensor(place, plan.shape(of: value).batched(batch))
  }

  /// The memory of the numerator and denominator of the loss at a node.
  func partsOfLoss(_ node: Int) -> Buffer<Double> { lossStorage.buffer.slice(from: 2 * node, count: 2) }

  /// The memory that layers read an input from.
  private func inputBase(_ index: Int) -> UnsafeMutablePointer<S> {
    (admittedInputs[index]?.buffer ?? inputs[index]).base
  }

  // MARK: - Building

  private func tensor(_ place: ExecutionPlan.Place, _ shape: Shape) -> Tensor<S> {
    let count = shape.elementCount
    switch place {
    case .arena(let offset): return Tensor(shape: shape, buffer: arena.buffer.slice(from: offset, count: count))
    case .input(let index): return Tensor(shape: shape, buffer: Buffer(base: inputBase(index), count: count))
    case .none: return Tensor(shape: shape, buffer: Buffer(base: arena.buffer.base, count: count))
    }
  }

  private func buildRuntimes() {
    for (index, node) in plan.definition.nodes.enumerated() {
      let layer = plan.layers[index]
      let steps = execution.nodes[index]
      let inputs = node.inputs.map { value -> Tensor<S> in
        switch value.origin {
        case .input: return self.value(value)
        case .node(let producer): return runtimes[producer].forward.outputs[value.output]
        }
      }
      let outputs = zip(steps.outputs, layer.outputs).map { tensor($0, $1.batched(batch)) }
      let target = node.target.flatMap { name -> Tensor<S>? in
        guard let position = targetNames.firstIndex(of: name), let form = plan.targets[name] else { return nil }
        let shape = form.shape.batched(batch)
        return Tensor(shape: shape, buffer: Buffer(base: targets[position].base, count: shape.elementCount))
      }
      let parameters = plan.parametersOfNode[index].map(parameter)
      let state = plan.statesOfNode[index].map { position in
        Tensor(shape: plan.states[position].plan.shape, buffer: self.state.slice(plan.states[position].range))
      }
      let loss = partsOfLoss(index)
      var saved = Buffer(base: arena.buffer.base, count: 0)
      if case .arena(let offset) = steps.saved {
        saved = arena.buffer.slice(from: offset, count: layer.savedPerSample * batch)
      }
      let scratch = arena.buffer.slice(
        from: execution.scratch, count: layer.scratchFixed + layer.scratchPerSample * batch)
      let upstream = zip(steps.upstream, layer.outputs).map { tensor($0, $1.batched(batch)) }
      let downstream = zip(steps.downstream, inputs).map { slot, input in
        GradientSlot(
          isWanted: slot.isWanted, accumulates: slot.accumulates, tensor: tensor(slot.place, input.shape))
      }
      let parameterGradients = plan.parametersOfNode[index].map { position in
        GradientSlot(
          isWanted: options.isTrained && !plan.parameters[position].isFrozen,
          accumulates: steps.accumulatesParameters,
          tensor: options.isTrained ? parameterGradient(position) : parameter(position))
      }
      let inputLengths = node.inputs.map(lengths(of:))
      let outputLengths = layer.outputs.indices.map { lengths(of: .init(.node(index), output: $0)) }
      // What a fused function makes of 0 is the net's to clear.
      let isCleared = node.layer.facts.clearsPadding && steps.epilogue == .identity && !steps.addsToOutput
      runtimes.append(
        Runtime(
          layer: boxed(node.layer), savedPerSample: layer.savedPerSample, scratchFixed: layer.scratchFixed,
          scratchPerSample: layer.scratchPerSample,
          outputPadding: isCleared ? [] : zip(layer.outputs, plan.lengths[index]).map(Padding.init),
          inputPadding: node.layer.facts.clearsPadding
            ? [] : node.inputs.map { Padding(plan.shape(of: $0), plan.length(of: $0)) },
          forward: ForwardContext(
            batch: batch, phase: .training, inputs: inputs, outputs: outputs,
            inputLengths: inputLengths, outputLengths: outputLengths, target: target, loss: loss,
            parameters: parameters, state: state, saved: saved, scratch: scratch, epilogue: steps.epilogue,
            addsToOutput: steps.addsToOutput, random: RandomStream(key: 0), workers: workers),
          backward: BackwardContext(
            batch: batch, phase: .training, inputs: inputs, outputs: outputs,
            inputLengths: inputLengths, outputLengths: outputLengths, target: target, loss: loss,
            lossGradient: node.lossWeight, upstream: upstream, downstream: downstream, parameters: parameters,
            parameterGradients: parameterGradients, state: state, saved: saved, scratch: scratch,
            random: RandomStream(key: 0), workers: workers)))
    }
  }

  private func seedNodes() {
    let stream = RandomStream(key: seed)
    for index in runtimes.indices {
      let own = stream.derived(stableHash(plan.definition.nodes[index].name)).key
      runtimes[index].forward.random.key = own
      runtimes[index].backward.random.key = own
    }
  }

  @specialized(where S == Float)
  private func rebind(_ place: ExecutionPlan.Place, to base: UnsafeMutablePointer<S>) {
    func isMoved(_ value: NetworkDefinition.Value) -> Bool {
      switch value.origin {
      case .input(let index): place == .input(index)
      case .node(let index): execution.nodes[index].outputs[value.output] == place
      }
    }
    for node in runtimes.indices {
      let sources = plan.definition.nodes[node].inputs
      for slot in sources.indices where isMoved(sources[slot]) {
        runtimes[node].forward.inputs[slot].rebase(base)
        runtimes[node].backward.inputs[slot].rebase(base)
      }
      for output in execution.nodes[node].outputs.indices where execution.nodes[node].outputs[output] == place {
        runtimes[node].forward.outputs[output].rebase(base)
        runtimes[node].backward.outputs[output].rebase(base)
      }
    }
  }
}

/// The layer in memory of its own. Nets that are made of one definition and run at the same time would otherwise count
/// references to a large layer, one in each pass, in memory that all their threads write.
@inline(never)
private func boxed<L: Layer>(_ layer: L) -> any Layer { layer }
