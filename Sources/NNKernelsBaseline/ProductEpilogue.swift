import NNKernelsCommon

/// What is done to the finished sums of a tile on their way into C.
struct ProductEpilogue {
  var bias: UnsafePointer<Float>?
  var activation: Activation
  var scale: Float
  var accumulate: Bool

  init(_ epilogue: Epilogue<Float>) {
    bias = epilogue.bias.map { UnsafePointer($0.base) }
    activation = epilogue.activation
    scale = epilogue.scale
    accumulate = epilogue.accumulate
  }

  /// Whether the sums are the result.
  @inline(__always)
  var isTrivial: Bool { bias == nil && activation == .identity && scale == 1 && !accumulate }

  /// c = activation(scale sums + bias [+ c]) for `rows` rows of `columns` columns, of which the first is column
  /// `column` of the product. `sums` may be `c` unless accumulating. The tile is still in the first-level cache.
  @inline(__always)
  func apply(
    _ sums: UnsafePointer<Float>, stride: Int, into c: UnsafeMutablePointer<Float>, strideC: Int, rows: Int,
    columns: Int, column: Int
  ) {
    activation.apply(
      TileEpilogue(
        epilogue: self, sums: sums, stride: stride, c: c, strideC: strideC, rows: rows, columns: columns,
        column: column))
  }
}

private struct TileEpilogue: FunctionUser {
  let epilogue: ProductEpilogue
  let sums: UnsafePointer<Float>
  let stride: Int
  let c: UnsafeMutablePointer<Float>
  let strideC: Int
  let rows: Int
  let columns: Int
  let column: Int

  @inline(never)
  func use<F: VectorFunction>(_ function: F) {
    for row in 0..<rows {
      let from = sums + row * stride
      let to = c + row * strideC
      forEachVector(0..<columns) { j in
        var value = loadVector(from + j) * epilogue.scale
        if let bias = epilogue.bias { value += loadVector(bias + (column + j)) }
        if epilogue.accumulate { value += loadVector(to + j) }
        storeVector(function.value(value), to + j)
      } rest: { j, count in
        var value = loadVector(from + j, count: count) * epilogue.scale
        if let bias = epilogue.bias { value += loadVector(bias + (column + j), count: count) }
        if epilogue.accumulate { value += loadVector(to + j, count: count) }
        storeVector(function.value(value), to + j, count: count)
      }
    }
  }
}
