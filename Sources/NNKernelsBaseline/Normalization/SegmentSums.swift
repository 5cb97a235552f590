import CProcessor
import NNKernelsCommon

/// Mean and variance of a set, see `Scalar.moments`. One pass: sums are taken about the first element, which is as close
/// to the mean as the deviation, so that their difference cancels little; in vectors over blocks, then in double
/// precision. The order depends on the lengths alone.
///
/// Operations: 4 per element. Bytes: 4 per element; bound by memory.
func moments(_ x: Buffer<Float>, _ set: StridedSegments) -> Moments {
  let shift = x.base[set.start]
  var sums = BlockSums()
  for segment in 0..<set.segments {
    prefetchSegment(after: segment, of: set, x.base)
    var from = UnsafePointer(x.base) + (set.start + segment * set.stride)
    var rest = set.length
    while rest > 0 {
      let count = min(rest, StridedSegments.block)
      sums.add(from, shift, count)
      from += count
      rest -= count
    }
  }
  sums.flush()
  return Moments(count: set.count, shift: Double(shift), sum: sums.first, squares: sums.second)
}

/// The sums of y and of y (x - center), see `Scalar.deviationSums`; added like `moments`.
///
/// Operations: 4 per element. Bytes: 8 per element; bound by memory.
func deviationSums(_ y: Buffer<Float>, _ x: Buffer<Float>, _ center: Float, _ set: StridedSegments) -> DeviationSums {
  var sums = BlockSums()
  for segment in 0..<set.segments {
    var offset = set.start + segment * set.stride
    var rest = set.length
    while rest > 0 {
      let count = min(rest, StridedSegments.block)
      sums.add(UnsafePointer(y.base) + offset, UnsafePointer(x.base) + offset, center, count)
      offset += count
      rest -= count
    }
  }
  sums.flush()
  return DeviationSums(sum: sums.first, product: sums.second)
}

/// Fetches the stretch behind `segment`, so that it is at hand when its turn comes: the processor itself fetches ahead
/// only within a stretch, and short ones are over by then.
@inline(__always)
func prefetchSegment(after segment: Int, of set: StridedSegments, _ base: UnsafePointer<Float>) {
  guard segment + 1 < set.segments, set.length <= longestPrefetchedSegment else { return }
  let next = base + (set.start + (segment + 1) * set.stride)
  for i in stride(from: 0, to: set.length, by: scalarsOfCacheLine) { processor_prefetch_for_reading(next + i) }
}

/// 4 KB: longer stretches leave the processor time to fetch ahead by itself.
private let longestPrefetchedSegment = 1024
private let scalarsOfCacheLine = 16

/// Two sums under way: of the current block in vectors, of the blocks before it in double precision.
private struct BlockSums {
  var first = 0.0
  var second = 0.0
  private var pending = 0
  private var (even1, odd1) = (Vector.zero, Vector.zero)
  private var (even2, odd2) = (Vector.zero, Vector.zero)
  /// Of elements that fill no vector.
  private var (rest1, rest2): (Float, Float) = (0, 0)

  /// Adds the deviations of `count` elements from `shift`, and their squares.
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
      rest1 += deviation
      rest2 += deviation * deviation
      i += 1
    }
    finish(count)
  }

  /// Adds `count` elements of y, and their products with the deviations of x from `center`.
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
      rest1 += y[i]
      rest2 += y[i] * (x[i] - center)
      i += 1
    }
    finish(count)
  }

  @inline(__always)
  private mutating func finish(_ count: Int) {
    pending += count
    if pending >= StridedSegments.block { flush() }
  }

  /// Ends the current block.
  @inline(__always)
  mutating func flush() {
    first += Double(laneSum(even1 + odd1) + rest1)
    second += Double(laneSum(even2 + odd2) + rest2)
    self = BlockSums(first: first, second: second)
  }

  init(first: Double = 0, second: Double = 0) {
    self.first = first
    self.second = second
  }
}
