import NNKernelsCommon

#if LEVEL_V4 || LEVEL_V3
  /// Elements that are converted to double precision at once.
  private typealias NarrowVector = SIMD8<Float>
  private typealias WideVector = SIMD8<Double>
#else
  /// Elements that are converted to double precision at once.
  private typealias NarrowVector = SIMD4<Float>
  private typealias WideVector = SIMD4<Double>
#endif

@_transparent
private func wide(_ x: UnsafePointer<Float>) -> WideVector {
  let narrow = UnsafeRawPointer(x).loadUnaligned(as: NarrowVector.self)
  var result = WideVector.zero
  for lane in 0..<NarrowVector.scalarCount { result[lane] = Double(narrow[lane]) }
  return result
}

/// The smallest chunk of a reduction.
private let reductionGrain = 16384

/// The sum in double precision. Each chunk is accumulated in the lanes of two independent vectors, which hides the latency
/// of the additions; then the lanes and then the chunks are added. The order depends on the count alone.
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
  let memory = workers.scratch.memory(worker: workers.currentWorker, purpose: .operand, count: 128)
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
  while i + 2 * NarrowVector.scalarCount <= range.upperBound {
    even += term(wide(x.base + i))
    odd += term(wide(x.base + (i + NarrowVector.scalarCount)))
    i += 2 * NarrowVector.scalarCount
  }
  while i < range.upperBound {
    var single = WideVector.zero
    single[0] = Double(x.base[i])
    even += term(single)
    i += 1
  }
  even += odd
  var total = 0.0
  for lane in 0..<WideVector.scalarCount { total += even[lane] }
  return total
}

/// Whether every element is finite.
///
/// Bytes: 4 per element.
func isFinite(_ x: Buffer<Float>, _ workers: WorkerPool) -> Bool {
  let largest = VectorBits(repeating: Int32(bitPattern: Float.greatestFiniteMagnitude.bitPattern))
  var start = 0
  // Block by block, with an early exit after each.
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

/// sums[j] (+)= sum over i of x[i, j], see `Scalar.columnSums`. Blocked summation: blocks of 128 rows are summed first,
/// then the block sums, so that the rounding error grows with 128 + rows / 128 and not with rows.
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
    ColumnSumLoop(rows: rows, columns: columns, x: x.base, sums: sums.base, accumulate: accumulate).run(column..<end)
  }
}

private struct ColumnSumLoop: LaneLoop {
  let rows: Int
  let columns: Int
  let x: UnsafePointer<Float>
  let sums: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func step<L: Lanes>(_ column: Int, _ lanes: L) {
    var total = Vector.zero
    forEachBlock(rows) { block in
      var part = Vector.zero
      for row in block { part += lanes.load(x + (row * columns + column)) }
      total += part
    }
    lanes.store(total, sums + column, accumulate: accumulate)
  }
}

/// Calls `body` with blocks of 128 rows; the last has the remainder.
@inline(__always)
private func forEachBlock(_ rows: Int, _ body: (Range<Int>) -> Void) {
  var row = 0
  while row < rows {
    let end = min(rows, row + 128)
    body(row..<end)
    row = end
  }
}

/// Sums of four adjacent vectors of columns: four independent chains of additions.
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
