/// Copies the columns `panel` of a right-hand side, for the inner indices `range`, into `target`: row after row, each
/// `vectors` vectors long, missing columns zero.
///
/// Bytes: 8 per element. A matrix that is stored transposed is turned in blocks of 4 x 4 within registers.
@inline(never)
func packPanel(
  _ b: UnsafePointer<Float>, stride: Int, transposed: Bool, layout: PanelLayout, panel: Int, range: Range<Int>,
  into target: UnsafeMutablePointer<Float>
) {
  let width = layout.vectors(panel) * Vector.scalarCount
  let valid = layout.valid(panel)
  let column = panel * TileShape.columns
  if transposed {
    transpose(
      b + column * stride + range.lowerBound, stride: stride, rows: valid, columns: range.count, into: target,
      stride: width)
    if valid < width {
      for k in 0..<range.count {
        for j in valid..<width { target[k * width + j] = 0 }
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
    let rest = valid % Vector.scalarCount
    for _ in 0..<range.count {
      if valid >= Vector.scalarCount { storeVector(loadVector(source), target) }
      if rest > 0 {
        storeVector(loadVector(source + (valid - rest), count: rest), target + (width - Vector.scalarCount))
      } else if valid < width {
        storeVector(.zero, target + (width - Vector.scalarCount))
      }
      source += stride
      target += width
    }
  }
}

/// Rearranges rows of A so that the elements of one inner index lie together: target[k][row] = a[row][k].
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

/// target[column][row] = source[row][column]
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
    while left >= 4 {
      transposeBlock(from, stride, to, targetStride)
      from += 4
      to += 4 * targetStride
      left -= 4
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

@inline(__always)
private func transposeBlock(
  _ source: UnsafePointer<Float>, _ stride: Int, _ target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  let a = UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self)
  let b = UnsafeRawPointer(source + stride).loadUnaligned(as: SIMD4<Float>.self)
  let c = UnsafeRawPointer(source + 2 * stride).loadUnaligned(as: SIMD4<Float>.self)
  let d = UnsafeRawPointer(source + 3 * stride).loadUnaligned(as: SIMD4<Float>.self)
  let ab = SIMD8(lowHalf: a, highHalf: b)
  let cd = SIMD8(lowHalf: c, highHalf: d)
  let even = SIMD8(lowHalf: ab.evenHalf, highHalf: cd.evenHalf)
  let odd = SIMD8(lowHalf: ab.oddHalf, highHalf: cd.oddHalf)
  UnsafeMutableRawPointer(target).storeBytes(of: even.evenHalf, as: SIMD4<Float>.self)
  UnsafeMutableRawPointer(target + targetStride).storeBytes(of: odd.evenHalf, as: SIMD4<Float>.self)
  UnsafeMutableRawPointer(target + 2 * targetStride).storeBytes(of: even.oddHalf, as: SIMD4<Float>.self)
  UnsafeMutableRawPointer(target + 3 * targetStride).storeBytes(of: odd.oddHalf, as: SIMD4<Float>.self)
}
