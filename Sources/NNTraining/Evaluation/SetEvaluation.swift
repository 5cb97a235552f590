import NNCore
import NNData
import NNKernels

/// Evaluates a net on a data set: forward passes over its batches in the order of the samples.
///
/// - Parameters:
///   - preprocessing: for each free input of the net; fewer leave the others as they are.
///   - views: test-time augmentation; nil for each picture as it is. Losses are means over the views, and the mean
///     prediction is compared with the target.
/// - Throws: a `DiagnosticError` if the set does not fit the net.
public func evaluate<S: Scalar>(
  _ network: Network<S>, on samples: Dataset, preprocessing: [AffinePreprocessing] = [],
  views: TestTimeAugmentation? = nil,
  topCount: Int = 0, detail: Evaluation.Detail = .sums
) throws -> Evaluation {
  try evaluate(
    SequenceNetworks(network, isOptional: true), on: samples, preprocessing: preprocessing, views: views,
    topCount: topCount,
    detail: detail)
}

/// The same by the net or nets of fewer steps, which compute the same bits.
func evaluate<S: Scalar>(
  _ networks: SequenceNetworks<S>, on samples: Dataset, preprocessing: [AffinePreprocessing],
  views: TestTimeAugmentation? = nil, topCount: Int = 0, detail: Evaluation.Detail
) throws -> Evaluation {
  let network = networks.whole
  let samples = try InputBinding(network.plan).bind(samples, for: .judging)
  var evaluation = Evaluation(
    network.plan, topCount: topCount, detail: detail, samples: samples.count, answerScales: samples.answerScales)
  let feeding = FeedSettings(
    batch: network.maximumBatch, preprocessing: preprocessing, targetForms: network.plan.targets)
  let feed = BatchFeed<S>(samples, feeding, batches: feeding.batchesPerEpoch(samples), workers: network.workers)
  let bindings = FeedBindings(network, samples)
  let viewing = views.map { Viewing($0, network, evaluation.heads.map(\.head)) }
  var left = samples.count
  while left > 0 {
    let count = feed.next()
    if let viewing {
      bindings.bind(network, feed, count: count)
      viewing.add(to: &evaluation)
    } else {
      let network = networks.bind(bindings, feed, 0..<count)
      network.forward(.inference)
      evaluation.add(network)
    }
    left -= count
  }
  try samples.requireReadable()
  return evaluation
}

/// Evaluation with test-time augmentation.
private struct Viewing<S: Scalar> {
  private let views: BatchViews<S>
  private let network: Network<S>
  private let heads: [Head]
  /// The predictions of all heads, one after the other, in the view at hand, and their means.
  private let outputs: Storage<S>
  private let means: Storage<S>

  init(_ views: TestTimeAugmentation, _ network: Network<S>, _ heads: [Head]) {
    self.views = BatchViews(views, of: network.plan.definition, batch: network.maximumBatch)
    self.network = network
    self.heads = heads
    let width = heads.reduce(0) { $0 + $1.width * $1.rows }
    outputs = Storage(count: width * network.maximumBatch)
    means = Storage(count: width * network.maximumBatch)
  }

  /// Runs the bound batch forward in all views.
  func add(to evaluation: inout Evaluation) {
    let free = network.plan.definition.freeInputs
    let width = heads.reduce(0) { $0 + $1.width * $1.rows }
    let means = means.buffer.slice(from: 0, count: width * network.batch)
    evaluation.views = views.count
    views.mean(
      of: free.map { network.inputBuffer($0) }, count: network.batch, into: means, workers: network.workers
    ) { shown in
      for (input, buffer) in zip(free, shown) { network.bindInput(input, to: buffer) }
      network.forward(.inference)
      evaluation.addLosses(network, share: 1 / Double(views.count))
      return collected(width)
    }
    evaluation.addPredictions(network, means)
  }

  /// What all heads have just predicted.
  private func collected(_ width: Int) -> Buffer<S> {
    guard heads.count > 1 else { return heads[0].output(network) }
    var start = 0
    for head in heads {
      let part = head.output(network)
      outputs.buffer.slice(from: start, count: part.count).copy(from: part)
      start += part.count
    }
    return outputs.buffer.slice(from: 0, count: width * network.batch)
  }
}
