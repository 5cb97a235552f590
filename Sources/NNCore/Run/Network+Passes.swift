import NNKernels

extension Network {
  /// Computes all outputs, and the losses unless `judges` is false, of the bound inputs and targets.
  ///
  /// - Parameters:
  ///   - phase: whether layers such as dropout behave as in training.
  ///   - step: chooses the random numbers; the same step gives the same ones.
  ///   - computesLoss: whether targets are there and losses are wanted.
  @specialized(where S == Float)
  public func forward(_ phase: Phase, step: UInt64 = 0, computesLoss: Bool = true) {
    requireBoundBatch(computesLoss: computesLoss)
    admitInputs()
    for index in runtimes.indices {
      prepare(index, phase, step, computesLoss)
      if !execution.nodes[index].isFused { runForward(index) }
    }
  }

  /// Computes the gradients of the total loss with respect to all trainable parameters. Must follow a `forward`.
  public func backward() { backward { _ in } }

  /// The same; `done` is told of each node whose backward pass is over. Gradients of parameters that no earlier node reads
  /// are final then.
  @specialized(where S == Float)
  package func backward(done: (_ node: Int) -> Void) {
    // `stride` allocates nothing in debug builds either; `reversed()` does.
    for index in stride(from: runtimes.count - 1, through: 0, by: -1) where execution.nodes[index].runsBackward {
      clearUnwritten(index)
      runBackward(index)
      done(index)
    }
  }

  /// Sets the gradients of a node's outputs that nothing reads to 0.
  func clearUnwritten(_ index: Int) {
    for output in execution.nodes[index].unwritten {
      S.fill(runtimes[index].backward.upstream[output].buffer, with: 0, workers: workers)
    }
  }

  /// The sum of all losses, each with its weight, of the last forward pass that judged.
  public var loss: Double {
    var total = 0.0
    // Indices allocate nothing in debug builds either; an iterator does.
    for position in plan.lossNodes.indices {
      let index = plan.lossNodes[position]
      total += plan.definition.nodes[index].lossWeight * lossParts(index).mean
    }
    return total
  }

  /// The numerator and denominator of the loss at a node.
  public func lossParts(_ node: Int) -> LossParts {
    let parts = partsOfLoss(node)
    return LossParts(numerator: parts[0], denominator: parts[1])
  }

  /// The first layer, in order of execution, whose output or parameters hold a number that is not finite; runs the
  /// forward pass again to find it.
  public func firstNonFinite(_ phase: Phase, step: UInt64) -> (node: Int, isParameter: Bool)? {
    for index in runtimes.indices {
      for position in plan.parametersOfNode[index]
      where !S.isFinite(parameter(position).buffer, workers: workers) {
        return (index, true)
      }
      prepare(index, phase, step, true)
      if !execution.nodes[index].isFused { runForward(index) }
      for output in runtimes[index].forward.outputs where !S.isFinite(output.buffer, workers: workers) {
        return (index, false)
      }
      if plan.definition.nodes[index].isLoss, !lossParts(index).mean.isFinite { return (index, false) }
    }
    return nil
  }

  @specialized(where S == Float)
  func prepare(_ index: Int, _ phase: Phase, _ step: UInt64, _ computesLoss: Bool) {
    runtimes[index].forward.phase = phase
    runtimes[index].backward.phase = phase
    runtimes[index].forward.random.counter = step
    runtimes[index].backward.random.counter = step
    runtimes[index].forward.target = computesLoss ? runtimes[index].backward.target : nil
  }

  @specialized(where S == Float)
  func runForward(_ index: Int) {
    if let weights, weighted[index] != nil, runtimes[index].forward.target != nil {
      weighted[index]?.forward(runtimes[index], weights)
    } else {
      runtimes[index].layer.forward(runtimes[index].forward)
    }
    runtimes[index].clearOutputs()
  }

  @specialized(where S == Float)
  func runBackward(_ index: Int) {
    if let weights, weighted[index] != nil {
      weighted[index]?.backward(runtimes[index], weights)
    } else {
      runtimes[index].layer.backward(runtimes[index].backward)
    }
    runtimes[index].clearDownstream()
  }
}

/// A loss as numerator and denominator, so that the losses of batches can be combined.
public struct LossParts: Sendable, Hashable {
  /// The sum over the samples.
  public var numerator: Double
  /// What the sum is divided by: samples, elements or weights for a mean; 1 for a sum.
  public var denominator: Double

  /// A loss in parts.
  public init(numerator: Double, denominator: Double) {
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The loss of the batch; 0 if all labels are ignored.
  public var mean: Double { denominator == 0 ? 0 : numerator / denominator }
}

extension Network {
  /// Operations of both passes over one sample. Where a layer's input gradient is not needed, as in the first layer,
  /// half of its backward operations are counted, which is exact for matrix products.
  public var operationsPerSample: Int {
    var total = 0
    for (index, node) in execution.nodes.enumerated() {
      let layer = plan.layers[index]
      total = Count.sum(total, layer.forwardOperations)
      guard node.runsBackward else { continue }
      let hasDownstream = node.downstream.contains { $0.isWanted }
      total = Count.sum(total, hasDownstream ? layer.backwardOperations : layer.backwardOperations / 2)
    }
    return total
  }

  /// Runs one forward and, if the net is trained, one backward pass, and adds each node's time to `times`.
  ///
  /// - Parameters:
  ///   - clock: seconds on a monotonic clock.
  ///   - times: for each node, seconds forward and backward. A fused activation counts in its producer's time.
  public func profile(
    _ phase: Phase, step: UInt64, computesLoss: Bool, clock: () -> Double,
    times: inout [(forward: Double, backward: Double)]
  ) {
    admitInputs()
    for index in runtimes.indices {
      prepare(index, phase, step, computesLoss)
      if execution.nodes[index].isFused { continue }
      let start = clock()
      runForward(index)
      times[index].forward += clock() - start
    }
    for index in stride(from: runtimes.count - 1, through: 0, by: -1) where execution.nodes[index].runsBackward {
      let start = clock()
      clearUnwritten(index)
      runBackward(index)
      times[index].backward += clock() - start
    }
  }
}
