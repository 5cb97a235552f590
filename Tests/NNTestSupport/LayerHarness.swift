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

  /// A net around the layer of `example`. Throws what the layer or the net's plan throws.
  public init(_ example: ConformanceCase, _ registry: Registry, _ setting: Setting = Setting()) throws {
    let layer = try example.makeLayer(registry)
    let plan = try layer.plan(example.inputs)
    var definition = NetworkDefinition(name: "harness")
    var forms: [String: TargetForm] = [:]
    var sources: [NetworkDefinition.Value] = []
    for (index, shape) in example.inputs.enumerated() {
      sources.append(try definition.input("x\(index + 1)", shape: shape))
    }
    if setting.isSurrounded { sources = try sources.map { try definition.add(Doubling(), from: [$0]) } }
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
    fill(example)
  }

  private func fill(_ example: ConformanceCase) {
    for index in network.plan.definition.inputs.indices {
      let buffer = network.inputBuffer(index)
      draw(buffer, UInt64(index + 1), spread: example.spread)
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
