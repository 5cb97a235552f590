import NNKernelsCommon

/// Doubles for the lanes of one `Vector`.
#if LEVEL_V4
  private typealias WideVector = SIMD16<Double>
#elseif LEVEL_V3
  private typealias WideVector = SIMD8<Double>
#else
  private typealias WideVector = SIMD4<Double>
#endif

/// Elements that make one chunk of a reduction.
private let reductionGrain = 16384

/// The sum, added in double precision: every chunk in the lanes of two vectors, then the lanes, then the chunks, all
/// in an order that depends on the count alone.
///
/// Bytes: 4 per element.
func sum(_ x: Buffer<Float>, _ workers: WorkerPool) -> Double {
  reduce(x, workers) { $0 }
}

/// The sum of squares, like `sum`.
func sumOfSquares(_ x: Buffer<Float>, _ workers: WorkerPool) -> Double {
  reduce(x, workers) { $0 * $0 }
}

@inline(__always)
private func reduce(_ x: Buffer<Float>, _ workers: WorkerPool, _ term: (WideVector) -> WideVector) -> Double {
  let chunk = max(reductionGrain, (x.count + 63) / 64)
  let chunks = (x.count + chunk - 1) / chunk
  let memory = workers.scratch(worker: workers.currentWorker, purpose: .operand, count: 128)
  return memory.withMemoryRebound(to: Double.self, capacity: 64) { sums in
    workers.run(chunks: chunks) { index in
      sums[index] = chunkSum(x, (index * chunk)..<min(x.count, (index + 1) * chunk), term)
    }
    var total = 0.0
    for index in 0..<chunks { total += sums[index] }
    return total
  }
}

@inline(__always)
private func chunkSum(_ x: Buffer<Float>, _ range: Range<Int>, _ term: (WideVector) -> WideVector) -> Double {
  var even = WideVector.zero
  var odd = WideVector.zero
  var i = range.lowerBound
  while i + 2 * Vector.scalarCount <= range.upperBound {
    even += term(WideVector(loadVector(x.base + i)))
    odd += term(WideVector(loadVector(x.base + (i + Vector.scalarCount))))
    i += 2 * Vector.scalarCount
  }
  if i + Vector.scalarCount <= range.upperBound {
    even += term(WideVector(loadVector(x.base + i)))
    i += Vector.scalarCount
  }
  if i < range.upperBound { odd += term(WideVector(loadVector(x.base + i, count: range.upperBound - i))) }
  even += odd
  var total = 0.0
  for lane in 0..<Vector.scalarCount { total += even[lane] }
  return total
}

/// Whether every element is finite.
///
/// Bytes: 4 per element.
func isFinite(_ x: Buffer<Float>, _ workers: WorkerPool) -> Bool {
  let largest = VectorBits(repeating: Int32(bitPattern: Float.greatestFiniteMagnitude.bitPattern))
  var start = 0
  // In pieces, so that a long buffer that begins badly is not read to its end.
  while start < x.count {
    let end = min(x.count, start + reductionGrain)
    var found = VectorBits.zero
    var i = start
    while i < end {
      let rest = end - i
      let value = rest < Vector.scalarCount ? loadVector(x.base + i, count: rest) : loadVector(x.base + i)
      found.replace(with: VectorBits(repeating: 1), where: bits(magnitude(value)) .> largest)
      i += Vector.scalarCount
    }
    if found != .zero { return false }
    start = end
  }
  return true
}

/// sums (+)= the sum of each column, see `Scalar.columnSums`. Blocks of rows are added up first, then their sums, so
/// that rounding errors grow with the block and the number of blocks and not with their product.
///
/// Bytes: 4 per element.
func columnSums(
  _ rows: Int, _ columns: Int, _ x: Buffer<Float>, _ sums: Buffer<Float>, _ accumulate: Bool, _ workers: WorkerPool
) {
  let group = 4 * Vector.scalarCount
  let groups = (columns + group - 1) / group
  workers.run(count: groups, grain: max(1, 32768 / max(1, rows * group))) { range in
    let end = min(columns, range.upperBound * group)
    var column = range.lowerBound * group
    while column + group <= end {
      var total = FourVectors()
      forEachBlock(rows) { block in
        var part = FourVectors()
        for row in block { part.add(x.base + (row * columns + column)) }
        total.add(part)
      }
      total.store(sums.base + column, accumulate: accumulate)
      column += group
    }
    while column + Vector.scalarCount <= end {
      var total = Vector.zero
      forEachBlock(rows) { block in
        var part = Vector.zero
        for row in block { part += loadVector(x.base + (row * columns + column)) }
        total += part
      }
      storeVector(accumulate ? loadVector(sums.base + column) + total : total, sums.base + column)
      column += Vector.scalarCount
    }
    let count = end - column
    if count > 0 {
      var total = Vector.zero
      forEachBlock(rows) { block in
        var part = Vector.zero
        for row in block { part += loadVector(x.base + (row * columns + column), count: count) }
        total += part
      }
      storeVector(
        accumulate ? loadVector(sums.base + column, count: count) + total : total, sums.base + column, count: count)
    }
  }
}

@inline(__always)
private func forEachBlock(_ rows: Int, _ body: (Range<Int>) -> Void) {
  var row = 0
  while row < rows {
    let end = min(rows, row + 128)
    body(row..<end)
    row = end
  }
}

private struct FourVectors {
  var a = Vector.zero
  var b = Vector.zero
  var c = Vector.zero
  var d = Vector.zero

  @inline(__always)
  mutating func add(_ source: UnsafePointer<Float>) {
    a += loadVector(source)
    b += loadVector(source + Vector.scalarCount)
    c += loadVector(source + 2 * Vector.scalarCount)
    d += loadVector(source + 3 * Vector.scalarCount)
  }

  @inline(__always)
  mutating func add(_ other: FourVectors) {
    a += other.a
    b += other.b
    c += other.c
    d += other.d
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>, accumulate: Bool) {
    var sum = self
    if accumulate { sum.add(UnsafePointer(target)) }
    storeVector(sum.a, target)
    storeVector(sum.b, target + Vector.scalarCount)
    storeVector(sum.c, target + 2 * Vector.scalarCount)
    storeVector(sum.d, target + 3 * Vector.scalarCount)
  }
}
