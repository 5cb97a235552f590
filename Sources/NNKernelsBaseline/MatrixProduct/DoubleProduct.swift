import NNKernelsCommon

/// C (+)= scale A B in double precision, see `MatrixProduct`; the same scheme as in single precision in its plainest form.
///
/// B is packed in panels of two vectors, A in tiles of six rows with `scale` multiplied in, both padded with zeros, so that
/// one register tile of 6 x 2 vectors computes everything. Per inner index it loads two vectors of B, broadcasts six
/// elements of A and runs 12 multiply-adds. Every element adds its terms in the order of the inner index.
func multiplyDoubles(
  _ p: MatrixProduct, _ a: Buffer<Double>, _ b: Buffer<Double>, _ c: Buffer<Double>, _ scale: Double,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  let (rowTiles, panels) = (
    (p.rows + DoubleTile.rows - 1) / DoubleTile.rows, (p.columns + DoubleTile.columns - 1) / DoubleTile.columns
  )
  guard rowTiles > 0, panels > 0 else { return }
  let scratch = workers.scratch
  let packed = doubles(scratch, worker: workers.currentWorker, .operand, panels * DoubleTile.columns * p.inner)
  let run = DoubleProductRun(
    p: p, a: a.base, b: b.base, c: c.base, scale: scale, accumulate: accumulate, packed: packed, panels: panels)
  workers.run(count: panels, grain: max(1, 8192 / (DoubleTile.columns * max(1, p.inner)))) { range in
    for panel in range { run.packPanel(panel) }
  }
  // Chunks of rows; of panels too where there are few rows.
  let rowParts = min(rowTiles, 16)
  let panelParts = rowTiles >= 8 ? 1 : min(panels, 8)
  let work = p.rows * p.columns * p.inner
  let isSmall = work < 1 << 14
  let (first, second) = isSmall ? (1, 1) : (rowParts, panelParts)
  let size = DoubleTile.rows * DoubleProductRun.block + DoubleTile.rows * DoubleTile.columns
  workers.reserveScratch(purpose: .block, count: 2 * size)
  workers.run(chunks: first * second) { chunk, worker in
    run.compute(
      rowTiles: TileShape.cut(rowTiles, into: first, chunk / second),
      panels: TileShape.cut(panels, into: second, chunk % second), doubles(scratch, worker: worker, .block, size))
  }
}

/// Scratch memory for `count` numbers.
private func doubles(_ scratch: ScratchMemory, worker: Int, _ purpose: ScratchPurpose, _ count: Int)
  -> UnsafeMutablePointer<Double>
{
  UnsafeMutableRawPointer(scratch.memory(worker: worker, purpose: purpose, count: max(2, 2 * count)))
    .bindMemory(to: Double.self, capacity: count)
}

private struct DoubleProductRun {
  let p: MatrixProduct
  let a: UnsafePointer<Double>
  let b: UnsafePointer<Double>
  let c: UnsafeMutablePointer<Double>
  let scale: Double
  let accumulate: Bool
  /// The panels of B one after the other, each row by row.
  let packed: UnsafeMutablePointer<Double>
  let panels: Int

  /// Inner indices whose part of a panel stays in the first-level cache.
  static let block = 192

  @inline(never)
  func packPanel(_ panel: Int) {
    let first = panel * DoubleTile.columns
    let count = min(DoubleTile.columns, p.columns - first)
    let target = packed + panel * DoubleTile.columns * p.inner
    for k in 0..<p.inner {
      let to = target + k * DoubleTile.columns
      if p.transposeB {
        for j in 0..<count { to[j] = b[(first + j) * p.strideB + k] }
      } else {
        for j in 0..<count { to[j] = b[k * p.strideB + first + j] }
      }
      for j in count..<DoubleTile.columns { to[j] = 0 }
    }
  }

  @inline(never)
  private func packRows(_ tile: Int, _ inner: Range<Int>, _ target: UnsafeMutablePointer<Double>) {
    let first = tile * DoubleTile.rows
    for row in 0..<DoubleTile.rows {
      let isInside = first + row < p.rows
      let source = a + (p.transposeA ? first + row : (first + row) * p.strideA)
      let step = p.transposeA ? p.strideA : 1
      for k in inner {
        target[(k - inner.lowerBound) * DoubleTile.rows + row] = isInside ? scale * source[k * step] : 0
      }
    }
  }

