/// One row of a matrix, walked through vector by vector. The last elements come in a vector filled up with a value
/// that leaves the result unchanged, so that a row's bits do not depend on where in memory it lies.
struct RowVectors {
  let count: Int

  /// The combination of all vectors of the row, begun with `start`; missing elements are `filler`.
  @inline(__always)
  func reduce(
    _ row: UnsafePointer<Float>, filler: Float, _ start: Vector, _ combine: (Vector, Vector) -> Vector
  ) -> Vector {
    var result = start
    forEachVector(0..<count) { j in
      result = combine(result, loadVector(row + j))
    } rest: { j, rest in
      result = combine(result, filled(loadVector(row + j, count: rest), from: rest, with: filler))
    }
    return result
  }

  /// The largest element; what is not a number is passed over.
  @inline(__always)
  func maximum(_ row: UnsafePointer<Float>) -> Float {
    let lowest = -Float.infinity
    let lanes = reduce(row, filler: lowest, Vector(repeating: lowest)) { a, b in select(b .> a, b, a) }
    var result = lanes[0]
    for lane in 1..<Vector.scalarCount where lanes[lane] > result { result = lanes[lane] }
    return result
  }

  /// target = function(row, filler), and the sum of what was written.
  @inline(__always)
  func map(
    _ row: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ function: (Vector) -> Vector
  ) -> Float {
    var total = Vector.zero
    forEachVector(0..<count) { j in
      let value = function(loadVector(row + j))
      storeVector(value, target + j)
      total += value
    } rest: { j, rest in
      let value = function(loadVector(row + j, count: rest))
      storeVector(value, target + j, count: rest)
      total += filled(value, from: rest, with: 0)
    }
    return laneSum(total)
  }

  /// target (+)= function(row, other)
  @inline(__always)
  func combine(
    _ row: UnsafePointer<Float>, _ other: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    accumulate: Bool, _ function: (Vector, Vector) -> Vector
  ) {
    forEachVector(0..<count) { j in
      let value = function(loadVector(row + j), loadVector(other + j))
      storeVector(accumulate ? loadVector(target + j) + value : value, target + j)
    } rest: { j, rest in
      let value = function(loadVector(row + j, count: rest), loadVector(other + j, count: rest))
      storeVector(accumulate ? loadVector(target + j, count: rest) + value : value, target + j, count: rest)
    }
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
