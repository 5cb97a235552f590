import NNKernels

/// The memory that a net needs, computed without allocating it.
public struct NetworkMemory: Sendable, Hashable {
  /// Bytes of parameters, and of gradients when trained.
  public let parameters: Int
  /// Bytes of the arrays that layers update themselves.
  public let state: Int
  /// Bytes of the arena: activations, gradients, saved arrays and scratch.
  public let arena: Int

  /// Bytes of the memory that inputs and targets are read from.
  public let batches: Int

  /// The sum.
  public var total: Int { Count.sum(parameters, state, arena, batches) }

  /// The memory of a planned net for batches of up to `batch` samples.
  public init(_ plan: NetworkPlan, batch: Int, options: NetworkOptions, scalarSize: Int) {
    parameters = plan.parameterSpan * scalarSize * (options.isTrained ? 2 : 1)
    state = Count.product(plan.stateSpan, scalarSize)
    arena = Count.product(ExecutionPlan(plan, batch: batch, options: options).arenaSpan, scalarSize)
    batches = Self.batches(plan, batch: batch, scalarSize: scalarSize)
  }

  private static func batches(_ plan: NetworkPlan, batch: Int, scalarSize: Int) -> Int {
    let targets = plan.targets.values.lazy.map(\.shape.elementCount)
    // Layers read samples that have lengths from a copy whose padding is 0.
    let inputs = plan.definition.inputs.lazy.map { Count.product($0.shape.elementCount, $0.hasLength ? 2 : 1) }
    return Count.product(Count.sum(Count.sum(inputs), Count.sum(targets)), batch, scalarSize)
  }

  /// An upper bound in bytes, in linear time: no array shares memory.
  public static func atMost(_ plan: NetworkPlan, batch: Int, options: NetworkOptions, scalarSize: Int) -> Int {
    let passes = options.isTrained ? 2 : 1
    var perSample = 0
    var fixed = passes * plan.parameterSpan
    for layer in plan.layers {
      let outputs = Count.sum(layer.outputs.lazy.map(\.elementCount))
      perSample = Count.sum(perSample, Count.product(passes, outputs), layer.savedPerSample, layer.scratchPerSample)
      // Each array is rounded up to whole vectors.
      fixed = Count.sum(fixed, layer.scratchFixed, 16 * (passes * layer.outputs.count + 2))
    }
    let inputs = Count.sum(plan.definition.inputs.lazy.map(\.shape.elementCount))
    perSample = Count.sum(perSample, options.wantsInputGradients ? inputs : 0)
    let scalars = Count.sum(Count.product(perSample, batch), fixed, plan.stateSpan)
    return Count.sum(Count.product(scalars, scalarSize), batches(plan, batch: batch, scalarSize: scalarSize))
  }
}
