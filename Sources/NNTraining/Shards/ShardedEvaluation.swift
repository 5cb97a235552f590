import NNCollectives
import NNCore
import NNData
import NNKernels

extension Trainer {
  /// Evaluates the net on a set that is cut into as many parts as a batch, each in the order of its samples. What is gathered
  /// is merged in the order of the parts, so it does not matter which process evaluates which of them.
  func evaluateInParts(
    _ samples: Dataset, views: TestTimeAugmentation?, detail: Evaluation.Detail
  ) throws -> Evaluation {
    let cut = ShardCut(samples: samples.count, shards: settings.shards)
    var parts = (0..<settings.shards).map { part in
      Evaluation(
        network.plan, detail: detail, samples: cut[part].count, answerScales: samples.answerScales)
    }
    for part in ShardCut.owned(of: settings.shards, by: collectives) where !cut[part].isEmpty {
      parts[part] = try NNTraining.evaluate(
        network, on: samples.subset(Array(cut[part])), preprocessing: preprocessing, views: views, detail: detail)
    }
    try collectives?.exchange(&parts)
    var merged = Evaluation.merged(parts)
    merged.views = views?.count ?? 1
    return merged
  }
}
