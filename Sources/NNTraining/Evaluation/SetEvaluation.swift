import NNCore
import NNData
import NNKernels

/// Runs a net over a whole set in the order of its samples and says how well it does.
///
/// - Parameters:
///   - preprocessing: for each free input of the net; fewer leave the others as they are.
///   - views: the ways in which each picture is looked at. Losses are the means over all of them, predictions are judged
///     by their mean.
/// - Throws: a `DiagnosticError` if the set does not fit the net.
public func evaluate<S: Scalar>(
  _ network: Network<S>, on samples: Dataset, preprocessing: [AffinePreprocessing] = [],
  views: TestTimeAugmentation? = nil,
  topCount: Int = 0, countsConfusion: Bool = false
) throws -> Evaluation {
  let samples = try InputBinding(network.plan).bind(samples, for: .judging)
  var evaluation = Evaluation(network.plan, topCount: topCount, countsConfusion: countsConfusion)
  let feed = BatchFeed<S>(
    samples, batch: network.maximumBatch, preprocessing: preprocessing, seed: 0, shuffles: false,
    targetForms: network.plan.targets, batches: (samples.count + network.maximumBatch - 1) / network.maximumBatch,
    workers: network.workers)
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

/// A net that looks at its batch in several ways.
private struct Viewing<S: Scalar> {
  private let views: TestTimeAugmentation
  private let network: Network<S>
  /// The inputs that read pictures of the views' size, each with room for the batch in the view at hand.
  private let pictures: [(input: Int, shown: Storage<S>)]
  /// The sums of the predictions so far.
  private let sums: Storage<S>

  init(_ views: TestTimeAugmentation, _ network: Network<S>) {
    self.views = views
    self.network = network
    pictures = views.inputs(of: network.plan.definition).map { input in
      (input, Storage(count: network.plan.definition.inputs[input].shape.elementCount * network.maximumBatch))
    }
    sums = Storage(count: network.plan.shape(of: network.plan.prediction).elementCount * network.maximumBatch)
  }

  /// Runs the bound batch forward in all views.
  func add(to evaluation: inout Evaluation) {
    let originals = pictures.map { network.inputBuffer($0.input) }
    let sums = sums.buffer.slice(from: 0, count: network.prediction.buffer.count)
    evaluation.views = views.count
    sums.fill(0)
    for index in 0..<views.count {
      for (picture, original) in zip(pictures, originals) {
        views.show(
          index, of: original, count: network.batch, into: picture.shown.buffer, workers: network.workers)
        network.bindInput(picture.input, to: picture.shown.buffer)
      }
      network.forward(.inference)
      evaluation.addLosses(network, share: 1 / Double(views.count))
      views.addShare(of: network.prediction.buffer, to: sums)
    }
    evaluation.addPredictions(network, sums)
  }
}
