/// The position of a vector of pixels among the rows of an output block.
struct PixelCursor {
  var row: Int
  var vector: Int

  /// Calls `body` with two vectors at a time, row by row; with the last one twice if their number is odd.
  @inline(__always)
  static func forEachPair(of count: Int, perRow vectors: Int, _ body: (PixelCursor, PixelCursor) -> Void) {
    var next = PixelCursor(row: 0, vector: 0)
    var index = 0
    while index < count {
      let one = next
      next.advance(vectors)
      let two = index + 1 < count ? next : one
      next.advance(vectors)
      index += 2
      body(one, two)
    }
  }

  @inline(__always)
  private mutating func advance(_ vectors: Int) {
    vector += 1
    if vector == vectors {
      vector = 0
      row += 1
    }
  }
}

/// The micro-kernel of the direct convolution: a register tile of T.rows channels x two vectors of pixels, accumulated
/// over the whole inner index.
///
///     y[o, j] = bias[o] + sum over k of a[o rowStrideA + k innerStrideA] pixels[j + offsets[k]]
struct ConvolutionTile: PixelTileUser {
  var a: UnsafePointer<Float>
  var rowStrideA: Int
  var innerStrideA: Int
  var offsets: UnsafePointer<Int32>
  var inner: Int
  var bias: UnsafePointer<Float>?
  /// Whether ReLU is applied.
  var rectifies: Bool
  /// The pixels of the two vectors for offset 0.
  var first: UnsafePointer<Float>
  var second: UnsafePointer<Float>
  var target: PixelTargets

  @inline(never)
  func use<T: PixelTile>(_ type: T.Type) {
    if rowStrideA == 1 { compute(type, rowStride: 1) } else { compute(type, rowStride: rowStrideA) }
  }

  @inline(__always)
  private func compute<T: PixelTile>(_ type: T.Type, rowStride: Int) {
    var tile = bias.map { T.filled($0) } ?? T.zero
    var (a, offset, left) = (a, offsets, inner)
    while left > 0 {
      let pixel = Int(offset.pointee)
      tile.add(a, stride: rowStride, PixelPair(first + pixel, second + pixel))
      a += innerStrideA
      offset += 1
      left -= 1
    }
    if rectifies { tile.storeRectified(target) } else { tile.store(target) }
  }
}
