import NNCore
import NNData
import NNKernels

/// Predicts sets of samples, one after the other, each as a whole, at one or several heads in one pass of the net: the mean over
/// all views, if the model looks at pictures in several ways. One thread at a time may use it.
public final class SetPredictor<S: Scalar> {
  private let model: SavedModel
  private let heads: [PredictionHead]
  private let predictor: Predictor<S>
  /// Where pictures are looked at in several ways, a prediction for each head.
  private let viewing: [ViewedPrediction<S>]

  /// A predictor for a model.
  ///
  /// - Parameters:
  ///   - heads: what is predicted: the output of one layer, or those of several losses; the first of the model's heads unless
  ///     given.
  ///   - batch: the most samples that are computed at once.
  /// - Throws: a `DiagnosticError` if the weights do not fit, or if there is too little memory.
  public init(_ model: SavedModel, heads: [PredictionHead] = [], batch: Int = 256, workers: WorkerPool) throws {
    self.model = model
    let heads = heads.isEmpty ? [model.heads[0]] : heads
    self.heads = heads
    let isViewed = model.views != nil
    let predictor = try model.engine(S.self, isViewed ? [heads[0]] : heads, batch: batch, workers: workers)
    self.predictor = predictor
    viewing =
      try model.views.map { views in
        try [ViewedPrediction(views, predictor)]
          + heads.dropFirst().map { head in
            try ViewedPrediction(views, model.engine(S.self, [head], batch: batch, workers: workers))
          }
      } ?? []
  }

  /// Predicts a set.
  ///
  /// - Returns: for each head its predictions, one sample after the other.
  /// - Throws: a `DiagnosticError` if the set does not fit the net.
  public func predict(_ samples: Dataset) throws -> [[S]] {
    let samples = try InputBinding(model.plan).bind(samples, for: .predicting)
    let feeding = FeedSettings(
      batch: max(1, min(predictor.maximumBatch, samples.count)), preprocessing: model.preprocessing)
    let feed = BatchFeed<S>(
      samples, feeding, batches: feeding.batchesPerEpoch(samples), workers: predictor.workers)
    let outputs = heads.map { Storage<S>(count: samples.count * $0.width) }
    var done = 0
    while done < samples.count {
      let count = feed.next()
      let inputs = samples.inputs.indices.map { feed.input($0) }
      let lengths = samples.inputs.indices.map { feed.lengths($0) }
      let parts = zip(outputs, heads).map { $0.buffer.slice(from: done * $1.width, count: count * $1.width) }
      if viewing.isEmpty {
        predictor.predict(inputs, lengths: lengths, count: count, into: parts[0], others: Array(parts.dropFirst()))
      } else {
        for (viewing, part) in zip(viewing, parts) { viewing.predict(inputs, lengths, count: count, into: part) }
      }
      done += count
    }
    for (head, output) in zip(heads, outputs) { head.answers?.decode(output.buffer) }
    return outputs.map(\.array)
  }
}
