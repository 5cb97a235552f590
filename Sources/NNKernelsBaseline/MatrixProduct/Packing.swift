/// Packs one panel of B for the inner indices `range`: target[k, j] = B[range.lowerBound + k, first column + j], each row
/// `layout.vectors(panel)` vectors long and padded with zeros.
///
/// Bytes: 8 per element. A B that is stored transposed is transposed in registers, block by block.
@inline(never)
func packPanel(
  _ b: UnsafePointer<Float>, stride: Int, transposed: Bool, layout: PanelLayout, panel: Int, range: Range<Int>,
  into target: UnsafeMutablePointer<Float>
) {
  let width = layout.vectors(panel) * Vector.scalarCount
  let valid = layout.valid(panel)
  let column = panel * TileShape.columns
  if transposed {
    withZeros { zeros in
      for first in Swift.stride(from: 0, to: valid, by: Vector.scalarCount) {
        transposeRows(
          b + (column + first) * stride + range.lowerBound, stride: stride,
          rows: min(Vector.scalarCount, valid - first), columns: range.count, zeros: zeros, into: target + first,
          targetStride: width)
      }
    }
  } else if valid == TileShape.columns {
    var source = b + range.lowerBound * stride + column
    var target = target
    for _ in 0..<range.count {
      storeVector(loadVector(source), target)
      storeVector(loadVector(source + Vector.scalarCount), target + Vector.scalarCount)
      source += stride
      target += TileShape.columns
    }
  } else {
    var source = b + range.lowerBound * stride + column
    var target = target
    let remainder = valid % Vector.scalarCount
    for _ in 0..<range.count {
      if valid >= Vector.scalarCount { storeVector(loadVector(source), target) }
      if remainder > 0 {
        storeVector(
          loadVector(source + (valid - remainder), count: remainder), target + (width - Vector.scalarCount))
      } else if valid < width {
        storeVector(.zero, target + (width - Vector.scalarCount))
      }
      source += stride
      target += width
    }
  }
}

/// Packs rows of A column-major, so that the elements of one inner index are contiguous: target[k, row] = A[row, k].
@inline(never)
func packRows(
  _ a: UnsafePointer<Float>, rowStride: Int, innerStride: Int, rows: Int, inner: Int,
  into target: UnsafeMutablePointer<Float>
) {
  if innerStride == 1 {
    transpose(a, stride: rowStride, rows: rows, columns: inner, into: target, stride: rows)
  } else {
    for k in 0..<inner {
      let source = a + k * innerStride
      let to = target + k * rows
      var row = 0
      while row + 4 <= rows {
        UnsafeMutableRawPointer(to + row).storeBytes(
          of: UnsafeRawPointer(source + row).loadUnaligned(as: SIMD4<Float>.self), as: SIMD4<Float>.self)
        row += 4
      }
      while row < rows {
        to[row] = source[row]
        row += 1
      }
    }
  }
}

/// target[column, row] = source[row, column] for at most `Vector.scalarCount` rows; missing rows are zero.
@inline(never)
private func transposeRows(
  _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, zeros: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, targetStride: Int
) {
  let lanes = Vector.scalarCount
  guard columns >= lanes else {
    for column in 0..<columns {
      for row in 0..<lanes { target[column * targetStride + row] = row < rows ? source[row * stride + column] : 0 }
    }
    return
  }
  var done = 0
  while done < columns {
    // The last block overlaps the one before it: some columns are written twice, with the same values.
    let start = min(done, columns - lanes)
    let (from, to) = (source + start, target + start * targetStride)
    if rows == lanes {
      forEachColumn(zeros: zeros, of: { from + $0 * stride }) { column, values in
        storeVector(values, to + column * targetStride)
      }
    } else {
      forEachColumn(zeros: zeros, of: { $0 < rows ? from + $0 * stride : zeros }) { column, values in
        storeVector(values, to + column * targetStride)
      }
    }
    done = start + lanes
  }
}

/// target[column, row] = source[row, column], in blocks of 4 x 8.
@inline(__always)
private func transpose(
  _ source: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, into target: UnsafeMutablePointer<Float>,
  stride targetStride: Int
) {
  var row = 0
  while row + 4 <= rows {
    var from = source + row * stride
    var to = target + row
    var left = columns
    while left >= 8 {
      transposeBlock(from, stride, to, targetStride)
      from += 8
      to += 8 * targetStride
      left -= 8
    }
    while left > 0 {
      for i in 0..<4 { to[i] = from[i * stride] }
      from += 1
      to += targetStride
      left -= 1
    }
    row += 4
  }
  while row < rows {
    let from = source + row * stride
    for column in 0..<columns { target[column * targetStride + row] = from[column] }
    row += 1
  }
}

/// Transposes a block of 4 x 8: two rows are interleaved by elements, then two such results by pairs of elements.
@inline(__always)
private func transposeBlock(
  _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  let a = UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
  let b = UnsafeRawPointer(source + stride).loadUnaligned(as: SIMD8<Float>.self)
  let c = UnsafeRawPointer(source + 2 * stride).loadUnaligned(as: SIMD8<Float>.self)
  let d = UnsafeRawPointer(source + 3 * stride).loadUnaligned(as: SIMD8<Float>.self)
  let low = (interleavedLow(a, b), interleavedLow(c, d))
  let high = (interleavedHigh(a, b), interleavedHigh(c, d))
  storeColumns(
    SIMD4(low.0[0], low.1[0], low.0[2], low.1[2]), target, target + 4 * targetStride)
  storeColumns(
    SIMD4(low.0[1], low.1[1], low.0[3], low.1[3]), target + targetStride, target + 5 * targetStride)
  storeColumns(
    SIMD4(high.0[0], high.1[0], high.0[2], high.1[2]), target + 2 * targetStride, target + 6 * targetStride)
  storeColumns(
    SIMD4(high.0[1], high.1[1], high.0[3], high.1[3]), target + 3 * targetStride, target + 7 * targetStride)
}

/// The elements 0, 1, 4 and 5 of `a` and `b` interleaved: one shuffle within 128-bit lanes.
@inline(__always)
private func interleavedLow(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD4<UInt64> {
  unsafeBitCast(SIMD8(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5]), to: SIMD4<UInt64>.self)
}

/// The elements 2, 3, 6 and 7 of `a` and `b` interleaved.
@inline(__always)
private func interleavedHigh(_ a: SIMD8<Float>, _ b: SIMD8<Float>) -> SIMD4<UInt64> {
  unsafeBitCast(SIMD8(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7]), to: SIMD4<UInt64>.self)
}

/// Stores the 4-element columns in the halves of `columns` to `first` and `second`.
@inline(__always)
private func storeColumns(
  _ columns: SIMD4<UInt64>, _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>
) {
  UnsafeMutableRawPointer(first).storeBytes(of: columns.lowHalf, as: SIMD2<UInt64>.self)
  UnsafeMutableRawPointer(second).storeBytes(of: columns.highHalf, as: SIMD2<UInt64>.self)
}
