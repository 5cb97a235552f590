/// Two dimensions of a `StridedMove`.
struct MovedPlane {
  let rows: Int
  let columns: Int
  let xRow: Int
  let xColumn: Int
  let yRow: Int
  let yColumn: Int

  /// Whether threads may share the rows: each writes elements of its own, in a loop of its own.
  var hasOwnRows: Bool { yRow != 0 && (isTransposition || isRun || isRepetition || isSum) }

  private var isRun: Bool { xColumn == 1 && yColumn == 1 }
  /// Whether rows of y are columns of x.
  private var isTransposition: Bool { columns >= 8 && xRow == 1 && xColumn > 1 && yColumn == 1 }
  /// Whether a row of y has one element of x.
  private var isRepetition: Bool { columns >= 8 && xColumn == 0 && yColumn == 1 }
  /// Whether an element of y has a row of x.
  private var isSum: Bool { columns >= 8 && xColumn == 1 && yColumn == 0 }

  /// Moves some rows.
  @inline(__always)
  func move<S: Scalar>(
    _ rows: Range<Int>, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, _ accumulate: Bool
  ) {
    if isRun {
      moveRuns(rows, x, y, accumulate)
    } else if isRepetition {
      repeatElements(rows, x, y, accumulate)
    } else if isSum {
      sumRows(rows, x, y)
    } else if isTransposition, !accumulate, MemoryLayout<S>.stride == 4 || MemoryLayout<S>.stride == 8 {
      transpose(rows, x, y)
    } else if columns < 8 {
      // Few columns: rows are the longer loop.
      for column in 0..<columns {
        moveLine(x + column * xColumn, xRow, y + column * yColumn, yRow, rows, accumulate)
      }
    } else {
      // Blocks of columns whose lines of x stay in the nearest cache from row to row.
      for first in stride(from: 0, to: columns, by: 16) {
        let block = first..<min(columns, first + 16)
        for row in rows {
          let (from, to) = (x + row * xRow, y + row * yRow)
          if yColumn == 1 {
            moveLine(from, xColumn, to, 1, block, accumulate)
          } else {
            moveLine(from, xColumn, to, yColumn, block, accumulate)
          }
        }
      }
    }
  }

  @inline(__always)
  private func moveRuns<S: Scalar>(
    _ rows: Range<Int>, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, _ accumulate: Bool
  ) {
    if accumulate {
      for row in rows { moveLine(x + row * xRow, 1, y + row * yRow, 1, 0..<columns, true) }
      return
    }
    // Short runs of the usual sizes are a few registers, without a loop.
    switch columns * MemoryLayout<S>.stride {
    case 16: copyRuns(of: SIMD4<UInt32>.self, rows, x, y)
    case 32: copyRuns(of: SIMD8<UInt32>.self, rows, x, y)
    case 64: copyRuns(of: SIMD16<UInt32>.self, rows, x, y)
    case 128: copyRuns(of: SIMD32<UInt32>.self, rows, x, y)
    default: for row in rows { copyRun(x + row * xRow, to: y + row * yRow, count: columns) }
    }
  }

  /// Copies runs that are as long as `Run`.
  @inline(__always)
  private func copyRuns<S: Scalar, Run: BitwiseCopyable>(
    of type: Run.Type, _ rows: Range<Int>, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>
  ) {
    for row in rows {
      let run = UnsafeRawPointer(x + row * xRow).loadUnaligned(as: Run.self)
      UnsafeMutableRawPointer(y + row * yRow).storeBytes(of: run, as: Run.self)
    }
  }

  /// y[row, column] (+)= x[row]
  @inline(__always)
  private func repeatElements<S: Scalar>(
    _ rows: Range<Int>, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>, _ accumulate: Bool
  ) {
    for row in rows {
      let (value, to) = (x[row * xRow], y + row * yRow)
      if accumulate { for i in 0..<columns { to[i] += value } } else { for i in 0..<columns { to[i] = value } }
    }
  }

