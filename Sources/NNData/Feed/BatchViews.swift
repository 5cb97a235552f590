import NNCore
import NNKernels

/// The mean of a net's predictions over several views of each picture in a batch. Memory for the views is taken when it
/// is made. One thread at a time may use it.
package struct BatchViews<S: Scalar> {
  private let views: TestTimeAugmentation
  /// The places, among the free inputs, that read pictures of the views' size, each with room for a batch in the view at
  /// hand.
  private let pictures: [(place: Int, shown: Storage<S>)]

  /// The number of views.
  package var count: Int { views.count }

  /// Views of batches of at most `batch` samples of a net's inputs.
  package init(_ views: TestTimeAugmentation, of definition: NetworkDefinition, batch: Int) {
    self.views = views
    let viewed = Set(views.inputs(of: definition))
    pictures = definition.freeInputs.enumerated().filter { viewed.contains($0.element) }.map { place, index in
      (place, Storage(count: definition.inputs[index].shape.elementCount * batch))
    }
  }

  /// Writes the mean of the predictions in all views to `means`.
  ///
  /// - Parameters:
  ///   - inputs: what each free input reads, `count` samples.
  ///   - predict: runs the net on its free inputs in one view and returns the predictions, as many as `means` has room
  ///     for.
  package func mean(
    of inputs: [Buffer<S>], count: Int, into means: Buffer<S>, workers: WorkerPool,
    _ predict: ([Buffer<S>]) -> Buffer<S>
  ) {
    var shown = inputs
    means.fill(0)
    for index in 0..<views.count {
      for picture in pictures {
        views.show(index, of: inputs[picture.place], count: count, into: picture.shown.buffer, workers: workers)
        shown[picture.place] = picture.shown.buffer
      }
      views.addShare(of: predict(shown), to: means)
    }
  }
}
