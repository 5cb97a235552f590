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
  func applyTransposed(_ sums: UnsafeMutablePointer<Float>, vectors: Int, columns: Range<Int>) {
    guard !isTrivial else { return }
    activation.apply(TransposedEpilogue(epilogue: self, sums: sums, vectors: vectors, columns: columns))
  }
}

extension ProductEpilogue {
  /// The same without accumulating for sums of which each vector holds `columns` columns of four rows, a quarter for each;
  /// the first of them is column `column` of the product.
  @inline(__always)
  func applyRemainder(
    _ sums: UnsafePointer<Float>, fours: Int, columns: Int, column: Int, into c: UnsafeMutablePointer<Float>,
    strideC: Int
  ) {
    activation.apply(
      RemainderEpilogue(
        epilogue: self, sums: sums, fours: fours, columns: columns, column: column, c: c, strideC: strideC))
  }
}

private struct RemainderEpilogue: FunctionUser {
  let epilogue: ProductEpilogue
  let sums: UnsafePointer<Float>
  let fours: Int
  let columns: Int
  let column: Int
  let c: UnsafeMutablePointer<Float>
  let strideC: Int

  @inline(never)
  func use<F: VectorFunction>(_ function: F) {
    let bias = epilogue.bias.map { fourTimes(loadVector($0 + column, count: columns)) } ?? Vector(repeating: -0.0)
    for four in 0..<fours {
      storeQuarters(
        function.value(loadVector(sums + four * Vector.scalarCount) * epilogue.scale + bias),
        c + 4 * four * strideC, stride: strideC, count: columns)
    }
  }
}

private struct TransposedEpilogue: FunctionUser {
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
    var j = 0
    while j < columns {
      let count = min(columns - j, Vector.scalarCount)
      // Adding minus zero changes no number.
      let bias = epilogue.bias.map { loadVector($0 + column + j, upTo: count) } ?? Vector(repeating: -0.0)
      let strip = StripEpilogue(
        function: function, scale: epilogue.scale, bias: bias, accumulate: epilogue.accumulate, sums: sums + j,
        stride: stride, c: c + j, strideC: strideC, rows: rows)
      if count == Vector.scalarCount { strip.runWhole() } else { strip.run(columns: count) }
      j += count
    }
  }
}

/// The epilogue of a tile's columns as far as a vector reaches.
private struct StripEpilogue<F: VectorFunction> {
  let function: F
  let scale: Float
  let bias: Vector
  let accumulate: Bool
  let sums: UnsafePointer<Float>
  let stride: Int
  let c: UnsafeMutablePointer<Float>
  let strideC: Int
  let rows: Int

  @inline(__always)
  func runWhole() {
    if accumulate {
      for row in 0..<rows {
        let target = c + row * strideC
        storeVector(
          function.value(loadVector(sums + row * stride) * scale + bias + loadVector(target)), target)
      }
    } else {
      for row in 0..<rows {
        storeVector(function.value(loadVector(sums + row * stride) * scale + bias), c + row * strideC)
      }
    }
  }

  @inline(__always)
  func run(columns: Int) {
    for row in 0..<rows {
      let target = c + row * strideC
      var value = loadVector(sums + row * stride, count: columns) * scale + bias
      if accumulate { value += loadVector(target, count: columns) }
      storeVector(function.value(value), target, count: columns)
    }
  }
}
