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
  topCount: Int = 0, countsConfusion: Bool = false
) throws -> Evaluation {
  let samples = try InputBinding(network.plan).bind(samples, for: .judging)
  var evaluation = Evaluation(network.plan, topCount: topCount, countsConfusion: countsConfusion)
  let feeding = FeedSettings(
    batch: network.maximumBatch, preprocessing: preprocessing, targetForms: network.plan.targets)
  let feed = BatchFeed<S>(samples, feeding, batches: feeding.batchesPerEpoch(samples), workers: network.workers)
  let bindings = FeedBindings(network)
  let viewing = views.map { Viewing($0, network) }
  var left = samples.count
  while left > 0 {
    let count = feed.next()
    bindings.bind(network, feed, count: count)
    if let viewing {
      viewing.add(to: &evaluation)
    } else {
      network.forward(.inference)
      evaluation.add(network)
    }
    left -= count
  }
  return evaluation
}

/// Evaluation with test-time augmentation.
private struct Viewing<S: Scalar> {
  private let views: BatchViews<S>
  private let network: Network<S>
  /// The means of the predictions.
  private let means: Storage<S>

  init(_ views: TestTimeAugmentation, _ network: Network<S>) {
    self.views = BatchViews(views, of: network.plan.definition, batch: network.maximumBatch)
    self.network = network
    means = Storage(count: network.plan.shape(of: network.plan.prediction).elementCount * network.maximumBatch)
  }

  /// Runs the bound batch forward in all views.
  func add(to evaluation: inout Evaluation) {
    let free = network.plan.definition.freeInputs
    let means = means.buffer.slice(from: 0, count: network.prediction.buffer.count)
    evaluation.views = views.count
    views.mean(
      of: free.map { network.inputBuffer($0) }, count: network.batch, into: means, workers: network.workers
    ) { shown in
      for (input, buffer) in zip(free, shown) { network.bindInput(input, to: buffer) }
      network.forward(.inference)
      evaluation.addLosses(network, share: 1 / Double(views.count))
      return network.prediction.buffer
    }
    evaluation.addPredictions(network, means)
  }
}
