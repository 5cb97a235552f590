/// Reads as many rows as a vector has lanes, each as long as a vector, and calls `body` with each column and its number.
///
/// The compiler follows single elements through a chain of shuffles and would make hundreds of instructions of them;
/// an exclusive or with `zeros`, as many as a vector has lanes, of which it does not know that they are zero, ends
/// each link of the chain.
@inline(__always)
func forEachColumn(
  zeros: UnsafePointer<Float>, of row: (Int) -> UnsafePointer<Float>, _ body: (Int, Vector) -> Void
) {
  let link = Link(zeros)
  #if LEVEL_V4
    let (a, b) = (link.transposedQuarters(row, 0), link.transposedQuarters(row, 4))
    let (c, d) = (link.transposedQuarters(row, 8), link.transposedQuarters(row, 12))
    link.joinQuarters(a.0, b.0, c.0, d.0, 0, body)
    link.joinQuarters(a.1, b.1, c.1, d.1, 1, body)
    link.joinQuarters(a.2, b.2, c.2, d.2, 2, body)
    link.joinQuarters(a.3, b.3, c.3, d.3, 3, body)
  #elseif LEVEL_V3
    let (a, b) = (link.transposedQuarters(row, 0), link.transposedQuarters(row, 4))
    body(0, lowHalves(a.0, b.0))
    body(1, lowHalves(a.1, b.1))
    body(2, lowHalves(a.2, b.2))
    body(3, lowHalves(a.3, b.3))
    body(4, highHalves(a.0, b.0))
    body(5, highHalves(a.1, b.1))
    body(6, highHalves(a.2, b.2))
    body(7, highHalves(a.3, b.3))
  #else
    let a = link.transposedQuarters(row, 0)
    body(0, a.0)
    body(1, a.1)
    body(2, a.2)
    body(3, a.3)
  #endif
}

/// The same for four rows, each as long as a vector.
@inline(__always)
func forEachColumnOfFour(
  zeros: UnsafePointer<Float>, of row: (Int) -> UnsafePointer<Float>, _ body: (Int, SIMD4<Float>) -> Void
) {
  let transposed = Link(zeros).transposedQuarters(row, 0)
  for quarter in 0..<(Vector.scalarCount / 4) {
    body(4 * quarter, fours(transposed.0, quarter))
    body(4 * quarter + 1, fours(transposed.1, quarter))
    body(4 * quarter + 2, fours(transposed.2, quarter))
    body(4 * quarter + 3, fours(transposed.3, quarter))
  }
}

/// Quarter `index` of a vector.
@_transparent
private func fours(_ x: Vector, _ index: Int) -> SIMD4<Float> {
  SIMD4(x[4 * index], x[4 * index + 1], x[4 * index + 2], x[4 * index + 3])
}

/// Calls `body` with as many zeros as a vector has lanes, for `forEachColumn`; they are on the stack.
@inline(__always)
func withZeros(_ body: (UnsafePointer<Float>) -> Void) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: Vector.scalarCount) { zeros in
    guard let zeros = zeros.baseAddress else { return }
    clear(zeros)
    body(UnsafePointer(zeros))
  }
}

/// Not inlined, so that the compiler does not know the zeros.
@inline(never)
private func clear(_ zeros: UnsafeMutablePointer<Float>) { storeVector(.zero, zeros) }

/// One link in a chain of shuffles.
private struct Link {
  private let zeros: VectorBits

  @inline(__always)
  init(_ zeros: UnsafePointer<Float>) { self.zeros = bits(loadVector(zeros)) }

  @inline(__always)
  private func end(_ x: Vector) -> Vector { vector(bits(x) ^ zeros) }

  /// Four rows from number `first` on, in which each quarter of four columns has become four rows.
  @inline(__always)
  func transposedQuarters(_ row: (Int) -> UnsafePointer<Float>, _ first: Int) -> (Vector, Vector, Vector, Vector) {
    let (a, b) = (loadVector(row(first)), loadVector(row(first + 1)))
    let (c, d) = (loadVector(row(first + 2)), loadVector(row(first + 3)))
    let (low, high) = ((end(lowPairs(a, b)), end(lowPairs(c, d))), (end(highPairs(a, b)), end(highPairs(c, d))))
    return (
      end(evenDoubles(low.0, low.1)), end(oddDoubles(low.0, low.1)), end(evenDoubles(high.0, high.1)),
      end(oddDoubles(high.0, high.1))
    )
  }

