/// One row of a matrix, walked through vector by vector. The last elements come in a vector filled up with a value
/// that leaves the result unchanged, so that a row's bits do not depend on where in memory it lies.
struct RowVectors {
  let count: Int

  /// Elements in whole vectors.
  @inline(__always) private var whole: Int { count - count % Vector.scalarCount }

  /// Elements in the last vector if it is not whole.
  @inline(__always) private var rest: Int { count % Vector.scalarCount }

  /// The largest element; what is not a number is passed over.
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

  /// The sum of function(row).
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

  /// target = function(row), and the sum of what was written.
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

  /// <row, other>
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

  /// target (+)= function(row, other)
  @inline(__always)
  func combine<F: PairFunction>(
    _ row: UnsafePointer<Float>, _ other: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    accumulate: Bool, _ function: F
  ) {
    CombineLoop(function: function, row: row, other: other, target: target, accumulate: accumulate).run(0..<count)
  }
}

/// A function of two elements at the same place.
protocol PairFunction {
  func value(_ x: Vector, _ y: Vector) -> Vector
}

private struct CombineLoop<F: PairFunction>: VectorLoop {
  let function: F
  let row: UnsafePointer<Float>
  let other: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func whole(_ j: Int) {
    let value = function.value(loadVector(row + j), loadVector(other + j))
    storeVector(accumulate ? loadVector(target + j) + value : value, target + j)
  }

  @inline(__always)
  func rest(_ j: Int, _ count: Int) {
    let value = function.value(loadVector(row + j, count: count), loadVector(other + j, count: count))
    storeVector(accumulate ? loadVector(target + j, count: count) + value : value, target + j, count: count)
  }
}

/// The number of each lane.
@inline(__always)
private var laneNumbers: VectorBits {
  #if LEVEL_V4
    VectorBits(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  #elseif LEVEL_V3
    VectorBits(0, 1, 2, 3, 4, 5, 6, 7)
  #else
    VectorBits(0, 1, 2, 3)
  #endif
}

/// `x` with the lanes from `count` on replaced.
@inline(__always)
func filled(_ x: Vector, from count: Int, with filler: Float) -> Vector {
  select(laneNumbers .< VectorBits(repeating: Int32(truncatingIfNeeded: count)), x, Vector(repeating: filler))
}

/// The largest lane.
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

/// The sum of the lanes, halves first.
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

/// The logarithm of one number, by the same operations as everywhere.
@inline(__always)
func scalarLog(_ x: Float) -> Float { vectorLog(Vector(repeating: x))[0] }
