import NNKernelsCommon

// Statistics of the columns of a row-major matrix. A vector holds adjacent columns of a row, so there is no reduction
// across lanes, and the order of additions along a column does not depend on which columns share a vector.

/// Mean and biased variance of each column, see `Scalar.columnMoments`. Two passes: the means, then the squared
/// deviations from them.
///
/// Operations: 4 per element. Bytes: 4 per element from memory; the second pass reads from a near cache.
func columnMoments(_ x: Buffer<Float>, _ columns: Columns, _ means: Buffer<Float>, _ variances: Buffer<Float>) {
  ColumnMoments(
    x: UnsafePointer(x.base) + columns.rows.lowerBound * columns.stride, rows: columns.rows.count,
    stride: columns.stride, first: means.base, second: variances.base
  ).runChunk(columns.range)
}

/// sums[j] = sum over i of y[i, j] and products[j] = sum over i of y[i, j] (x[i, j] - center[j]), see
/// `Scalar.columnDeviationSums`.
///
/// Operations: 4 per element. Bytes: 8 per element from memory; y is read a second time from a near cache.
func columnDeviationSums(
  _ y: Buffer<Float>, _ x: Buffer<Float>, _ centers: Buffer<Float>, _ columns: Columns, _ sums: Buffer<Float>,
  _ products: Buffer<Float>
) {
  let start = columns.rows.lowerBound * columns.stride
  ColumnDeviations(
    y: UnsafePointer(y.base) + start, x: UnsafePointer(x.base) + start, rows: columns.rows.count,
    stride: columns.stride, centers: centers.base, first: sums.base, second: products.base
  ).runChunk(columns.range)
}

/// y[i, j] = scale[j] (x[i, j] - center[j]) + shift[j], rectified if `rectifies`, see `Scalar.mapColumns`.
///
/// Bytes: 8 per element; bound by memory.
func mapColumns(
  _ x: Buffer<Float>, _ map: ColumnMap<Float>, _ columns: Columns, _ rectifies: Bool, _ y: Buffer<Float>
) {
  for row in columns.rows {
    ColumnMapLoop(
      x: UnsafePointer(x.base) + row * columns.stride, y: y.base + row * columns.stride,
      center: map.center.count > 0 ? UnsafePointer(map.center.base) : nil,
      scale: map.scale.base, shift: map.shift.count > 0 ? UnsafePointer(map.shift.base) : nil, rectifies: rectifies
    ).runChunk(columns.range)
  }
}

/// result[i, j] (+)= factor[j] y[i, j] + slope[j] (x[i, j] - center[j]) + constant[j], see `Scalar.combineColumns`.
///
/// Bytes: 12 per element, 16 when accumulating; bound by memory.
func combineColumns(
  _ y: Buffer<Float>, _ x: Buffer<Float>, _ combination: ColumnCombination<Float>, _ columns: Columns,
  _ result: Buffer<Float>, _ accumulate: Bool
) {
  for row in columns.rows {
    let start = row * columns.stride
    ColumnCombinationLoop(
      y: UnsafePointer(y.base) + start, x: UnsafePointer(x.base) + start, result: result.base + start,
      factor: combination.factor.base, slope: combination.slope.base, center: combination.center.base,
      constant: combination.constant.base, accumulate: accumulate
    ).runChunk(columns.range)
  }
}

/// A reduction with two results per column.
private protocol ColumnResults: VectorLoop {
  var first: UnsafeMutablePointer<Float> { get }
  var second: UnsafeMutablePointer<Float> { get }
  /// The results of the vector of columns from `column` on; `load` reads the columns that exist.
  func results(_ load: (UnsafePointer<Float>) -> Vector, _ column: Int) -> (Vector, Vector)
}

extension ColumnResults {
  @inline(__always)
  func whole(_ i: Int) {
    let results = results({ loadVector($0) }, i)
    storeVector(results.0, first + i)
    storeVector(results.1, second + i)
  }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    let results = results({ loadVector($0, count: count) }, i)
    storeVector(results.0, first + i, count: count)
    storeVector(results.1, second + i, count: count)
  }
}

