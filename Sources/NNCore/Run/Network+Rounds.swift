import NNKernels

/// Passes of training node by node, for shards that meet at layers that measure the whole batch.
extension Network {
  /// Begins a forward pass over the bound inputs and targets.
  package func beginForward() {
    requireBoundBatch(computesLoss: true)
    admitInputs()
  }

  /// Runs a node forward.
  @specialized(where S == Float)
  package func forward(node index: Int, step: UInt64) {
    prepare(index, .training, step, true)
    if !execution.nodes[index].isFused { runForward(index) }
  }

  /// Runs a round of a node forward; see `SynchronizedLayer`.
  @specialized(where S == Float)
  package func forward(
    node index: Int, by layer: any SynchronizedLayer, round: Int, step: UInt64, samples: Int, sums: Buffer<Double>
  ) {
    prepare(index, .training, step, true)
    layer.forward(runtimes[index].forward, round: round, samples: samples, sums: sums)
  }

  /// Whether a node takes part in the backward pass.
  package func runsBackward(_ index: Int) -> Bool { execution.nodes[index].runsBackward }

  /// Runs a node backward.
  @specialized(where S == Float)
  package func backward(node index: Int) {
    clearUnwritten(index)
    runBackward(index)
  }

  /// Runs a round of a node backward; see `SynchronizedLayer`.
  @specialized(where S == Float)
  package func backward(
    node index: Int, by layer: any SynchronizedLayer, round: Int, samples: Int, sums: Buffer<Double>
  ) {
    if round == 0 { clearUnwritten(index) }
    layer.backward(runtimes[index].backward, round: round, samples: samples, sums: sums)
  }
}
