// Transposes within registers, as stages of two-operand shuffles. A quad is a group of four lanes, 128 bits: shuffles of
// pairs and halves work within each quad.
//
// The compiler tracks single elements through a chain of shuffles and would merge them into hundreds of instructions. An
// exclusive or with zeros that are opaque to it ends each stage.

/// Transposes a block of n x n scalars, n = `Vector.scalarCount`: loads row i from `row(i)` and calls `body` with each
/// column index and column.
///
/// - Parameter zeros: n zeros from `withZeros`.
@inline(__always)
func forEachColumn(
  zeros: UnsafePointer<Float>, of row: (Int) -> UnsafePointer<Float>, _ body: (Int, Vector) -> Void
) {
  let stage = ShuffleStage(zeros)
  #if LEVEL_V4
    let (a, b) = (stage.transposedQuads(row, 0), stage.transposedQuads(row, 4))
    let (c, d) = (stage.transposedQuads(row, 8), stage.transposedQuads(row, 12))
    stage.joinQuads(a.0, b.0, c.0, d.0, 0, body)
    stage.joinQuads(a.1, b.1, c.1, d.1, 1, body)
    stage.joinQuads(a.2, b.2, c.2, d.2, 2, body)
    stage.joinQuads(a.3, b.3, c.3, d.3, 3, body)
  #elseif LEVEL_V3
    let (a, b) = (stage.transposedQuads(row, 0), stage.transposedQuads(row, 4))
    body(0, joinedQuads(a.0, b.0, 0))
    body(1, joinedQuads(a.1, b.1, 0))
    body(2, joinedQuads(a.2, b.2, 0))
    body(3, joinedQuads(a.3, b.3, 0))
    body(4, joinedQuads(a.0, b.0, 1))
    body(5, joinedQuads(a.1, b.1, 1))
    body(6, joinedQuads(a.2, b.2, 1))
    body(7, joinedQuads(a.3, b.3, 1))
  #else
    let a = stage.transposedQuads(row, 0)
    body(0, a.0)
    body(1, a.1)
    body(2, a.2)
    body(3, a.3)
  #endif
}

/// Transposes a block of 4 x n scalars, n = `Vector.scalarCount`, as `forEachColumn` does.
@inline(__always)
func forEachColumnOfFour(
  zeros: UnsafePointer<Float>, of row: (Int) -> UnsafePointer<Float>, _ body: (Int, SIMD4<Float>) -> Void
) {
  let transposed = ShuffleStage(zeros).transposedQuads(row, 0)
  for index in 0..<(Vector.scalarCount / 4) {
    body(4 * index, quad(transposed.0, index))
    body(4 * index + 1, quad(transposed.1, index))
    body(4 * index + 2, quad(transposed.2, index))
    body(4 * index + 3, quad(transposed.3, index))
  }
}

/// Quad `index` of a vector.
@_transparent
private func quad(_ x: Vector, _ index: Int) -> SIMD4<Float> {
  SIMD4(x[4 * index], x[4 * index + 1], x[4 * index + 2], x[4 * index + 3])
}

/// Calls `body` with a vector of zeros on the stack, for `forEachColumn`.
@inline(__always)
func withZeros(_ body: (UnsafePointer<Float>) -> Void) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: Vector.scalarCount) { zeros in
    guard let zeros = zeros.baseAddress else { return }
    clear(zeros)
    body(UnsafePointer(zeros))
  }
}

/// Not inlined, so that the zeros are opaque to the compiler.
@inline(never)
private func clear(_ zeros: UnsafeMutablePointer<Float>) { storeVector(.zero, zeros) }

/// One stage of a transpose.
private struct ShuffleStage {
  private let zeros: VectorBits

  @inline(__always)
  init(_ zeros: UnsafePointer<Float>) { self.zeros = bits(loadVector(zeros)) }

  /// `x`, opaque to the compiler.
  @inline(__always)
  private func end(_ x: Vector) -> Vector { vector(bits(x) ^ zeros) }

