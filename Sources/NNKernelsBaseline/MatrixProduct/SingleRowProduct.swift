import NNKernelsCommon

/// A vector-matrix product: C[n] = sum over k of A[k] B[k, n], with rows = 1.
///
/// Each element of B is used once, so there is no reuse in registers. Eight accumulator vectors, independent of one
/// another, hide the latency of the dependent multiply-adds of each. Every element adds its terms in the order of the
/// inner index, as in products of more rows, so a row's bits do not depend on the number of rows.
///
/// Operations: 2 inner columns. Bytes: 4 per element of B, read once.
struct SingleRowProduct {
  /// The layout of B.
  enum RightSide {
    /// Row-major, inner x columns.
    case direct
    /// Transposed, columns x inner.
    case transposed
    /// Packed, see `PanelLayout`.
    case packed
  }

  let product: MatrixProduct
  let a: UnsafePointer<Float>
  let b: UnsafePointer<Float>
  let c: UnsafeMutablePointer<Float>
  let rightSide: RightSide
  let layout: PanelLayout
  let epilogue: ProductEpilogue
  let scratch: ScratchMemory

  /// Panels whose sums are in registers at the same time.
  private static let group = 4

  /// Whether a product should be computed by this method.
  static func suits(_ p: MatrixProduct) -> Bool {
    // A transposed B is transposed in registers, two independent n x n blocks at a time. With n = 4 lanes, two
    // accumulators and 4 dependent additions per block do not hide the latency.
    p.rows == 1 && (!p.transposeB || Vector.scalarCount >= 8)
  }

  @inline(__always) private var innerStrideA: Int { product.transposeA ? product.strideA : 1 }

  /// Computes C, in chunks of panels.
  func computeAll(_ workers: WorkerPool) {
    // Two panels saturate the bandwidth of the second-level cache.
    let parts = (layout.count + 1) / 2
    let chunks = workers.isSerial ? 1 : max(1, min(parts, product.inner * product.columns / ProductPlan.leastWork))
    let count = 2 * Self.group * TileShape.columns
    if chunks > 1 { workers.reserveScratch(purpose: .results, count: count) }
    workers.run(chunks: chunks) { chunk, worker in
      let sums = scratch.memory(worker: worker, purpose: .results, count: count)
      let panels = TileShape.cut(layout.count, into: chunks, chunk)
      for first in stride(from: panels.lowerBound, to: panels.upperBound, by: Self.group) {
        let end = min(first + Self.group, panels.upperBound)
        compute(first..<end, sums: sums)
        let columns = (first * TileShape.columns)..<min(product.columns, end * TileShape.columns)
        epilogue.apply(
          sums, stride: 0, into: c + columns.lowerBound, strideC: 0, rows: 1, columns: columns.count,
          column: columns.lowerBound)
      }
    }
  }

  /// Computes the sums of `panels`, at most `group` of them. After the sums there is room for as many scalars again.
  private func compute(_ panels: Range<Int>, sums: UnsafeMutablePointer<Float>) {
    let hasRemainder = layout.vectors(panels.upperBound - 1) == 1
    let whole = hasRemainder ? panels.count - 1 : panels.count
    let vectors = 2 * whole + (hasRemainder ? 1 : 0)
    let column = panels.lowerBound * TileShape.columns
    var row = PanelRowProduct(
      a: a, innerStrideA: innerStrideA, b: b, innerStrideB: 0, panelStrideB: TileShape.columns, remainder: b,
      innerStrideRemainder: Vector.scalarCount, sums: sums, continues: false, inner: product.inner)
    switch rightSide {
    case .packed:
      row.b = b + layout.offset(panels.lowerBound)
      row.innerStrideB = TileShape.columns
      row.panelStrideB = layout.offset(1)
      row.remainder = row.b + layout.offset(whole)
      row.run(panels: whole, hasRemainder: hasRemainder)
    case .direct:
      // Rows of B are read as whole vectors where that does not read past the end of the array; the last rows are copied
      // first.
      let width = vectors * Vector.scalarCount
      let room = (product.inner - 1) * product.strideB + product.columns - column - width
      let rows = room < 0 ? 0 : min(product.inner, room / product.strideB + 1)
      row.b = b + column
      row.innerStrideB = product.strideB
      row.remainder = row.b + whole * TileShape.columns
      row.innerStrideRemainder = product.strideB
      row.inner = rows
      row.run(panels: whole, hasRemainder: hasRemainder)
      let copy = sums + Self.group * TileShape.columns
      row.continues = true
      row.inner = 1
      row.b = UnsafePointer(copy)
      row.remainder = row.b + whole * TileShape.columns
      for index in rows..<product.inner {
        row.a = a + index * innerStrideA
        copyFloats(b + index * product.strideB + column, copy, min(width, product.columns - column))
        row.run(panels: whole, hasRemainder: hasRemainder)
      }
    case .transposed:
      sumTransposed(vectors: vectors, column: column, sums: sums)
    }
  }

