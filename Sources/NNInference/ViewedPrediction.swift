import NNCore
import NNData
import NNKernels

/// Predictions that are the mean over several views of each picture. One thread at a time may use it.
final class ViewedPrediction<S: Scalar> {
  private let views: TestTimeAugmentation
  private let predictor: Predictor<S>
  /// The places, among the free inputs, that read pictures, each with room for a batch in the view at hand.
  private let pictures: [(place: Int, shown: Storage<S>)]
  /// The predictions of the view at hand.
  private let seen: Storage<S>

  init(_ views: TestTimeAugmentation, _ predictor: Predictor<S>) {
    self.views = views
    self.predictor = predictor
    let definition = predictor.plan.definition
    let viewed = Set(views.inputs(of: definition))
    pictures = definition.freeInputs.enumerated().filter { viewed.contains($0.element) }.map { place, index in
      (place, Storage(count: definition.inputs[index].shape.elementCount * predictor.maximumBatch))
    }
    seen = Storage(count: predictor.outputCount * predictor.maximumBatch)
  }

  /// Predicts `count` samples, at most the predictor's largest batch.
  func predict(_ inputs: [Buffer<S>], count: Int, into outputs: Buffer<S>) {
    var shown = inputs
    let seen = seen.buffer.slice(from: 0, count: count * predictor.outputCount)
    outputs.slice(from: 0, count: seen.count).fill(0)
    for index in 0..<views.count {
      for picture in pictures {
        views.show(
          index, of: inputs[picture.place], count: count, into: picture.shown.buffer, workers: predictor.workers)
        shown[picture.place] = picture.shown.buffer
      }
      predictor.predict(shown, count: count, into: seen)
      views.addShare(of: seen, to: outputs)
    }
  }
}