  /// y[row] += the sum of x[row, column] over the columns, those of every eighth first.
  @inline(__always)
  private func sumRows<S: Scalar>(_ rows: Range<Int>, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>) {
    for row in rows {
      let from = x + row * xRow
      var (s0, s1, s2, s3): (S, S, S, S) = (0, 0, 0, 0)
      var (s4, s5, s6, s7): (S, S, S, S) = (0, 0, 0, 0)
      var i = 0
      while i + 8 <= columns {
        (s0, s1, s2, s3) = (s0 + from[i], s1 + from[i + 1], s2 + from[i + 2], s3 + from[i + 3])
        (s4, s5, s6, s7) = (s4 + from[i + 4], s5 + from[i + 5], s6 + from[i + 6], s7 + from[i + 7])
        i += 8
      }
      var sum = ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))
      while i < columns {
        sum += from[i]
        i += 1
      }
      y[row * yRow] += sum
    }
  }

  /// Moves the elements `range` of lines with the given strides.
  @inline(__always)
  private func moveLine<S: Scalar>(
    _ x: UnsafePointer<S>, _ xStride: Int, _ y: UnsafeMutablePointer<S>, _ yStride: Int, _ range: Range<Int>,
    _ accumulate: Bool
  ) {
    if accumulate {
      for i in range { y[i * yStride] += x[i * xStride] }
    } else {
      for i in range { y[i * yStride] = x[i * xStride] }
    }
  }

  // MARK: Transposition

  /// y[row, column] = x[column, row], in blocks of 4 x 4 that are transposed in registers.
  @inline(__always)
  private func transpose<S: Scalar>(_ rows: Range<Int>, _ x: UnsafePointer<S>, _ y: UnsafeMutablePointer<S>) {
    let size = MemoryLayout<S>.stride
    // Lines of x that lie a page apart fall into one set of the cache, which holds eight.
    let width = (xColumn * size) % 4096 == 0 ? 8 : 16
    let whole = rows.lowerBound..<(rows.lowerBound + rows.count & ~3)
    for first in stride(from: 0, to: columns & ~3, by: width) {
      let block = first..<min(columns & ~3, first + width)
      for row in stride(from: whole.lowerBound, to: whole.upperBound, by: 4) {
        for column in stride(from: block.lowerBound, to: block.upperBound, by: 4) {
          let (from, to) = (
            UnsafeRawPointer(x + row + column * xColumn), UnsafeMutableRawPointer(y + row * yRow + column)
          )
          if size == 4 {
            transposeBlock(of: UInt32.self, from, size * xColumn, to, size * yRow)
          } else {
            transposeBlock(of: UInt64.self, from, size * xColumn, to, size * yRow)
          }
        }
      }
    }
    for row in whole { moveLine(x + row, xColumn, y + row * yRow, 1, (columns & ~3)..<columns, false) }
    for row in whole.upperBound..<rows.upperBound { moveLine(x + row, xColumn, y + row * yRow, 1, 0..<columns, false) }
  }

  /// Transposes a block of 4 x 4 words; strides are bytes.
  @inline(__always)
  private func transposeBlock<Word: FixedWidthInteger & SIMDScalar>(
    of type: Word.Type, _ x: UnsafeRawPointer, _ xStride: Int, _ y: UnsafeMutableRawPointer, _ yStride: Int
  ) {
    typealias Quad = SIMD4<Word>
    func line(_ index: Int) -> Quad { x.loadUnaligned(fromByteOffset: index * xStride, as: Quad.self) }
    func pair(_ low: Quad, _ high: Quad) -> SIMD8<Word> { SIMD8(lowHalf: low, highHalf: high) }
    let (upper, lower) = (pair(line(0), line(1)), pair(line(2), line(3)))
    let even = pair(upper.evenHalf, lower.evenHalf)
    let odd = pair(upper.oddHalf, lower.oddHalf)
    y.storeBytes(of: even.evenHalf, toByteOffset: 0, as: Quad.self)
    y.storeBytes(of: odd.evenHalf, toByteOffset: yStride, as: Quad.self)
    y.storeBytes(of: even.oddHalf, toByteOffset: 2 * yStride, as: Quad.self)
    y.storeBytes(of: odd.oddHalf, toByteOffset: 3 * yStride, as: Quad.self)
  }
}

/// Copies a run of elements: short ones in registers, of which the last overlaps the one before.
@inline(__always)
func copyRun<S: Scalar>(_ x: UnsafePointer<S>, to y: UnsafeMutablePointer<S>, count: Int) {
  let bytes = count * MemoryLayout<S>.stride
  guard bytes >= 16, bytes <= 256 else {
    if bytes > 256 { y.update(from: x, count: count) } else { for i in 0..<count { y[i] = x[i] } }
    return
  }
  typealias Vector = SIMD4<UInt32>
  let (from, to) = (UnsafeRawPointer(x), UnsafeMutableRawPointer(y))
  let last = bytes - 16
  let end = from.loadUnaligned(fromByteOffset: last, as: Vector.self)
  var offset = 0
  while offset < last {
    to.storeBytes(
      of: from.loadUnaligned(fromByteOffset: offset, as: Vector.self), toByteOffset: offset, as: Vector.self)
    offset += 16
  }
  to.storeBytes(of: end, toByteOffset: last, as: Vector.self)
}
