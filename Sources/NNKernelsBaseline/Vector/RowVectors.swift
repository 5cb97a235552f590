/// Reductions and maps of one row of a matrix, vector by vector. The remainder is padded to a vector with the reduction's
/// neutral element, so that a row's bits do not depend on its address.
struct RowVectors {
  let count: Int

  /// Elements in whole vectors.
  @inline(__always) private var whole: Int { count - count % Vector.scalarCount }

  /// Elements of the remainder.
  @inline(__always) private var rest: Int { count % Vector.scalarCount }

  /// The largest element; NaN is ignored.
  @inline(__always)
  func maximum(_ row: UnsafePointer<Float>) -> Float {
    let lowest = Vector(repeating: -Float.infinity)
    var result = lowest
    var j = 0
    while j < whole {
      let value = loadVector(row + j)
      result = select(value .> result, value, result)
      j += Vector.scalarCount
    }
    if rest > 0 {
      let value = filled(loadVector(row + j, count: rest), from: rest, with: -Float.infinity)
      result = select(value .> result, value, result)
    }
    return laneMaximum(result)
  }

  /// The sum of function(row[j]) over j.
  @inline(__always)
  func sum<F: VectorFunction>(_ row: UnsafePointer<Float>, _ function: F) -> Float {
    var total = Vector.zero
    var j = 0
    while j < whole {
      total += function.value(loadVector(row + j))
      j += Vector.scalarCount
    }
    if rest > 0 { total += filled(function.value(loadVector(row + j, count: rest)), from: rest, with: 0) }
    return laneSum(total)
  }

  /// target[j] = function(row[j]); returns the sum of target.
  @inline(__always)
  func map<F: VectorFunction>(
    _ row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ function: F
  ) -> Float {
    var total = Vector.zero
    var j = 0
    while j < whole {
      let value = function.value(loadVector(row + j))
      storeVector(value, target + j)
      total += value
      j += Vector.scalarCount
    }
    if rest > 0 {
      let value = function.value(loadVector(row + j, count: rest))
      storeVector(value, target + j, count: rest)
      total += filled(value, from: rest, with: 0)
    }
    return laneSum(total)
  }

  /// The dot product of two rows.
  @inline(__always)
  func dot(_ row: UnsafePointer<Float>, _ other: UnsafePointer<Float>) -> Float {
    var total = Vector.zero
    var j = 0
    while j < whole {
      total = multiplyAdd(loadVector(row + j), loadVector(other + j), total)
      j += Vector.scalarCount
    }
    if rest > 0 {
      total = multiplyAdd(loadVector(row + j, count: rest), loadVector(other + j, count: rest), total)
    }
    return laneSum(total)
  }

  /// target[j] (+)= function(row[j], other[j]).
  @inline(__always)
  func combine<F: PairFunction>(
    _ row: UnsafePointer<Float>, _ other: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    accumulate: Bool, _ function: F
  ) {
    CombineLoop(function: function, row: row, other: other, target: target, accumulate: accumulate).run(0..<count)
  }
}

/// An elementwise function of two arrays.
protocol PairFunction {
  func value(_ x: Vector, _ y: Vector) -> Vector
}

private struct CombineLoop<F: PairFunction>: LaneLoop {
  let function: F
  let row: UnsafePointer<Float>
  let other: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func step<L: Lanes>(_ j: Int, _ lanes: L) {
    lanes.store(
      function.value(lanes.load(row + j), lanes.load(other + j)), target + j, accumulate: accumulate)
  }
}

/// The lane indices 0, 1, 2, ...
@inline(__always)
var laneNumbers: VectorBits {
  #if LEVEL_V4
    VectorBits(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  #elseif LEVEL_V3
    VectorBits(0, 1, 2, 3, 4, 5, 6, 7)
  #else
    VectorBits(0, 1, 2, 3)
  #endif
}

/// `x` with `filler` in the lanes from `count` on.
@inline(__always)
func filled(_ x: Vector, from count: Int, with filler: Float) -> Vector {
  select(laneNumbers .< VectorBits(repeating: Int32(truncatingIfNeeded: count)), x, Vector(repeating: filler))
}

/// The horizontal maximum.
@inline(__always)
func laneMaximum(_ x: Vector) -> Float {
  #if LEVEL_V4
    let eight = larger(x.lowHalf, x.highHalf)
    let four = larger(eight.lowHalf, eight.highHalf)
  #elseif LEVEL_V3
    let four = larger(x.lowHalf, x.highHalf)
  #else
    let four = x
  #endif
  return max(max(four[0], four[1]), max(four[2], four[3]))
}

#if LEVEL_V4
  @inline(__always)
  private func larger(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD8<Float> { a.replacing(with: b, where: b .> a) }
#endif

#if LEVEL_V4 || LEVEL_V3
  @inline(__always)
  private func larger(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> SIMD4<Float> { a.replacing(with: b, where: b .> a) }
#endif

/// The horizontal sum, by halving: lanes i and i + n/2 first.
@inline(__always)
func laneSum(_ x: Vector) -> Float {
  #if LEVEL_V4
    let eight = x.lowHalf + x.highHalf
    let four = eight.lowHalf + eight.highHalf
  #elseif LEVEL_V3
    let four = x.lowHalf + x.highHalf
  #else
    let four = x
  #endif
  let two = four.lowHalf + four.highHalf
  return two[0] + two[1]
}

/// The logarithm of a scalar, with the bits of `vectorLog`.
@inline(__always)
func scalarLog(_ x: Float) -> Float { vectorLog(Vector(repeating: x))[0] }
