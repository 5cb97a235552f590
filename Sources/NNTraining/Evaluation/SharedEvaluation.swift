import NNCollectives
import NNCore
import NNData
import NNKernels

/// Evaluates a net on a data set with other processes: each runs a contiguous part of the batches forward. What the batches have
/// lost and predicted is gathered, and the first process adds it in the order of the batches, so the result has the bits of
/// an evaluation by one process.
///
/// - Parameter preprocessing: for each free input of the net; fewer leave the others as they are.
/// - Returns: the evaluation in the first process, nil in the others.
/// - Throws: a `DiagnosticError` if the set does not fit the net; a `CollectiveFailure`.
package func evaluateShared<S: Scalar>(
  _ network: Network<S>, on samples: Dataset, preprocessing: [AffinePreprocessing], topCount: Int,
  detail: Evaluation.Detail, _ collectives: any Collectives
) throws -> Evaluation? {
  let samples = try InputBinding(network.plan).bind(samples, for: .judging)
  var evaluation = Evaluation(
    network.plan, topCount: topCount, detail: detail, samples: samples.count, answerScales: samples.answerScales)
  let feeding = FeedSettings(
    batch: network.maximumBatch, preprocessing: preprocessing, targetForms: network.plan.targets)
  let bindings = FeedBindings(network, samples)
  func forEachBatch(_ batches: Range<Int>, _ body: () -> Void) {
    guard !batches.isEmpty else { return }
    let feed = BatchFeed<S>(
      samples, feeding, batchOfEpoch: batches.lowerBound, batches: batches.count, workers: network.workers)
    for _ in batches {
      bindings.bind(network, feed, count: feed.next())
      body()
    }
  }
  let heads = evaluation.heads.map(\.head)
  let batches = feeding.batchesPerEpoch(samples)
  let own = ShardCut(samples: batches, shards: collectives.size)[collectives.rank]
  var words: [UInt64] = []
  forEachBatch(own) {
    network.forward(.inference)
    for head in heads { words += head.words(network) }
  }
  guard let gathered = try collectives.gatherAtFirst(words) else { return nil }
  var reader = WordReader(gathered)
  let width = heads.reduce(0) { $0 + $1.width * $1.rows }
  let predictions = Storage<S>(count: width * network.maximumBatch)
  forEachBatch(0..<batches) {
    var start = 0
    for (index, head) in heads.enumerated() {
      evaluation.heads[index].addLoss(LossParts(numerator: reader.number(), denominator: reader.number()), share: 1)
      let count = network.batch * head.width * head.rows
      for element in start..<(start + count) { predictions.buffer[element] = S(reader.number()) }
      start += count
    }
    evaluation.addPredictions(network, predictions.buffer)
  }
  guard reader.isExhausted else {
    throw CollectiveFailure.broken(rank: collectives.size - 1, reason: "it sent predictions of other samples")
  }
  return evaluation
}

extension Head {
  /// What the batch that the net has just run forward has lost and predicted, without loss.
  fileprivate func words<S: Scalar>(_ network: Network<S>) -> [UInt64] {
    let parts = node.map { network.lossParts($0) } ?? LossParts(numerator: 0, denominator: 0)
    let output = output(network)
    return [parts.numerator.bitPattern, parts.denominator.bitPattern]
      + (0..<output.count).map { Double(output[$0]).bitPattern }
  }
}
