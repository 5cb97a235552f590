import NNCore
import NNData
import NNKernels

/// Predicts sets of samples, one after the other, each as a whole: the mean over all views, if the model looks at pictures
/// in several ways. One thread at a time may use it.
public final class SetPredictor<S: Scalar> {
  private let model: SavedModel
  private let head: PredictionHead
  private let predictor: Predictor<S>
  private let viewing: ViewedPrediction<S>?

  /// A predictor for a model.
  ///
  /// - Parameters:
  ///   - head: what is predicted; the first of the model's heads unless given.
  ///   - batch: the most samples that are computed at once.
  /// - Throws: a `DiagnosticError` if the weights do not fit, or if there is too little memory.
  public init(_ model: SavedModel, head: PredictionHead? = nil, batch: Int = 256, workers: WorkerPool) throws {
    self.model = model
    self.head = head ?? model.heads[0]
    predictor = try model.engine(S.self, self.head, batch: batch, workers: workers)
    viewing = model.views.map { [predictor] in ViewedPrediction($0, predictor) }
  }

  /// Predicts a set.
  ///
  /// - Returns: the predictions, one sample after the other.
  /// - Throws: a `DiagnosticError` if the set does not fit the net.
  public func predict(_ samples: Dataset) throws -> [S] {
    let samples = try InputBinding(model.plan).bind(samples, for: .predicting)
    let feeding = FeedSettings(
      batch: max(1, min(predictor.maximumBatch, samples.count)), preprocessing: model.preprocessing)
    let feed = BatchFeed<S>(
      samples, feeding, batches: feeding.batchesPerEpoch(samples), workers: predictor.workers)
    let width = predictor.outputCount
    let outputs = Storage<S>(count: samples.count * width)
    var done = 0
    while done < samples.count {
      let count = feed.next()
      let inputs = samples.inputs.indices.map { feed.input($0) }
      let lengths = samples.inputs.indices.map { feed.lengths($0) }
      let output = outputs.buffer.slice(from: done * width, count: count * width)
      if let viewing {
        viewing.predict(inputs, lengths, count: count, into: output)
      } else {
        predictor.predict(inputs, lengths: lengths, count: count, into: output)
      }
      done += count
    }
    if let answers = head.answers { answers.decode(outputs.buffer) }
    return outputs.array
  }
}