  /// Computes the sums of `vectors` vectors of columns from `column` on, with a B that is stored transposed.
  private func sumTransposed(vectors: Int, column: Int, sums: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    for first in stride(from: 0, to: vectors, by: 2) {
      TransposedRows(
        a: a, innerStrideA: innerStrideA, b: b + (column + first * lanes) * product.strideB, strideB: product.strideB,
        columns: min((vectors - first) * lanes, 2 * lanes, product.columns - column - first * lanes),
        inner: product.inner, sums: sums + first * lanes
      ).run()
    }
  }
}

/// C[n] = sum over k of A[k] B[n, k] for at most 2 l columns, l = `Vector.scalarCount`, with a B that is stored
/// transposed. Blocks of l x l are transposed in registers. Two independent blocks at a time hide latency: while the
/// dependent adds of one complete, the other is transposed.
private struct TransposedRows {
  let a: UnsafePointer<Float>
  let innerStrideA: Int
  let b: UnsafePointer<Float>
  let strideB: Int
  let columns: Int
  let inner: Int
  /// Room for two vectors; sums from index `columns` on are undefined.
  let sums: UnsafeMutablePointer<Float>

  func run() {
    let lanes = Vector.scalarCount
    let whole = inner / lanes * lanes
    withZeros { zeros in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes * lanes) { transposed in
        guard let transposed = transposed.baseAddress else { return }
        addBlocks(whole, zeros, transposed)
      }
    }
    addRemainder(from: whole)
  }

  /// Computes the sums over the inner indices below `whole`, a multiple of l.
  @inline(never)
  private func addBlocks(_ whole: Int, _ zeros: UnsafePointer<Float>, _ transposed: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    var (first, second) = (Vector.zero, Vector.zero)
    for index in stride(from: 0, to: whole, by: lanes) {
      // `forEachColumn` yields the columns of a block permuted, but terms are added in the order of the inner index: the
      // transposed blocks are stored first.
      transpose(0, index, zeros, transposed)
      if columns > lanes { transpose(1, index, zeros, transposed) }
      for column in 0..<lanes {
        let factor = Vector(repeating: a[(index + column) * innerStrideA])
        first = multiplyAdd(factor, loadVector(transposed + 2 * column * lanes), first)
        second = multiplyAdd(factor, loadVector(transposed + (2 * column + 1) * lanes), second)
      }
    }
    storeVector(first, sums)
    storeVector(second, sums + lanes)
  }

  /// Transposes block `half`, 0 or 1, at inner index `index`. Rows past the last one of B repeat it.
  @inline(__always)
  private func transpose(
    _ half: Int, _ index: Int, _ zeros: UnsafePointer<Float>, _ transposed: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let target = transposed + half * lanes
    forEachColumn(zeros: zeros, of: { b + min(half * lanes + $0, columns - 1) * strideB + index }) { column, values in
      storeVector(values, target + 2 * column * lanes)
    }
  }

  /// Adds the terms of the inner indices from `start` on, the remainder.
  private func addRemainder(from start: Int) {
    for column in 0..<columns {
      var sum = sums[column]
      for index in start..<inner {
        sum = multiplyAdd(a[index * innerStrideA], b[column * strideB + index], sum)
      }
      sums[column] = sum
    }
  }
}

/// The micro-kernel of a single row: A times a few panels of B.
struct PanelRowProduct {
  var a: UnsafePointer<Float>
  var innerStrideA: Int
  /// The first panel of two vectors, its stride of inner indices, and the stride of panels.
  var b: UnsafePointer<Float>
  var innerStrideB: Int
  var panelStrideB: Int
  /// A last panel of one vector.
  var remainder: UnsafePointer<Float>
  var innerStrideRemainder: Int
  /// The sums, contiguous; they are loaded first if `continues`.
  var sums: UnsafeMutablePointer<Float>
  var continues: Bool
  var inner: Int