  #if LEVEL_V4
    /// The columns `index`, `index` + 4, 8 and 12, whose fours of rows are the quarters of four vectors.
    @inline(__always)
    func joinQuarters(
      _ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector, _ index: Int, _ body: (Int, Vector) -> Void
    ) {
      let (even0, even1) = (end(evenQuarters(a, b)), end(evenQuarters(c, d)))
      let (odd0, odd1) = (end(oddQuarters(a, b)), end(oddQuarters(c, d)))
      body(index, evenQuarters(even0, even1))
      body(index + 4, evenQuarters(odd0, odd1))
      body(index + 8, oddQuarters(even0, even1))
      body(index + 12, oddQuarters(odd0, odd1))
    }
  #endif
}

// Shuffles, each of one instruction. A quarter is four elements, 128 bits, whatever the vector's length.

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

/// Elements 0 and 1 of each quarter, those of `a` and `b` in turn.
@_transparent
private func lowPairs(_ a: Vector, _ b: Vector) -> Vector {
  #if LEVEL_V4
    Vector(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5], a[8], b[8], a[9], b[9], a[12], b[12], a[13], b[13])
  #elseif LEVEL_V3
    Vector(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5])
  #else
    Vector(a[0], b[0], a[1], b[1])
  #endif
}

/// Elements 2 and 3 of each quarter, those of `a` and `b` in turn.
@_transparent
private func highPairs(_ a: Vector, _ b: Vector) -> Vector {
  #if LEVEL_V4
    Vector(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7], a[10], b[10], a[11], b[11], a[14], b[14], a[15], b[15])
  #elseif LEVEL_V3
    Vector(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7])
  #else
    Vector(a[2], b[2], a[3], b[3])
  #endif
}

/// The first half of each quarter, those of `a` and `b` in turn.
@_transparent
private func evenDoubles(_ a: Vector, _ b: Vector) -> Vector {
  let (a, b) = (doubles(a), doubles(b))
  #if LEVEL_V4
    return vector(Doubles(a[0], b[0], a[2], b[2], a[4], b[4], a[6], b[6]))
  #elseif LEVEL_V3
    return vector(Doubles(a[0], b[0], a[2], b[2]))
  #else
    return vector(Doubles(a[0], b[0]))
  #endif
}

/// The second half of each quarter, those of `a` and `b` in turn.
@_transparent
private func oddDoubles(_ a: Vector, _ b: Vector) -> Vector {
  let (a, b) = (doubles(a), doubles(b))
  #if LEVEL_V4
    return vector(Doubles(a[1], b[1], a[3], b[3], a[5], b[5], a[7], b[7]))
  #elseif LEVEL_V3
    return vector(Doubles(a[1], b[1], a[3], b[3]))
  #else
    return vector(Doubles(a[1], b[1]))
  #endif
}

#if LEVEL_V4
  /// The quarters 0 and 2 of `a`, then those of `b`.
  @_transparent
  private func evenQuarters(_ a: Vector, _ b: Vector) -> Vector {
    let (a, b) = (doubles(a), doubles(b))
    return vector(Doubles(a[0], a[1], a[4], a[5], b[0], b[1], b[4], b[5]))
  }

  /// The quarters 1 and 3 of `a`, then those of `b`.
  @_transparent
  private func oddQuarters(_ a: Vector, _ b: Vector) -> Vector {
    let (a, b) = (doubles(a), doubles(b))
    return vector(Doubles(a[2], a[3], a[6], a[7], b[2], b[3], b[6], b[7]))
  }
#elseif LEVEL_V3
  /// The first half of `a`, then that of `b`.
  @_transparent
  private func lowHalves(_ a: Vector, _ b: Vector) -> Vector {
    let (a, b) = (doubles(a), doubles(b))
    return vector(Doubles(a[0], a[1], b[0], b[1]))
  }

  /// The second half of `a`, then that of `b`.
  @_transparent
  private func highHalves(_ a: Vector, _ b: Vector) -> Vector {
    let (a, b) = (doubles(a), doubles(b))
    return vector(Doubles(a[2], a[3], b[2], b[3]))
  }
#endif
