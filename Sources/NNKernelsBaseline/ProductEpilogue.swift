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

extension ProductEpilogue {
  /// The same, in place and without accumulating, for sums that are columns of C, each `vectors` vectors long.
  @inline(__always)
  func applyTurned(_ sums: UnsafeMutablePointer<Float>, vectors: Int, columns: Range<Int>) {
    guard !isTrivial else { return }
    activation.apply(TurnedEpilogue(epilogue: self, sums: sums, vectors: vectors, columns: columns))
  }
}

private struct TurnedEpilogue: FunctionUser {
  let epilogue: ProductEpilogue
  let sums: UnsafeMutablePointer<Float>
  let vectors: Int
  let columns: Range<Int>

  @inline(never)
  func use<F: VectorFunction>(_ function: F) {
    var column = sums
    for index in columns {
      // Adding minus zero changes no number.
      let bias = epilogue.bias.map { Vector(repeating: $0[index]) } ?? Vector(repeating: -0.0)
      for _ in 0..<vectors {
        storeVector(function.value(loadVector(column) * epilogue.scale + bias), column)
        column += Vector.scalarCount
      }
    }
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
      RowEpilogue(
        function: function, sums: sums + row * stride, c: c + row * strideC, bias: epilogue.bias.map { $0 + column },
        scale: epilogue.scale, accumulate: epilogue.accumulate
      ).run(0..<columns)
    }
  }
}

private struct RowEpilogue<F: VectorFunction>: VectorLoop {
  let function: F
  let sums: UnsafePointer<Float>
  let c: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>?
  let scale: Float
  let accumulate: Bool

  @inline(__always)
  func whole(_ j: Int) {
    var value = loadVector(sums + j) * scale
    if let bias { value += loadVector(bias + j) }
    if accumulate { value += loadVector(c + j) }
    storeVector(function.value(value), c + j)
  }

  @inline(__always)
  func rest(_ j: Int, _ count: Int) {
    var value = loadVector(sums + j, count: count) * scale
    if let bias { value += loadVector(bias + j, count: count) }
    if accumulate { value += loadVector(c + j, count: count) }
    storeVector(function.value(value), c + j, count: count)
  }
}
