import NNKernelsCommon

/// One product under way whose C is a single row.
///
/// A row alone gives every vector of B one multiply-add, so the sums of eight vectors go through the inner index
/// together: fewer would wait for one another. Every element's terms are added in the order of the inner index, as in
/// the products of more rows, so that no bit of a row depends on the rows beside it.
///
/// Operations: 2 inner columns. Bytes: 4 per element of B, which is read once; nothing else counts.
struct SingleRowProduct {
  /// How B lies in memory.
  enum RightSide {
    /// As inner x columns.
    case direct
    /// As columns x inner.
    case transposed
    /// As `PanelLayout` says.
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

  /// Panels whose sums are held in registers together.
  private static let group = 4

  /// Whether a product should be computed so.
  static func suits(_ p: MatrixProduct) -> Bool {
    // Squares of few lanes, transposed two at a time, leave their sums waiting for one another.
    p.rows == 1 && (!p.transposeB || Vector.scalarCount >= 8)
  }

  @inline(__always) private var innerStrideA: Int { product.transposeA ? product.strideA : 1 }

  /// Computes C, in chunks.
  func computeAll(_ workers: WorkerPool) {
    // Two panels fill the way from the second-level cache already.
    let parts = (layout.count + 1) / 2
    let chunks = workers.isSerial ? 1 : max(1, min(parts, product.inner * product.columns / ProductPlan.leastWork))
    workers.run(chunks: chunks) { chunk, worker in
      let sums = scratch.memory(
        worker: worker, purpose: .results, count: 2 * Self.group * TileShape.columns)
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

  /// Computes the sums of `panels`, at most `group` of them. Behind the sums there is room for as many scalars again.
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
      // Rows of B are read up to a whole vector, as long as that stays inside of the array.
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

  /// Computes the sums of `vectors` vectors of columns from `column` on, of which B has each in a row of its own.
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

/// One row of A times a few rows of B, at most twice as many as a vector has lanes: squares of them are transposed in
/// registers, two at a time, so that the sums of one wait while the other is transposed.
private struct TransposedRows {
  let a: UnsafePointer<Float>
  let innerStrideA: Int
  let b: UnsafePointer<Float>
  let strideB: Int
  let columns: Int
  let inner: Int
  /// Room for the sums of two vectors; what is written behind `columns` means nothing.
  let sums: UnsafeMutablePointer<Float>

  func run() {
    let lanes = Vector.scalarCount
    let whole = inner / lanes * lanes
    withZeros { zeros in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes * lanes) { transposed in
        guard let transposed = transposed.baseAddress else { return }
        addSquares(whole, zeros, transposed)
      }
    }
    addRest(from: whole)
  }

  /// Sums the products of the inner indices below `whole`.
  @inline(never)
  private func addSquares(_ whole: Int, _ zeros: UnsafePointer<Float>, _ transposed: UnsafeMutablePointer<Float>) {
    let lanes = Vector.scalarCount
    var (first, second) = (Vector.zero, Vector.zero)
    for index in stride(from: 0, to: whole, by: lanes) {
      // Columns do not come in their order, in which they are to be added.
      turn(0, index, zeros, transposed)
      if columns > lanes { turn(1, index, zeros, transposed) }
      for column in 0..<lanes {
        let factor = Vector(repeating: a[(index + column) * innerStrideA])
        first = multiplyAdd(factor, loadVector(transposed + 2 * column * lanes), first)
        second = multiplyAdd(factor, loadVector(transposed + (2 * column + 1) * lanes), second)
      }
    }
    storeVector(first, sums)
    storeVector(second, sums + lanes)
  }

  /// Transposes square number `half`, from inner index `index` on. Where B has no more rows, the last one is read again.
  @inline(__always)
  private func turn(
    _ half: Int, _ index: Int, _ zeros: UnsafePointer<Float>, _ transposed: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let target = transposed + half * lanes
    forEachColumn(zeros: zeros, of: { b + min(half * lanes + $0, columns - 1) * strideB + index }) { column, values in
      storeVector(values, target + 2 * column * lanes)
    }
  }

  /// Adds the products of the inner indices that fill no square.
  private func addRest(from start: Int) {
    for column in 0..<columns {
      var sum = sums[column]
      for index in start..<inner {
        #if LEVEL_BASELINE && arch(x86_64)
          sum += a[index * innerStrideA] * b[column * strideB + index]
        #else
          sum.addProduct(a[index * innerStrideA], b[column * strideB + index])
        #endif
      }
      sums[column] = sum
    }
  }
}

/// One row of A times a few panels of B.
private struct PanelRowProduct {
  var a: UnsafePointer<Float>
  var innerStrideA: Int
  /// The first panel of two vectors, the distance of inner indices, and that of panels.
  var b: UnsafePointer<Float>
  var innerStrideB: Int
  var panelStrideB: Int
  /// A panel of one vector behind the others.
  var remainder: UnsafePointer<Float>
  var innerStrideRemainder: Int
  /// Where the sums so far lie if `continues`, and where the sums go, vector after vector.
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

/// The sums of a row's panels, held in registers.
private protocol RowSum {
  static var zero: Self { get }
  static func load(_ source: UnsafePointer<Float>) -> Self
  func store(_ target: UnsafeMutablePointer<Float>)
  /// Adds `factor` times the panels from `b` on, `panelStride` apart, and the single vector at `remainder`.
  mutating func add(_ factor: Vector, _ b: UnsafePointer<Float>, panelStride: Int, remainder: UnsafePointer<Float>)
}

/// The end of a row whose last panel has two vectors.
private struct NoSum: RowSum {
  @inline(__always) static var zero: Self { Self() }
  @inline(__always) static func load(_ source: UnsafePointer<Float>) -> Self { Self() }
  @inline(__always) func store(_ target: UnsafeMutablePointer<Float>) {}
  @inline(__always)
  mutating func add(_ factor: Vector, _ b: UnsafePointer<Float>, panelStride: Int, remainder: UnsafePointer<Float>) {}
}

/// The end of a row whose last panel has one vector.
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

/// A panel of two vectors and those behind it.
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