  /// Runs `panels` panels of two vectors, at most four, and one of a single vector if `hasRemainder`.
  func run(panels: Int, hasRemainder: Bool) {
    switch (panels, hasRemainder) {
    case (0, _): run(RemainderSum.self)
    case (1, false): run(PanelSum<NoSum>.self)
    case (2, false): run(PanelSum<PanelSum<NoSum>>.self)
    case (3, false): run(PanelSum<PanelSum<PanelSum<NoSum>>>.self)
    case (1, true): run(PanelSum<RemainderSum>.self)
    case (2, true): run(PanelSum<PanelSum<RemainderSum>>.self)
    case (3, true): run(PanelSum<PanelSum<PanelSum<RemainderSum>>>.self)
    default: run(PanelSum<PanelSum<PanelSum<PanelSum<NoSum>>>>.self)
    }
  }

  @inline(never)
  private func run<Sum: RowSum>(_ type: Sum.Type) {
    var sum = continues ? Sum.load(sums) : Sum.zero
    var (a, b, remainder) = (a, b, remainder)
    for _ in 0..<inner {
      sum.add(Vector(repeating: a.pointee), b, panelStride: panelStrideB, remainder: remainder)
      a += innerStrideA
      b += innerStrideB
      remainder += innerStrideRemainder
    }
    sum.store(sums)
  }
}

/// The accumulators of a row's panels: nested generic types, as in `Tile`.
private protocol RowSum {
  static var zero: Self { get }
  static func load(_ source: UnsafePointer<Float>) -> Self
  func store(_ target: UnsafeMutablePointer<Float>)
  /// Adds `factor` times a row of B: panels from `b` on, `panelStride` apart, then the single vector at `remainder`.
  mutating func add(_ factor: Vector, _ b: UnsafePointer<Float>, panelStride: Int, remainder: UnsafePointer<Float>)
}

/// Ends a row whose last panel has two vectors.
private struct NoSum: RowSum {
  @inline(__always) static var zero: Self { Self() }
  @inline(__always) static func load(_ source: UnsafePointer<Float>) -> Self { Self() }
  @inline(__always) func store(_ target: UnsafeMutablePointer<Float>) {}
  @inline(__always)
  mutating func add(_ factor: Vector, _ b: UnsafePointer<Float>, panelStride: Int, remainder: UnsafePointer<Float>) {}
}

/// Ends a row whose last panel has one vector.
private struct RemainderSum: RowSum {
  private var vector: Vector

  @inline(__always) static var zero: Self { Self(vector: .zero) }
  @inline(__always) static func load(_ source: UnsafePointer<Float>) -> Self { Self(vector: loadVector(source)) }
  @inline(__always) func store(_ target: UnsafeMutablePointer<Float>) { storeVector(vector, target) }

  @inline(__always)
  mutating func add(_ factor: Vector, _ b: UnsafePointer<Float>, panelStride: Int, remainder: UnsafePointer<Float>) {
    vector = multiplyAdd(factor, loadVector(remainder), vector)
  }
}

/// A panel of two vectors and the panels after it.
private struct PanelSum<Rest: RowSum>: RowSum {
  private var first: Vector
  private var second: Vector
  private var rest: Rest

  @inline(__always) static var zero: Self { Self(first: .zero, second: .zero, rest: .zero) }

  @inline(__always)
  static func load(_ source: UnsafePointer<Float>) -> Self {
    Self(
      first: loadVector(source), second: loadVector(source + Vector.scalarCount),
      rest: .load(source + TileShape.columns))
  }

  @inline(__always)
  func store(_ target: UnsafeMutablePointer<Float>) {
    storeVector(first, target)
    storeVector(second, target + Vector.scalarCount)
    rest.store(target + TileShape.columns)
  }

  @inline(__always)
  mutating func add(_ factor: Vector, _ b: UnsafePointer<Float>, panelStride: Int, remainder: UnsafePointer<Float>) {
    first = multiplyAdd(factor, loadVector(b), first)
    second = multiplyAdd(factor, loadVector(b + Vector.scalarCount), second)
    rest.add(factor, b + panelStride, panelStride: panelStride, remainder: remainder)
  }
}
