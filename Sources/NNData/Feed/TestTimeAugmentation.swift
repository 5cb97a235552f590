import NNCore
import NNKernels

/// The views of an image in test-time augmentation; the prediction is the mean over all views.
///
/// The first view is the image itself. Views are made after preprocessing, as augmentations are in training, so pixels
/// from outside of the image are zero.
public struct TestTimeAugmentation: Sendable, Hashable {
  private struct View: Hashable {
    var right = 0
    var down = 0
    var isMirrored = false
  }

  private let size: ImageSize
  private let views: [View]

  /// The number of views, at least two.
  public var count: Int { views.count }

  /// The views of images of a shape; nil if the only view is the image itself, or if the shape is no image's.
  ///
  /// - Parameters:
  ///   - mirrored: whether each view is also flipped horizontally.
  ///   - shift: pixels of the translations left, right, up and down, which are four more views; 0 for none.
  public init?(_ shape: Shape, mirrored: Bool, shift: Int) {
    guard let size = ImageSize(shape), mirrored || shift > 0 else { return nil }
    self.size = size
    let places =
      shift > 0
      ? [(0, 0), (-shift, 0), (shift, 0), (0, -shift), (0, shift)].map { View(right: $0, down: $1) } : [View()]
    views = mirrored ? places + places.map { View(right: $0.right, down: $0.down, isMirrored: true) } : places
  }

  /// The free inputs of a net that read pictures of this size, by index.
  package func inputs(of definition: NetworkDefinition) -> [Int] {
    definition.freeInputs.filter { ImageSize(definition.inputs[$0].shape) == size }
  }

  /// Writes view `index` of `count` pictures to `target`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func show<S: Scalar>(
    _ index: Int, of pictures: Buffer<S>, count: Int, into target: Buffer<S>, workers: WorkerPool
  ) {
    let view = views[index]
    let rows = size.channels * size.height
    workers.run(count: count * rows, grain: max(1, 8192 / max(1, size.width))) { range in
      for row in range { show(row, view, of: pictures, into: target) }
    }
  }

  /// Adds a view's share of the mean, `predictions` divided by the number of views, to `sums`.
  @specialized(where S == Float)
  @specialized(where S == Double)
  public func addShare<S: Scalar>(of predictions: Buffer<S>, to sums: Buffer<S>) {
    let share = S(1 / Double(count))
    for i in 0..<predictions.count { sums[i] += share * predictions[i] }
  }

  /// Writes one row of a view; rows are counted through all pictures and channels.
  @inline(__always)
  private func show<S: Scalar>(_ row: Int, _ view: View, of pictures: Buffer<S>, into target: Buffer<S>) {
    let (height, width) = (size.height, size.width)
    let from = row % height - view.down
    let (source, result) = ((row - row % height + from) * width, row * width)
    let isInside = from >= 0 && from < height
    for x in 0..<width {
      let column = (view.isMirrored ? width - 1 - x : x) - view.right
      target[result + x] = isInside && column >= 0 && column < width ? pictures[source + column] : 0
    }
  }
}
