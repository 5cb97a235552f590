import NNCore
import NNKernels

/// Channel-wise statistics and maps of a batch [batch, channels, pixels].
///
/// A chunk is some channels over the whole batch, so nothing is reduced across chunks. All work here is bound by
/// memory.
struct ChannelArrays<S: Scalar> {
  let x: Buffer<S>
  let layout: ChannelLayout
  let batch: Int
  let workers: WorkerPool

  init(_ x: Buffer<S>, layout: ChannelLayout, batch: Int, workers: WorkerPool) {
    self.x = x
    self.layout = layout
    self.batch = batch
    self.workers = workers
  }

  /// The fewest elements of a chunk. Small chunks pay: other threads have some of the elements in their own caches.
  private static var leastNumbers: Int { 8192 }

  /// Channels that make a chunk.
  private var grain: Int { max(layout.pixels == 1 ? 16 : 1, Self.leastNumbers / max(1, batch * layout.pixels)) }

  /// Samples that make a chunk where channels have one element.
  private var rowGrain: Int { max(1, Self.leastNumbers / layout.channels) }

  /// Channels of one element each: the columns of a matrix [batch, channels].
  private func columns(_ range: Range<Int>) -> Columns {
    Columns(rows: 0..<batch, range: range, stride: layout.channels)
  }

  /// All channels of one element each, of some samples.
  private func rows(_ range: Range<Int>) -> Columns {
    Columns(rows: range, range: 0..<layout.channels, stride: layout.channels)
  }

  /// A channel's planes in all samples.
  private func planes(_ channel: Int) -> StridedSegments {
    StridedSegments(
      start: channel * layout.pixels, segments: batch, stride: layout.channels * layout.pixels, length: layout.pixels)
  }

  /// A plane of one sample.
  private func plane(_ plane: Int) -> StridedSegments {
    StridedSegments(start: plane * layout.pixels, length: layout.pixels)
  }

  /// Mean and biased variance of each channel. Bytes: those of x, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func moments(means: Buffer<S>, variances: Buffer<S>) {
    guard layout.pixels > 1 else {
      return workers.run(count: layout.channels, grain: grain) {
        S.columnMoments(x, columns($0), means: means, variances: variances)
      }
    }
    workers.run(count: layout.channels, grain: grain) { range in
      for c in range {
        let result = S.moments(x, planes(c))
        (means[c], variances[c]) = (S(result.mean), S(result.variance))
      }
    }
  }

  /// For each channel the sums of y and of y (x - center). Bytes: those of x and y, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func products(_ y: Buffer<S>, centers: Buffer<S>, sums: Buffer<S>, products: Buffer<S>) {
    guard layout.pixels > 1 else {
      return workers.run(count: layout.channels, grain: grain) {
        S.columnDeviationSums(y, x, centers: centers, columns($0), sums: sums, products: products)
      }
    }
    workers.run(count: layout.channels, grain: grain) { range in
      for c in range {
        let result = S.deviationSums(y, x, center: centers[c], planes(c))
        (sums[c], products[c]) = (S(result.sum), S(result.product))
      }
    }
  }

  /// y = scale (x - center) + shift, and zero instead of negative numbers if it rectifies. Without shifts they are 0.
  /// Bytes: those of x and y, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func map(centers: Buffer<S>, scale: Buffer<S>, shift: Buffer<S>, into y: Buffer<S>, rectifies: Bool) {
    guard layout.pixels > 1 else {
      let map = ColumnMap(center: centers, scale: scale, shift: shift)
      return workers.run(count: batch, grain: rowGrain) {
        S.mapColumns(x, map, rows($0), rectifies: rectifies, into: y)
      }
    }
    workers.run(count: batch * layout.channels, grain: max(1, 16384 / layout.pixels)) { range in
      for index in range {
        let c = index % layout.channels
        let map = CenteredScale(center: centers[c], scale: scale[c], shift: shift.count > 0 ? shift[c] : 0)
        S.map(x, map, plane(index), rectifies: rectifies, into: y)
      }
    }
  }

  /// downstream (+)= factor y + slope (x - center) + constant. Bytes: those of x, y and downstream, once.
  @specialized(where S == Float)
  @specialized(where S == Double)
  func combine(
    _ y: Buffer<S>, factor: Buffer<S>, slope: Buffer<S>, centers: Buffer<S>, constant: Buffer<S>,
    into downstream: GradientSlot<S>
  ) {
    guard layout.pixels > 1 else {
      let combination = ColumnCombination(factor: factor, slope: slope, center: centers, constant: constant)
      return workers.run(count: batch, grain: rowGrain) {
        S.combineColumns(
          y, x, combination, rows($0), into: downstream.tensor.buffer, accumulate: downstream.accumulates)
      }
    }
    let (target, accumulates) = (downstream.tensor.buffer, downstream.accumulates)
    workers.run(count: batch * layout.channels, grain: max(1, 16384 / layout.pixels)) { range in
      for index in range {
        let c = index % layout.channels
        let combination = LinearCombination(
          factor: factor[c], slope: slope[c], center: centers[c], constant: constant[c])
        S.combine(y, x, combination, plane(index), into: target, accumulate: accumulates)
      }
    }
  }
}
