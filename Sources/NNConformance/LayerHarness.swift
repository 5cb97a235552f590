import NNCore
import NNKernels

/// A net around one layer, filled with random numbers, so that the layer can be run and looked at.
///
/// A loss is judged by its own target; the outputs of any other layer are each read by a `Projection`. The numbers
/// depend on the case alone: harnesses of other batches, threads and precisions get the same ones, and sample 0 is
/// the same in every batch. All of them are numbers of single precision.
public struct LayerHarness<S: Scalar> {
  /// How the net is built around the layer.
  public struct Setting: Sendable {
    /// The samples.
    public var batch = 3
    /// The threads.
    public var threads = 1
    /// What the net is made for.
    public var options = NetworkOptions(wantsInputGradients: true)
    /// Which of the layer's instances there are: each reads the same inputs and parameters, and has targets and
    /// random numbers of its own.
    public var instances = [1]
    /// Whether the layer's parameters are frozen.
    public var isFrozen = false
    /// Whether there is a layer that doubles before and, unless it is a loss, behind the layer.
    public var isSurrounded = false

    /// The plain net: one instance, three samples, one thread.
    public init() {}

    /// A setting with changes.
    public init(_ change: (inout Setting) -> Void) { change(&self) }
  }

  /// The net.
  public let network: Network<S>
  /// The state before the first step. Every training step begins with it, since what a layer computes may depend on it.
  private let state: Storage<S>

  /// A net around the layer of `example`. Throws what the layer or the net's plan throws.
  public init(_ example: ConformanceCase, _ registry: Registry, _ setting: Setting = Setting()) throws {
    let layer = try example.makeLayer(registry)
    let plan = try layer.plan(example.inputs)
    var definition = NetworkDefinition(name: "harness")
    var forms: [String: TargetForm] = [:]
    var sources: [NetworkDefinition.Value] = []
    for (index, shape) in example.inputs.enumerated() {
      sources.append(
        try definition.input(
          "x\(index + 1)", shape: shape, hasLength: example.hasLengths, entries: example.entries))
    }
    // Only a layer that reads indices can stand behind them.
    if setting.isSurrounded, example.entries == nil {
      sources = try sources.map { try definition.add(Doubling(), from: [$0]) }
    }
    for (position, instance) in setting.instances.enumerated() {
      let share = position > 0 && !plan.parameters.isEmpty ? "layer\(setting.instances[0])" : nil
      let target = "t\(instance)"
      let first = try definition.add(
        layer, name: "layer\(instance)", from: sources, target: target, weight: 0.7, freeze: setting.isFrozen,
        share: share)
      if layer.schema.kind == .loss {
        forms[target] = plan.targets[example.target]
        continue
      }
      for output in plan.outputs.indices {
        var value = NetworkDefinition.Value(first.origin, output: output)
        if setting.isSurrounded { value = try definition.add(Doubling(), from: [value]) }
        try definition.add(
          Projection(), name: "p\(instance).\(output + 1)", from: [value], target: "t\(instance).\(output + 1)",
          weight: 0.7)
      }
    }
    network = Network(
      try NetworkPlan(definition, targets: forms), batch: setting.batch, options: setting.options,
      workers: WorkerPool(threads: setting.threads))
    state = Storage(network.state.array)
    fill(example)
  }

  /// Gives each sample a length that depends on the case and its place alone, and the last sample of three or more all
  /// steps. Everything beyond a length becomes NaN.
  private func drawLengths() {
    let plan = network.plan
    for (index, input) in plan.definition.inputs.enumerated() where input.hasLength {
      let (least, most) = (plan.leastSteps(ofInput: index).steps, input.shape[0])
      let random = RandomStream(key: UInt64(3000 + index))
      let lengths = Storage<Int32>(count: network.batch)
      for sample in 0..<network.batch {
        let isFull = sample % 3 == 2
        let drawn = least + random.integer(below: most - least + 1, at: UInt64(sample))
        lengths.buffer[sample] = Int32(isFull ? most : drawn)
      }
      network.setLengths(index, to: lengths.buffer)
      invalidate(network.inputBuffer(index), steps: most, lengths.buffer)
    }
    for (index, name) in network.targetNames.enumerated() {
      guard let loss = plan.definition.nodes.first(where: { $0.target == name }),
        let length = plan.length(of: loss.inputs[0]), length.axis == 0,
        let lengths = network.lengths(of: loss.inputs[0]),
        plan.targets[name] != nil
      else { continue }
      invalidate(network.targetBuffer(index), steps: plan.shape(of: loss.inputs[0])[0], lengths)
    }
  }

