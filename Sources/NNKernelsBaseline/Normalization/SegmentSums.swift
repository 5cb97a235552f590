import CProcessor
import NNKernelsCommon

/// Mean and biased variance of a set, see `Scalar.moments`. One pass, as a shifted variance: with d = x - x[first],
///
///     variance = sum of d^2 / n - (sum of d / n)^2
///
/// The shift is within a few standard deviations of the mean, so the difference cancels little. Sums are accumulated in
/// vectors over blocks of `StridedSegments.block` elements, then in double precision. The order depends on the lengths
/// alone.
///
/// Operations: 4 per element. Bytes: 4 per element; bound by memory.
func moments(_ x: Buffer<Float>, _ set: StridedSegments) -> Moments {
  let shift = x.base[set.start]
  var sums = BlockSums()
  for segment in 0..<set.segments {
    prefetchSegment(after: segment, of: set, x.base)
    var from = UnsafePointer(x.base) + (set.start + segment * set.stride)
    var left = set.length
    while left > 0 {
      let count = min(left, StridedSegments.block)
      sums.add(from, shift, count)
      from += count
      left -= count
    }
  }
  sums.flush()
  return Moments(count: set.count, shift: Double(shift), sum: sums.first, squares: sums.second)
}

/// The sums of y and of y (x - center) over a set, see `Scalar.deviationSums`; accumulated as in `moments`.
///
/// Operations: 4 per element. Bytes: 8 per element; bound by memory.
func deviationSums(_ y: Buffer<Float>, _ x: Buffer<Float>, _ center: Float, _ set: StridedSegments) -> DeviationSums {
  var sums = BlockSums()
  for segment in 0..<set.segments {
    var offset = set.start + segment * set.stride
    var left = set.length
    while left > 0 {
      let count = min(left, StridedSegments.block)
      sums.add(UnsafePointer(y.base) + offset, UnsafePointer(x.base) + offset, center, count)
      offset += count
      left -= count
    }
  }
  sums.flush()
  return DeviationSums(sum: sums.first, product: sums.second)
}

/// Prefetches the segment after `segment`. The hardware prefetcher follows a segment, but does not jump to the next
/// one, and a short segment ends before it has caught up.
@inline(__always)
func prefetchSegment(after segment: Int, of set: StridedSegments, _ base: UnsafePointer<Float>) {
  guard segment + 1 < set.segments, set.length <= longestPrefetchedSegment else { return }
  let next = base + (set.start + (segment + 1) * set.stride)
  for i in stride(from: 0, to: set.length, by: scalarsOfCacheLine) { processor_prefetch_for_reading(next + i) }
}

/// 4 KB: longer segments leave most of the work to the hardware prefetcher.
private let longestPrefetchedSegment = 1024
private let scalarsOfCacheLine = 16

/// Two sums in blocks: partial sums of the current block in vectors, the blocks before it in double precision. Each sum
/// alternates between two vectors, which hides the latency of additions.
private struct BlockSums {
  var first = 0.0
  var second = 0.0
  /// Elements of the current block.
  private var pending = 0
  private var (even1, odd1) = (Vector.zero, Vector.zero)
  private var (even2, odd2) = (Vector.zero, Vector.zero)
  /// The remainders: elements that fill no vector.
  private var (remainder1, remainder2): (Float, Float) = (0, 0)

  /// Adds x - shift and (x - shift)^2 for `count` elements.
  @inline(__always)
  mutating func add(_ x: UnsafePointer<Float>, _ shift: Float, _ count: Int) {
    let center = Vector(repeating: shift)
    var i = 0
    while i + 2 * Vector.scalarCount <= count {
      let (a, b) = (loadVector(x + i) - center, loadVector(x + (i + Vector.scalarCount)) - center)
      even1 += a
      odd1 += b
      even2 = multiplyAdd(a, a, even2)
      odd2 = multiplyAdd(b, b, odd2)
      i += 2 * Vector.scalarCount
    }
    if i + Vector.scalarCount <= count {
      let a = loadVector(x + i) - center
      even1 += a
      even2 = multiplyAdd(a, a, even2)
      i += Vector.scalarCount
    }
    while i < count {
      let deviation = x[i] - shift
      remainder1 += deviation
      remainder2 += deviation * deviation
      i += 1
    }
    finish(count)
  }

  /// Adds y and y (x - center) for `count` elements.
  @inline(__always)
  mutating func add(_ y: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ center: Float, _ count: Int) {
    let middle = Vector(repeating: center)
    var i = 0
    while i + 2 * Vector.scalarCount <= count {
      let (a, b) = (loadVector(y + i), loadVector(y + (i + Vector.scalarCount)))
      even1 += a
      odd1 += b
      even2 = multiplyAdd(a, loadVector(x + i) - middle, even2)
      odd2 = multiplyAdd(b, loadVector(x + (i + Vector.scalarCount)) - middle, odd2)
      i += 2 * Vector.scalarCount
    }
    if i + Vector.scalarCount <= count {
      let a = loadVector(y + i)
      even1 += a
      even2 = multiplyAdd(a, loadVector(x + i) - middle, even2)
      i += Vector.scalarCount
    }
    while i < count {
      remainder1 += y[i]
      remainder2 += y[i] * (x[i] - center)
      i += 1
    }
    finish(count)
  }

  /// Counts `count` elements, and ends the block if it is full.
  @inline(__always)
  private mutating func finish(_ count: Int) {
    pending += count
    if pending >= StridedSegments.block { flush() }
  }

  /// Adds the current block to the sums in double precision.
  @inline(__always)
  mutating func flush() {
    first += Double(laneSum(even1 + odd1) + remainder1)
    second += Double(laneSum(even2 + odd2) + remainder2)
    self = BlockSums(first: first, second: second)
  }

  init(first: Double = 0, second: Double = 0) {
    self.first = first
    self.second = second
  }
}