  /// Transposes each 4 x 4 block of the four rows from `first` on: quad q of result i is column 4 q + i of the rows.
  @inline(__always)
  func transposedQuads(_ row: (Int) -> UnsafePointer<Float>, _ first: Int) -> (Vector, Vector, Vector, Vector) {
    let (a, b) = (loadVector(row(first)), loadVector(row(first + 1)))
    let (c, d) = (loadVector(row(first + 2)), loadVector(row(first + 3)))
    let (low, high) = (
      (end(interleavedPairs(a, b, 0)), end(interleavedPairs(c, d, 0))),
      (end(interleavedPairs(a, b, 2)), end(interleavedPairs(c, d, 2)))
    )
    return (
      end(interleavedDoubles(low.0, low.1, 0)), end(interleavedDoubles(low.0, low.1, 1)),
      end(interleavedDoubles(high.0, high.1, 0)), end(interleavedDoubles(high.0, high.1, 1))
    )
  }

  #if LEVEL_V4
    /// Calls `body` with the columns index, index + 4, index + 8 and index + 12, whose rows 0-3, 4-7, 8-11 and 12-15 are
    /// the quads of `a`, `b`, `c` and `d`.
    @inline(__always)
    func joinQuads(
      _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, _ index: Int, _ body: (Int, Vector) -> Void
    ) {
      let (even0, even1) = (end(joinedQuads(a, b, 0)), end(joinedQuads(c, d, 0)))
      let (odd0, odd1) = (end(joinedQuads(a, b, 1)), end(joinedQuads(c, d, 1)))
      body(index, joinedQuads(even0, even1, 0))
      body(index + 4, joinedQuads(odd0, odd1, 0))
      body(index + 8, joinedQuads(even0, even1, 1))
      body(index + 12, joinedQuads(odd0, odd1, 1))
    }
  #endif
}

// Shuffles of one instruction each.

#if LEVEL_V4
  private typealias Doubles = SIMD8<UInt64>
#elseif LEVEL_V3
  private typealias Doubles = SIMD4<UInt64>
#else
  private typealias Doubles = SIMD2<UInt64>
#endif

@_transparent
private func doubles(_ x: Vector) -> Doubles { unsafeBitCast(x, to: Doubles.self) }

@_transparent
private func vector(_ x: Doubles) -> Vector { unsafeBitCast(x, to: Vector.self) }

/// In each quad the lanes i and i + 1 of `a` and `b` interleaved: a[i] b[i] a[i + 1] b[i + 1], with i = 0 or 2.
@_transparent
private func interleavedPairs(_ a: Vector, _ b: Vector, _ i: Int) -> Vector {
  #if LEVEL_V4
    Vector(
      a[i], b[i], a[i + 1], b[i + 1], a[i + 4], b[i + 4], a[i + 5], b[i + 5], a[i + 8], b[i + 8], a[i + 9], b[i + 9],
      a[i + 12], b[i + 12], a[i + 13], b[i + 13])
  #elseif LEVEL_V3
    Vector(a[i], b[i], a[i + 1], b[i + 1], a[i + 4], b[i + 4], a[i + 5], b[i + 5])
  #else
    Vector(a[i], b[i], a[i + 1], b[i + 1])
  #endif
}

/// In each quad half i of `a` and half i of `b`, with i = 0 or 1.
@_transparent
private func interleavedDoubles(_ a: Vector, _ b: Vector, _ i: Int) -> Vector {
  let (a, b) = (doubles(a), doubles(b))
  #if LEVEL_V4
    return vector(Doubles(a[i], b[i], a[i + 2], b[i + 2], a[i + 4], b[i + 4], a[i + 6], b[i + 6]))
  #elseif LEVEL_V3
    return vector(Doubles(a[i], b[i], a[i + 2], b[i + 2]))
  #else
    return vector(Doubles(a[i], b[i]))
  #endif
}

#if LEVEL_V4
  /// The quads i and i + 2 of `a`, then those of `b`, with i = 0 or 1.
  @_transparent
  private func joinedQuads(_ a: Vector, _ b: Vector, _ i: Int) -> Vector {
    let (a, b, j) = (doubles(a), doubles(b), 2 * i)
    return vector(Doubles(a[j], a[j + 1], a[j + 4], a[j + 5], b[j], b[j + 1], b[j + 4], b[j + 5]))
  }
#elseif LEVEL_V3
  /// Quad i of `a`, then that of `b`, with i = 0 or 1.
  @_transparent
  private func joinedQuads(_ a: Vector, _ b: Vector, _ i: Int) -> Vector {
    let (a, b, j) = (doubles(a), doubles(b), 2 * i)
    return vector(Doubles(a[j], a[j + 1], b[j], b[j + 1]))
  }
#endif