  /// Fills what lies beyond the lengths of samples of so many steps with NaN.
  private func invalidate(_ buffer: Buffer<S>, steps: Int, _ lengths: Buffer<Int32>) {
    let width = buffer.count / lengths.count
    for sample in 0..<lengths.count {
      for i in (Int(lengths[sample]) * (width / steps))..<width { buffer[sample * width + i] = S.nan }
    }
  }

  private func fill(_ example: ConformanceCase) {
    defer { drawLengths() }
    for index in network.plan.definition.inputs.indices {
      let buffer = network.inputBuffer(index)
      draw(buffer, UInt64(index + 1), spread: example.spread)
      if let entries = example.entries {
        let random = RandomStream(key: UInt64(index + 1))
        for i in 0..<buffer.count { buffer[i] = S(random.integer(below: entries, at: UInt64(i))) }
      }
      if example.isPositive { for i in 0..<buffer.count { buffer[i] = buffer[i].magnitude + 0.25 } }
    }
    draw(network.parameters, 1000, spread: 0.5)
    for (index, name) in network.targetNames.enumerated() {
      let buffer = network.targetBuffer(index)
      let key = name.utf8.reduce(2000) { $0 &* 31 &+ UInt64($1) }
      guard let form = network.plan.targets[name] else { continue }
      if case .classes(let count, _) = form {
        let random = RandomStream(key: key)
        for i in 0..<buffer.count { buffer[i] = S(random.integer(below: count, at: UInt64(i))) }
        continue
      }
      draw(buffer, key, spread: 1)
      switch example.targetValues {
      case .numbers: break
      case .unit: for i in 0..<buffer.count { buffer[i] = rounded(Double(Activation.sigmoid.value(Double(buffer[i])))) }
      case .distributions:
        let columns = form.shape[form.shape.rank - 1]
        for start in stride(from: 0, to: buffer.count, by: columns) {
          let row = (start..<(start + columns)).map { Double.exp(Double(buffer[$0])) }
          for (i, value) in row.enumerated() { buffer[start + i] = rounded(value / row.reduce(0, +)) }
        }
      }
    }
  }

  private func draw(_ buffer: Buffer<S>, _ key: UInt64, spread: Double) {
    let random = RandomStream(key: key)
    for i in 0..<buffer.count { buffer[i] = rounded(spread * random.normal(UInt64(i))) }
  }

  private func rounded(_ value: Double) -> S { S(Double(Float(value))) }

  /// One step: forward, and backward if the net is made for it.
  public func run(_ phase: Phase = .training) {
    if phase == .training { network.state.copy(from: state.buffer) }
    network.forward(phase, step: 5)
    if network.options.isTrained { network.backward() }
  }

  /// All that a step computes, array by array: the loss, the prediction and every gradient.
  public var results: [(name: String, values: [Double])] {
    var results = [("loss", [network.loss]), ("prediction", network.prediction.buffer.array.map { Double($0) })]
    if network.options.isTrained { results += gradients }
    return results
  }

  /// The gradients of the inputs, then of the parameters.
  public var gradients: [(name: String, values: [Double])] {
    let plan = network.plan
    var gradients: [(name: String, values: [Double])] = []
    for (index, input) in plan.definition.inputs.enumerated() {
      let tensor = network.gradient(.init(.input(index)))
      gradients.append(("gradient of \(input.name)", tensor?.buffer.array.map { Double($0) } ?? []))
    }
    for (index, parameter) in plan.parameters.enumerated() {
      let tensor = network.parameterGradient(index)
      gradients.append(("gradient of \(parameter.plan.name)", tensor.buffer.array.map { Double($0) }))
    }
    return gradients
  }
}
