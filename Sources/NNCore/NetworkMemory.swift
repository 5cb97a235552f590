import NNKernels

/// The memory that a net will take, worked out without taking it.
public struct NetworkMemory: Sendable, Hashable {
  /// Bytes of parameters, and of gradients when trained.
  public let parameters: Int
  /// Bytes of the arrays that layers update themselves.
  public let state: Int
  /// Bytes of everything between input and output.
  public let arena: Int

  /// The sum.
  public var total: Int { parameters + state + arena }

  /// The memory of a planned net for batches of up to `batch` samples.
  public init(_ plan: NetworkPlan, batch: Int, options: NetworkOptions, scalarSize: Int) {
    parameters = plan.parameterSpan * scalarSize * (options.isTrained ? 2 : 1)
    state = plan.stateSpan * scalarSize
    arena = ExecutionPlan(plan, batch: batch, options: options).arenaSpan * scalarSize
  }
}
