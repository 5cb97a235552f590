import NNCore
import NNData
import NNKernels

/// Binds the batches of a bound set to a net: the set's inputs are the net's free inputs in their order, its targets
/// the net's targets in theirs (see `InputBinding`).
struct FeedBindings {
  /// The net's free inputs.
  private let inputs: [Int]
  /// Scalars of a sample of each of them.
  private let inputWidths: [Int]
  /// Scalars of a sample of each target.
  private let targetWidths: [Int]
  /// Whether the samples have weights, which follow the targets.
  private let haveWeights: Bool

  init<S: Scalar>(_ network: Network<S>, _ set: Dataset) {
    let plan = network.plan
    inputs = plan.definition.freeInputs
    inputWidths = inputs.map { plan.definition.inputs[$0].shape.elementCount }
    targetWidths = network.targetNames.map { plan.targets[$0]?.shape.elementCount ?? 1 }
    haveWeights = set.weights != nil
  }

  /// Makes the net read the feed's current batch of `count` samples.
  func bind<S: Scalar>(_ network: Network<S>, _ feed: BatchFeed<S>, count: Int) { bind(network, feed, 0..<count) }

  /// Makes the net read some samples of the feed's current batch.
  ///
  /// - Parameters:
  ///   - sequence: a free input, by position, for which the net reads the beginning of `steps` instead; nil for none.
  @specialized(where S == Float)
  func bind<S: Scalar>(
    _ network: Network<S>, _ feed: BatchFeed<S>, _ samples: Range<Int>, sequence: Int? = nil, to steps: Buffer<S>? = nil
  ) {
    network.setBatch(samples.count)
    for position in inputs.indices {
      if position == sequence, let steps {
        let width = network.plan.definition.inputs[inputs[position]].shape.elementCount
        network.bindInput(inputs[position], to: steps.samples(0..<samples.count, width: width))
      } else {
        network.bindInput(
          inputs[position], to: feed.input(position).samples(samples, width: inputWidths[position]))
      }
      network.setLengths(inputs[position], to: feed.lengths(position)?.samples(samples, width: 1))
    }
    for position in targetWidths.indices {
      network.bindTarget(position, to: feed.target(position).samples(samples, width: targetWidths[position]))
    }
    network.bindWeights(haveWeights ? feed.target(targetWidths.count).samples(samples, width: 1) : nil)
  }
}

extension Buffer {
  /// The numbers of some samples of a batch, samples x width.
  @inline(__always)
  fileprivate func samples(_ samples: Range<Int>, width: Int) -> Buffer {
    slice(from: samples.lowerBound * width, count: samples.count * width)
  }
}
