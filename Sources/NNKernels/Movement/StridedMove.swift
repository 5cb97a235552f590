/// A move of elements between two arrays that differ in their strides: y[start + i . strides] (+)= x[start + i . strides]
/// for all i of a box of up to eight dimensions. Transposes, shuffles, slices, crops and repetitions are such moves.
///
/// A dimension along which y has stride 0 sums elements, in an order that depends on the sizes alone; the move must accumulate
/// then.
public struct StridedMove: Sendable {
  private var sizes = SIMD8<Int>(repeating: 1)
  private var x = SIMD8<Int>.zero
  private var y = SIMD8<Int>.zero
  private var rank = 0
  private let xStart: Int
  private let yStart: Int

  /// A single element; `append` gives it dimensions.
  public init(xStart: Int = 0, yStart: Int = 0) {
    self.xStart = xStart
    self.yStart = yStart
  }

  /// Adds a dimension within those so far, with its strides in both arrays. Dimensions that continue each other in both
  /// arrays become one.
  public mutating func append(_ size: Int, x xStride: Int, y yStride: Int) {
    if size == 1 { return }
    if rank > 0, x[rank - 1] == size * xStride, y[rank - 1] == size * yStride, yStride != 0 {
      sizes[rank - 1] *= size
    } else {
      rank += 1
      sizes[rank - 1] = size
    }
    (x[rank - 1], y[rank - 1]) = (xStride, yStride)
  }

  /// The move the other way round.
  public var reversed: StridedMove {
    var result = StridedMove(xStart: yStart, yStart: xStart)
    for axis in 0..<rank { result.append(sizes[axis], x: y[axis], y: x[axis]) }
    return result
  }

  /// Moves the elements. Bytes: 8 per element in single precision, 12 when accumulating; bound by memory where runs or
  /// rows are long.
  public func callAsFunction<S: Scalar>(_ x: Buffer<S>, into y: Buffer<S>, accumulate: Bool, workers: WorkerPool) {
    guard sizes.min() > 0 else { return }
    move(self, x, y, accumulate, workers)
  }

  /// With a plane of the last two dimensions, and at least one before it. A single long run is cut into pieces, so that
  /// threads can share them.
  fileprivate var padded: StridedMove {
    var result = self
    let piece = 4096
    if rank == 1, sizes[0] % piece == 0, sizes[0] > piece, y[0] != 0 {
      result.insert(sizes[0] / piece, x: piece * x[0], y: piece * y[0], at: 0)
      result.sizes[1] = piece
    }
    // Along a dimension of size 1 the strides mean nothing, but 0 would say that elements are added up.
    while result.rank < 3 { result.insert(1, x: 1, y: 1, at: 0) }
    return result
  }

  private mutating func insert(_ size: Int, x xStride: Int, y yStride: Int, at place: Int) {
    for axis in stride(from: rank, to: place, by: -1) {
      (sizes[axis], x[axis], y[axis]) = (sizes[axis - 1], x[axis - 1], y[axis - 1])
    }
    (sizes[place], x[place], y[place]) = (size, xStride, yStride)
    rank += 1
  }

  /// Leading dimensions that threads share: not the last two, nor any from one on along which elements are added up.
  fileprivate var sharedRank: Int {
    var count = 0
    while count < rank - 2, y[count] != 0 { count += 1 }
    return count
  }

  /// Calls `body` with the offsets of the indices `range` of the dimensions `axes`, counted in row-major order.
  @inline(__always)
  fileprivate func forEach(
    _ axes: Range<Int>, _ range: Range<Int>, from offsets: (x: Int, y: Int), _ body: (_ x: Int, _ y: Int) -> Void
  ) {
    if axes.isEmpty || range.isEmpty {
      if !range.isEmpty { body(offsets.x, offsets.y) }
      return
    }
    // On the stack: lanes of vectors are slow to index.
    withUnsafeTemporaryAllocation(of: SIMD8<Int>.self, capacity: 4) { vectors in
      (vectors[0], vectors[1], vectors[2], vectors[3]) = (.zero, sizes, x, y)
      guard let base = vectors.baseAddress else { return }
      let index = UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int.self)
      let (sizes, x, y) = (index + 8, index + 16, index + 24)
      var (xOffset, yOffset) = offsets
      var rest = range.lowerBound
      for axis in axes.reversed() {
        index[axis] = rest % sizes[axis]
        rest /= sizes[axis]
        xOffset += index[axis] * x[axis]
        yOffset += index[axis] * y[axis]
      }
      for _ in range {
        body(xOffset, yOffset)
        var axis = axes.upperBound - 1
        while axis >= axes.lowerBound {
          index[axis] += 1
          xOffset += x[axis]
          yOffset += y[axis]
          if index[axis] < sizes[axis] { break }
          xOffset -= sizes[axis] * x[axis]
          yOffset -= sizes[axis] * y[axis]
          index[axis] = 0
          axis -= 1
        }
      }
    }
  }

  fileprivate func count(_ axes: Range<Int>) -> Int { axes.reduce(1) { $0 * sizes[$1] } }

  fileprivate var starts: (x: Int, y: Int) { (xStart, yStart) }

  /// The last two dimensions.
  fileprivate var plane: MovedPlane {
    MovedPlane(
      rows: sizes[rank - 2], columns: sizes[rank - 1], xRow: x[rank - 2], xColumn: x[rank - 1], yRow: y[rank - 2],
      yColumn: y[rank - 1])
  }

  fileprivate var dimensions: Int { rank }
}

@specialized(where S == Float)
@specialized(where S == Double)
private func move<S: Scalar>(
  _ given: StridedMove, _ x: Buffer<S>, _ y: Buffer<S>, _ accumulate: Bool, _ workers: WorkerPool
) {
  let move = given.padded
  let (shared, inner) = (0..<move.sharedRank, move.sharedRank..<(move.dimensions - 2))
  let (plane, repeats) = (move.plane, move.count(inner))
  let (from, to) = (UnsafePointer(x.base), y.base)
  // Threads share the rows of planes too, if these are runs; planes that are repeated are done by one.
  let rows = inner.isEmpty && plane.hasOwnRows ? plane.rows : 1
  let work = repeats * plane.rows * plane.columns / rows
  workers.run(count: move.count(shared) * rows, grain: max(1, 8192 / max(1, work))) { range in
    var first = range.lowerBound
    if first % rows != 0 {
      let count = min(rows - first % rows, range.count)
      move.forEach(shared, (first / rows)..<(first / rows + 1), from: move.starts) { xOffset, yOffset in
        plane.move((first % rows)..<(first % rows + count), from + xOffset, to + yOffset, accumulate)
      }
      first += count
    }
    move.forEach(shared, (first / rows)..<(range.upperBound / rows), from: move.starts) { xOffset, yOffset in
      move.forEach(inner, 0..<repeats, from: (xOffset, yOffset)) { xOffset, yOffset in
        plane.move(0..<plane.rows, from + xOffset, to + yOffset, accumulate)
      }
    }
    let rest = range.upperBound % rows
    if rest > 0, range.upperBound - rest >= first {
      move.forEach(shared, (range.upperBound / rows)..<(range.upperBound / rows + 1), from: move.starts) {
        xOffset, yOffset in
        plane.move(0..<rest, from + xOffset, to + yOffset, accumulate)
      }
    }
  }
}