  /// The tiles of C of some tiles of rows and panels, block by block of the inner index. `memory` holds a packed tile of A
  /// and, behind it, a tile of C at the edges.
  @inline(never)
  func compute(rowTiles: Range<Int>, panels: Range<Int>, _ memory: UnsafeMutablePointer<Double>) {
    let edge = memory + DoubleTile.rows * Self.block
    var start = 0
    repeat {
      let inner = start..<min(p.inner, start + Self.block)
      for tile in rowTiles {
        let row = tile * DoubleTile.rows
        let rows = min(DoubleTile.rows, p.rows - row)
        packRows(tile, inner, memory)
        for panel in panels {
          let column = panel * DoubleTile.columns
          let columns = min(DoubleTile.columns, p.columns - column)
          let b = packed + (panel * p.inner + start) * DoubleTile.columns
          let target = c + (row * p.strideC + column)
          let reads = accumulate || start > 0
          if rows == DoubleTile.rows, columns == DoubleTile.columns {
            DoubleTile.multiply(memory, b, inner.count, target, p.strideC, reads)
          } else {
            if reads { copy(target, p.strideC, edge, DoubleTile.columns, rows, columns) }
            DoubleTile.multiply(memory, b, inner.count, edge, DoubleTile.columns, reads)
            copy(edge, DoubleTile.columns, target, p.strideC, rows, columns)
          }
        }
      }
      start += Self.block
    } while start < p.inner
  }

  @inline(__always)
  private func copy(
    _ source: UnsafePointer<Double>, _ sourceStride: Int, _ target: UnsafeMutablePointer<Double>, _ targetStride: Int,
    _ rows: Int, _ columns: Int
  ) {
    for i in 0..<rows {
      for j in 0..<columns { target[i * targetStride + j] = source[i * sourceStride + j] }
    }
  }
}

/// The register tile of 6 rows x 2 vectors.
private enum DoubleTile {
  static let rows = 6
  static let columns = 2 * DoubleVector.scalarCount

  /// C = [C +] A B for `count` inner indices of packed A and B.
  @inline(never)
  static func multiply(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int, _ c: UnsafeMutablePointer<Double>,
    _ stride: Int, _ reads: Bool
  ) {
    let l = DoubleVector.scalarCount
    var (r0, s0) = row(c, l, reads)
    var (r1, s1) = row(c + stride, l, reads)
    var (r2, s2) = row(c + 2 * stride, l, reads)
    var (r3, s3) = row(c + 3 * stride, l, reads)
    var (r4, s4) = row(c + 4 * stride, l, reads)
    var (r5, s5) = row(c + 5 * stride, l, reads)
    var (a, b) = (a, b)
    for _ in 0..<count {
      let (x, y) = (load(b), load(b + l))
      step(a[0], x, y, &r0, &s0)
      step(a[1], x, y, &r1, &s1)
      step(a[2], x, y, &r2, &s2)
      step(a[3], x, y, &r3, &s3)
      step(a[4], x, y, &r4, &s4)
      step(a[5], x, y, &r5, &s5)
      a += rows
      b += columns
    }
    store(r0, s0, c)
    store(r1, s1, c + stride)
    store(r2, s2, c + 2 * stride)
    store(r3, s3, c + 3 * stride)
    store(r4, s4, c + 4 * stride)
    store(r5, s5, c + 5 * stride)
  }

  @inline(__always)
  private static func load(_ pointer: UnsafePointer<Double>) -> DoubleVector {
    UnsafeRawPointer(pointer).loadUnaligned(as: DoubleVector.self)
  }

  @inline(__always)
  private static func row(_ c: UnsafePointer<Double>, _ l: Int, _ reads: Bool) -> (DoubleVector, DoubleVector) {
    reads ? (load(c), load(c + l)) : (.zero, .zero)
  }

  @inline(__always)
  private static func step(
    _ a: Double, _ x: DoubleVector, _ y: DoubleVector, _ r: inout DoubleVector, _ s: inout DoubleVector
  ) {
    let factor = DoubleVector(repeating: a)
    r = multiplyAdd(factor, x, r)
    s = multiplyAdd(factor, y, s)
  }

  @inline(__always)
  private static func store(_ r: DoubleVector, _ s: DoubleVector, _ c: UnsafeMutablePointer<Double>) {
    UnsafeMutableRawPointer(c).storeBytes(of: r, as: DoubleVector.self)
    UnsafeMutableRawPointer(c + DoubleVector.scalarCount).storeBytes(of: s, as: DoubleVector.self)
  }
}
