import NNKernels

/// Losses of a batch that is cut into shards. A loss divides its gradients by its denominator. With the denominators of the
/// whole batch in place of a shard's own, the gradients of the shards sum to the gradient of the whole batch's loss: also
/// with ignored labels, with weights, and with several losses whose denominators differ.
extension Network {
  /// Computes the denominators of all losses for the bound targets, lengths and weights, before the forward pass.
  ///
  /// A loss's denominator does not depend on its prediction, so the losses alone are run, on whatever their inputs hold.
  ///
  /// - Parameter denominators: one for each of `plan.lossNodes`.
  @specialized(where S == Float)
  package func computeDenominators(into denominators: Buffer<Double>) {
    requireBoundBatch(computesLoss: true)
    for position in plan.lossNodes.indices {
      let index = plan.lossNodes[position]
      prepare(index, .training, 0, true)
      runForward(index)
      denominators[position] = lossParts(index).denominator
    }
  }

  /// Reads the denominators of all losses after a forward pass.
  ///
  /// - Parameter denominators: one for each of `plan.lossNodes`.
  package func readDenominators(into denominators: Buffer<Double>) {
    for position in plan.lossNodes.indices {
      denominators[position] = partsOfLoss(plan.lossNodes[position])[1]
    }
  }

  /// Sets what the backward pass divides the gradients of each loss by, after the forward pass.
  ///
  /// - Parameter denominators: one for each of `plan.lossNodes`.
  package func setDenominators(_ denominators: Buffer<Double>) {
    for position in plan.lossNodes.indices {
      let parts = partsOfLoss(plan.lossNodes[position])
      parts[1] = denominators[position]
    }
  }
}
