import NNKernels

/// A layer that measures the whole batch where batches are cut into shards.
///
/// A pass over a shard has rounds. After each round but the last one the numbers that the layer has left of every shard are summed,
/// in double precision, and the next round reads the sums. Where whole batches go through the net, `forward` and `backward` of
/// `Layer` are run instead.
package protocol SynchronizedLayer: Layer {
  /// Whether it does so with its attributes.
  var isSynchronized: Bool { get }
  /// How many numbers are summed after each forward round but the last.
  ///
  /// - Parameter inputs: the shapes of the inputs (of one sample), which the plan has accepted.
  func forwardSums(_ inputs: [Shape]) -> [Int]
  /// The same of the backward pass.
  func backwardSums(_ inputs: [Shape]) -> [Int]
  /// A round of the forward pass over a shard.
  ///
  /// - Parameters:
  ///   - samples: those of the whole batch.
  ///   - sums: the sums of the round before, to be replaced by the shard's numbers for those of this one.
  func forward<S: Scalar>(_ context: ForwardContext<S>, round: Int, samples: Int, sums: Buffer<Double>)
  /// A round of the backward pass over a shard.
  func backward<S: Scalar>(_ context: BackwardContext<S>, round: Int, samples: Int, sums: Buffer<Double>)
}

extension NetworkDefinition.Node {
  /// The layer, if it measures the whole batch.
  package var synchronizedLayer: (any SynchronizedLayer)? {
    guard let layer = layer as? any SynchronizedLayer, layer.isSynchronized else { return nil }
    return layer
  }
}
