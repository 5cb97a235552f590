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
  /// `column` of the product. `sums` may be `c` unless accumulating.
  @inline(never)
  func apply(
    _ sums: UnsafePointer<Float>, stride: Int, into c: UnsafeMutablePointer<Float>, strideC: Int, rows: Int,
    columns: Int, column: Int
  ) {
    for row in 0..<rows {
      let from = sums + row * stride
      let to = c + row * strideC
      var j = 0
      while j + Vector.scalarCount <= columns {
        var value = loadVector(from + j) * scale
        if accumulate { value += loadVector(to + j) }
        if let bias { value += loadVector(bias + (column + j)) }
        storeVector(value, to + j)
        j += Vector.scalarCount
      }
      let rest = columns - j
      if rest > 0 {
        var value = loadVector(from + j, count: rest) * scale
        if accumulate { value += loadVector(to + j, count: rest) }
        if let bias { value += loadVector(bias + (column + j), count: rest) }
        storeVector(value, to + j, count: rest)
      }
    }
    if activation != .identity {
      for row in 0..<rows {
        let to = c + row * strideC
        for j in 0..<columns { to[j] = activationValue(activation, to[j]) }
      }
    }
  }
}
func activationValue(_ a: Activation, _ x: Float) -> Float { max(x, 0) }