private struct ColumnMoments: ColumnResults {
  let x: UnsafePointer<Float>
  let rows: Int
  let stride: Int
  /// The means and the variances.
  let first: UnsafeMutablePointer<Float>
  let second: UnsafeMutablePointer<Float>

  @inline(__always)
  func results(_ load: (UnsafePointer<Float>) -> Vector, _ column: Int) -> (Vector, Vector) {
    let share = 1 / Float(rows)
    let mean = columnSum(rows, stride, x + column) { load($0) } * share
    let squares = columnSum(rows, stride, x + column) {
      let deviation = load($0) - mean
      return deviation * deviation
    }
    return (mean, squares * share)
  }
}

private struct ColumnDeviations: ColumnResults {
  let y: UnsafePointer<Float>
  let x: UnsafePointer<Float>
  let rows: Int
  let stride: Int
  let centers: UnsafePointer<Float>
  /// The sums and the products.
  let first: UnsafeMutablePointer<Float>
  let second: UnsafeMutablePointer<Float>

  @inline(__always)
  func results(_ load: (UnsafePointer<Float>) -> Vector, _ column: Int) -> (Vector, Vector) {
    let center = load(centers + column)
    let distance = x - y
    return (
      columnSum(rows, stride, y + column) { load($0) },
      columnSum(rows, stride, y + column) { load($0) * (load($0 + distance) - center) }
    )
  }
}

/// The sum of a term over `rows` rows, `stride` apart. Pairwise in two levels: blocks of 64 rows, in two alternating
/// partial sums that hide the latency of additions, then the blocks. Rounding errors grow with the size of a block plus
/// the number of blocks.
@inline(__always)
private func columnSum(
  _ rows: Int, _ stride: Int, _ first: UnsafePointer<Float>, _ term: (UnsafePointer<Float>) -> Vector
) -> Vector {
  var total = Vector.zero
  var row = first
  var left = rows
  while left > 0 {
    let count = min(left, 64)
    var (even, odd) = (Vector.zero, Vector.zero)
    for _ in 0..<(count / 2) {
      even += term(row)
      odd += term(row + stride)
      row += 2 * stride
    }
    if count % 2 == 1 {
      even += term(row)
      row += stride
    }
    total += even + odd
    left -= count
  }
  return total
}

private struct ColumnMapLoop: VectorLoop {
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let center: UnsafePointer<Float>?
  let scale: UnsafePointer<Float>
  let shift: UnsafePointer<Float>?
  let rectifies: Bool

  @inline(__always)
  private func value(_ load: (UnsafePointer<Float>) -> Vector, _ i: Int) -> Vector {
    let deviation = center.map { load(x + i) - load($0 + i) } ?? load(x + i)
    let result = multiplyAdd(deviation, load(scale + i), shift.map { load($0 + i) } ?? .zero)
    return rectifies ? result.replacing(with: Vector.zero, where: result .< Vector.zero) : result
  }

  @inline(__always)
  func whole(_ i: Int) { storeVector(value({ loadVector($0) }, i), y + i) }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) { storeVector(value({ loadVector($0, count: count) }, i), y + i, count: count) }
}

private struct ColumnCombinationLoop: VectorLoop {
  let y: UnsafePointer<Float>
  let x: UnsafePointer<Float>
  let result: UnsafeMutablePointer<Float>
  let factor: UnsafePointer<Float>
  let slope: UnsafePointer<Float>
  let center: UnsafePointer<Float>
  let constant: UnsafePointer<Float>
  let accumulate: Bool

  @inline(__always)
  private func value(_ load: (UnsafePointer<Float>) -> Vector, _ i: Int) -> Vector {
    let own = multiplyAdd(load(y + i), load(factor + i), load(constant + i))
    let value = multiplyAdd(load(x + i) - load(center + i), load(slope + i), own)
    return accumulate ? load(UnsafePointer(result) + i) + value : value
  }

  @inline(__always)
  func whole(_ i: Int) { storeVector(value({ loadVector($0) }, i), result + i) }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    storeVector(value({ loadVector($0, count: count) }, i), result + i, count: count)
  }
}
