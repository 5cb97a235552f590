import NNKernels

/// Runs a loss sample by sample, so that each counts with a weight of its own. Any loss can be weighted so.
///
/// With the numerators n_i, the denominators d_i and the weights w_i of the samples, the loss is
/// sum w_i n_i / sum w_i d_i; for a plain sum, sum w_i n_i.
struct WeightedLoss<S: Scalar> {
  /// The loss at a batch of one sample. Its arrays are its own: moving them allocates nothing.
  private var single: Network<S>.Runtime
  /// Numerator and denominator of a sample in the forward pass, of the whole batch in the backward pass.
  private let parts = Storage<Double>(count: 2)
  private let isSum: Bool

  init(_ runtime: Network<S>.Runtime) {
    single = runtime
    single.setBatch(1)
    single.forward.loss = parts.buffer
    single.backward.loss = parts.buffer
    isSum = runtime.layer.facts.sumsLoss
  }

  /// Computes the outputs and the loss of the batch.
  mutating func forward(_ whole: Network<S>.Runtime, _ weights: Buffer<S>) {
    single.forward.phase = whole.forward.phase
    single.forward.random = whole.forward.random
    var total = LossParts(numerator: 0, denominator: 0)
    for sample in 0..<whole.forward.batch {
      moveForward(to: sample, of: whole)
      single.layer.forward(single.forward)
      let weight = Double(weights[sample])
      total.numerator += weight * parts.buffer[0]
      total.denominator = isSum ? 1 : total.denominator + weight * parts.buffer[1]
    }
    let loss = whole.backward.loss
    (loss[0], loss[1]) = (total.numerator, total.denominator)
  }

  /// Computes the gradients of the batch's loss.
  mutating func backward(_ whole: Network<S>.Runtime, _ weights: Buffer<S>) {
    single.backward.phase = whole.backward.phase
    single.backward.random = whole.backward.random
    // A batch whose samples weigh nothing has no gradient.
    let denominator = whole.backward.loss[1]
    (parts.buffer[0], parts.buffer[1]) = (whole.backward.loss[0], denominator == 0 ? 1 : denominator)
    for sample in 0..<whole.backward.batch {
      moveBackward(to: sample, of: whole)
      single.backward.lossGradient = denominator == 0 ? 0 : whole.backward.lossGradient * Double(weights[sample])
      for slot in single.backward.parameterGradients.indices where sample > 0 {
        single.backward.parameterGradients[slot].accumulates = true
      }
      single.layer.backward(single.backward)
    }
  }

  private mutating func moveForward(to sample: Int, of whole: Network<S>.Runtime) {
    for slot in single.forward.inputs.indices {
      single.forward.inputs[slot].move(to: sample, of: whole.forward.inputs[slot])
      single.forward.inputLengths[slot] = whole.forward.inputLengths[slot]?.slice(from: sample, count: 1)
    }
    for output in single.forward.outputs.indices {
      single.forward.outputs[output].move(to: sample, of: whole.forward.outputs[output])
      single.forward.outputLengths[output] = whole.forward.outputLengths[output]?.slice(from: sample, count: 1)
    }
    single.forward.target = whole.forward.target.map { whole in
      var target = single.backward.target ?? whole
      target.move(to: sample, of: whole)
      return target
    }
    single.forward.saved = saved(of: sample, whole.forward.saved)
  }

  private mutating func moveBackward(to sample: Int, of whole: Network<S>.Runtime) {
    for slot in single.backward.inputs.indices {
      single.backward.inputs[slot].move(to: sample, of: whole.backward.inputs[slot])
      single.backward.inputLengths[slot] = whole.backward.inputLengths[slot]?.slice(from: sample, count: 1)
      single.backward.downstream[slot].tensor.move(to: sample, of: whole.backward.downstream[slot].tensor)
    }
    for output in single.backward.outputs.indices {
      single.backward.outputs[output].move(to: sample, of: whole.backward.outputs[output])
      single.backward.outputLengths[output] = whole.backward.outputLengths[output]?.slice(from: sample, count: 1)
    }
    if let target = whole.backward.target { single.backward.target?.move(to: sample, of: target) }
    for slot in single.backward.parameterGradients.indices {
      single.backward.parameterGradients[slot].accumulates = whole.backward.parameterGradients[slot].accumulates
    }
    single.backward.saved = saved(of: sample, whole.backward.saved)
  }

  private func saved(of sample: Int, _ whole: Buffer<S>) -> Buffer<S> {
    let count = single.savedPerSample
    return whole.count == 0 ? whole : whole.slice(from: sample * count, count: count)
  }
}

extension Network {
  /// Gives each sample of the passes a weight: losses are sums and means of weighted samples then. nil, as at first, weighs
  /// all alike. Memory for it is taken when there are weights for the first time.
  ///
  /// - Parameter weights: at least the batch's, none below 0; they outlive the passes.
  public func bindWeights(_ weights: Buffer<S>?) {
    if let weights {
      precondition(weights.count >= batch, "there are fewer weights than samples")
      if weighted.isEmpty {
        weighted = runtimes.indices.map { runtimes[$0].layer.isLoss ? WeightedLoss(runtimes[$0]) : nil }
      }
    }
    self.weights = weights
  }
}

extension Tensor {
  /// Points the tensor, of one sample, to a sample of a batch.
  fileprivate mutating func move(to sample: Int, of batch: Tensor<S>) {
    // A gradient that nobody wants has no memory.
    guard batch.buffer.count >= (sample + 1) * buffer.count else { return }
    rebase(batch.buffer.base + sample * buffer.count)
  }
}
