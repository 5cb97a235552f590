import NNCore
import NNData
import NNKernels

/// Predictions that are the mean over several views of each picture. One thread at a time may use it.
final class ViewedPrediction<S: Scalar> {
  private let views: BatchViews<S>
  private let predictor: Predictor<S>
  /// The predictions of the view at hand.
  private let seen: Storage<S>

  init(_ views: TestTimeAugmentation, _ predictor: Predictor<S>) {
    self.views = BatchViews(views, of: predictor.plan.definition, batch: predictor.maximumBatch)
    self.predictor = predictor
    seen = Storage(count: predictor.outputCount * predictor.maximumBatch)
  }

  /// Predicts `count` samples, at most the predictor's largest batch.
  func predict(_ inputs: [Buffer<S>], _ lengths: [Buffer<Int32>?], count: Int, into outputs: Buffer<S>) {
    let seen = seen.buffer.slice(from: 0, count: count * predictor.outputCount)
    views.mean(
      of: inputs, count: count, into: outputs.slice(from: 0, count: seen.count), workers: predictor.workers
    ) { shown in
      predictor.predict(shown, lengths: lengths, count: count, into: seen)
      return seen
    }
  }
}
