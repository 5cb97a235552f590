import NNKernelsCommon

/// The epilogue of a product, C = activation(scale sums + bias [+ C]), applied tile by tile while the sums are in the
/// first-level cache. The layout of the sums depends on the kernel.
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

  /// The epilogue of `rows` rows and `columns` columns whose sums are row-major; the first column is column `column` of
  /// C. `sums` may be `c` unless accumulating.
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

  /// The epilogue, in place, of sums that are column-major: each of `columns` is `vectors` vectors long. Not for an
  /// epilogue that accumulates.
  @inline(__always)
  func applyTransposed(_ sums: UnsafeMutablePointer<Float>, vectors: Int, columns: Range<Int>) {
    guard !isTrivial else { return }
    activation.apply(TransposedEpilogue(epilogue: self, sums: sums, vectors: vectors, columns: columns))
  }

  /// The epilogue of `groups` groups of four rows, one vector per group with `columns` columns of each row in a quarter
  /// of the lanes; the first is column `column` of C. Not for an epilogue that accumulates.
  @inline(__always)
  func applyRemainder(
    _ sums: UnsafePointer<Float>, groups: Int, columns: Int, column: Int, into c: UnsafeMutablePointer<Float>,
    strideC: Int
  ) {
    activation.apply(
      RemainderEpilogue(
        epilogue: self, sums: sums, groups: groups, columns: columns, column: column, c: c, strideC: strideC))
  }

  /// The vector that `load` makes of the bias; without a bias -0.0, the neutral element of addition.
  @inline(__always)
  fileprivate func biasVector(_ load: (UnsafePointer<Float>) -> Vector) -> Vector {
    bias.map(load) ?? Vector(repeating: -0.0)
  }
}

private struct RemainderEpilogue: FunctionUser {
  let epilogue: ProductEpilogue
  let sums: UnsafePointer<Float>
  let groups: Int
  let columns: Int
  let column: Int
  let c: UnsafeMutablePointer<Float>
  let strideC: Int

  @inline(never)
  func use<F: VectorFunction>(_ function: F) {
    let bias = epilogue.biasVector { broadcastQuarter(loadVector($0 + column, count: columns)) }
    for group in 0..<groups {
      storeQuarters(
        function.value(loadVector(sums + group * Vector.scalarCount) * epilogue.scale + bias),
        c + 4 * group * strideC, stride: strideC, count: columns)
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
      let bias = epilogue.biasVector { Vector(repeating: $0[index]) }
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
    EpilogueLoop(function: function, tile: self).run(0..<columns)
  }
}

/// The epilogue of a tile, vector by vector of its columns.
private struct EpilogueLoop<F: VectorFunction>: LaneLoop {
  let function: F
  let tile: TileEpilogue

  @inline(__always)
  func step<L: Lanes>(_ j: Int, _ lanes: L) {
    let (scale, accumulate) = (tile.epilogue.scale, tile.epilogue.accumulate)
    let bias = tile.epilogue.biasVector { lanes.load($0 + tile.column + j) }
    var (source, target) = (tile.sums + j, tile.c + j)
    for _ in 0..<tile.rows {
      var value = lanes.load(source) * scale + bias
      if accumulate { value += lanes.load(target) }
      lanes.store(function.value(value), target)
      source += tile.stride
      target += tile.strideC
    }
  }
}
