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
  ).runPairs(columns.range)
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
  ).runPairs(columns.range)
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

/// What a loop over rows adds up: vectors of adjacent columns.
private protocol ColumnTerm {
  static var zero: Self { get }
  static func += (sum: inout Self, term: Self)
}

/// A vector of columns.
private struct ColumnVector: ColumnTerm {
  var vector: Vector

  @inline(__always) static var zero: Self { Self(vector: .zero) }
  @inline(__always) static func += (sum: inout Self, term: Self) { sum.vector += term.vector }
}

/// Two terms that are added up in one pass over the rows.
private struct ColumnPair<Term: ColumnTerm>: ColumnTerm {
  var first: Term
  var second: Term

  @inline(__always) static var zero: Self { Self(first: .zero, second: .zero) }

  @inline(__always)
  static func += (sum: inout Self, term: Self) {
    sum.first += term.first
    sum.second += term.second
  }
}

/// A reduction with two results per column.
private protocol ColumnResults: VectorLoop {
  var first: UnsafeMutablePointer<Float> { get }
  var second: UnsafeMutablePointer<Float> { get }
  /// The results of the vector of columns from `column` on; `load` reads the columns that exist.
  func results(_ load: (UnsafePointer<Float>) -> Vector, _ column: Int) -> (Vector, Vector)
  /// The results of two whole vectors of columns from `column` on.
  func pair(_ column: Int) -> (ColumnPair<ColumnVector>, ColumnPair<ColumnVector>)
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

  /// All columns of `range`, two vectors at a time: rows are often a multiple of 4 KB apart, so that their cache lines evict
  /// each other, and each line should be read once.
  @inline(never)
  func runPairs(_ range: Range<Int>) {
    let loop = self
    var i = range.lowerBound
    while i + 2 * Vector.scalarCount <= range.upperBound {
      let (one, two) = loop.pair(i)
      storeVector(one.first.vector, first + i)
      storeVector(one.second.vector, first + (i + Vector.scalarCount))
      storeVector(two.first.vector, second + i)
      storeVector(two.second.vector, second + (i + Vector.scalarCount))
      i += 2 * Vector.scalarCount
    }
    run(i..<range.upperBound)
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
    let mean = columnSum(rows, stride) { ColumnVector(vector: load(x + (column + $0))) }.vector * share
    let squares = columnSum(rows, stride) {
      let deviation = load(x + (column + $0)) - mean
      return ColumnVector(vector: deviation * deviation)
    }
    return (mean, squares.vector * share)
  }

  @inline(__always)
  func pair(_ column: Int) -> (ColumnPair<ColumnVector>, ColumnPair<ColumnVector>) {
    let share = 1 / Float(rows)
    let from = x + column
    func load(_ row: Int, _ place: Int) -> Vector { loadVector(from + (row + place * Vector.scalarCount)) }
    let sums = columnSum(rows, stride) {
      ColumnPair(first: ColumnVector(vector: load($0, 0)), second: ColumnVector(vector: load($0, 1)))
    }
    let means = (sums.first.vector * share, sums.second.vector * share)
    let squares = columnSum(rows, stride) {
      let deviations = (load($0, 0) - means.0, load($0, 1) - means.1)
      return ColumnPair(
        first: ColumnVector(vector: deviations.0 * deviations.0),
        second: ColumnVector(vector: deviations.1 * deviations.1))
    }
    return (
      ColumnPair(first: ColumnVector(vector: means.0), second: ColumnVector(vector: means.1)),
      ColumnPair(
        first: ColumnVector(vector: squares.first.vector * share),
        second: ColumnVector(vector: squares.second.vector * share))
    )
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

  /// dy and dy (x - center) of a vector of columns, `offset` from the first row's first column.
  @inline(__always)
  private func terms(_ load: (UnsafePointer<Float>) -> Vector, _ offset: Int, _ center: Vector)
    -> ColumnPair<ColumnVector>
  {
    let value = load(y + offset)
    return ColumnPair(
      first: ColumnVector(vector: value), second: ColumnVector(vector: value * (load(x + offset) - center)))
  }

  @inline(__always)
  func results(_ load: (UnsafePointer<Float>) -> Vector, _ column: Int) -> (Vector, Vector) {
    let center = load(centers + column)
    let sums = columnSum(rows, stride) { terms(load, column + $0, center) }
    return (sums.first.vector, sums.second.vector)
  }

  @inline(__always)
  func pair(_ column: Int) -> (ColumnPair<ColumnVector>, ColumnPair<ColumnVector>) {
    let next = column + Vector.scalarCount
    let centers = (loadVector(centers + column), loadVector(centers + next))
    let sums = columnSum(rows, stride) {
      ColumnPair(
        first: terms({ loadVector($0) }, column + $0, centers.0),
        second: terms({ loadVector($0) }, next + $0, centers.1))
    }
    return (
      ColumnPair(first: sums.first.first, second: sums.second.first),
      ColumnPair(first: sums.first.second, second: sums.second.second)
    )
  }
}

/// The sum of a term, a function of the row's offset, over `rows` rows, `stride` apart. Pairwise in two levels: blocks of 64
/// rows, in two alternating partial sums that hide the latency of additions, then the blocks. Rounding errors grow with the
/// size of a block plus the number of blocks.
@inline(__always)
private func columnSum<Term: ColumnTerm>(_ rows: Int, _ stride: Int, _ term: (_ offset: Int) -> Term) -> Term {
  var total = Term.zero
  var row = 0
  var left = rows
  while left > 0 {
    let count = min(left, 64)
    var (even, odd) = (Term.zero, Term.zero)
    for _ in 0..<(count / 2) {
      even += term(row)
      odd += term(row + stride)
      row += 2 * stride
    }
    if count % 2 == 1 {
      even += term(row)
      row += stride
    }
    even += odd
    total += even
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
