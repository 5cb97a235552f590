import NNKernelsCommon

/// The rows of several planes concatenated in a worker's memory: batched row r holds row r of each plane of a group,
/// each with its padding. Narrow rows fill vectors that way, and the set-up of a window row serves many planes.
struct BatchedPlanes {
  /// The groups of planes that are concatenated.
  let groups: PlaneGroups
  /// Columns of a batched row per plane: windows x stride, so that window j of plane p is window p windows + j of the
  /// batched row. Windows that straddle two planes are computed and discarded.
  let pitch: Int
  /// Windows of a batched row per plane.
  let windows: Int
  /// Columns of padding before each plane's row.
  let padding: Int
  /// Columns of a plane.
  let width: Int
  /// Windows per row of a plane.
  let outputs: Int
  /// How a batched row is deinterleaved for the windows.
  let polyphase: StrideDeinterleave

  /// Groups of `total` planes, over which the windows of `shape` slide.
  ///
  /// - Parameter batchesFullRows: whether to concatenate rows that fill vectors by themselves, which saves only the
  ///   set-up per row.
  init(_ shape: Pooling, planes total: Int, batchesFullRows: Bool) {
    padding = shape.padding.width
    width = shape.input.width
    outputs = shape.output.width
    let needed = max(padding + width, (outputs - 1) * shape.stride.width + shape.kernel.width)
    // A single window per row has no stride: the next window is the next plane's.
    let stride = outputs == 1 ? needed : shape.stride.width
    windows = (needed + stride - 1) / stride
    pitch = windows * stride
    let lanes = Vector.scalarCount
    let fillsVectors = 5 * outputs >= 4 * ((outputs + lanes - 1) / lanes * lanes)
    groups = fillsVectors && !batchesFullRows ? .single : PlaneGroups(each: windows, total: total)
    let planes = groups.size
    // The row of a single plane is deinterleaved where it is and padded on the way.
    polyphase = StrideDeinterleave(
      width: planes == 1 ? width : planes * pitch, padding: planes == 1 ? padding : 0, stride: stride,
      kernel: shape.kernel.width, outputs: planes == 1 ? outputs : planes * windows)
  }

  /// Planes of a group; the last group holds the remainder.
  @inline(__always) var planes: Int { groups.size }

  /// Scalars of a batched row, rounded up to whole vectors.
  var rowCount: Int { (planes * pitch + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }

  /// Windows of a batched row of `count` planes, up to the last plane's last.
  @inline(__always)
  func windows(_ count: Int) -> Int { (count - 1) * windows + outputs }

  /// Copies the outputs of a batched row to the `count` planes: target[p stride + j] = row[p windows + j], j < outputs.
  @inline(__always)
  func scatterOutputs(
    _ row: UnsafePointer<Float>, planes count: Int, into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    copyRuns(count, of: outputs, row, every: windows, target, every: stride)
  }

  /// Deinterleaves a batched row into the phases of the stride.
  @inline(__always)
  func deinterleave(_ row: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    polyphase.split(PlainRow(base: planes == 1 ? row + padding : row), into: target)
  }

  /// Reduces the rows of each plane elementwise, in their order, into a batched row: row[p pitch + padding + j] = x[p,
  /// 0, j] op x[p, 1, j] op ...
  ///
  /// - Parameters:
  ///   - source: x[0, 0, 0]; rows are `rowPitch` scalars apart, planes `stride`.
  ///   - row: the batched row, whose padding is left as it is.
  @inline(__always)
  func reduceRows<R: RowReduction>(
    _ reduction: R.Type, _ source: UnsafePointer<Float>, rows: Int, pitch rowPitch: Int, planes count: Int,
    stride: Int, into row: UnsafeMutablePointer<Float>
  ) {
    guard rows > 1 else {
      return copyRuns(count, of: width, source, every: stride, row + padding, every: pitch)
    }
    for plane in 0..<count {
      let (from, to) = (source + plane * stride, row + (plane * pitch + padding))
      switch rows {
      case 2: write(TwoRows<R>(base: from, pitch: rowPitch), to)
      case 3: write(ThreeRows<R>(base: from, pitch: rowPitch), to)
      default: write(ManyRows<R>(base: from, pitch: rowPitch, count: rows), to)
      }
    }
  }

  @inline(__always)
  private func write<R: PixelRow>(_ row: R, _ target: UnsafeMutablePointer<Float>) {
    let lanes = PixelVector.scalarCount
    var column = 0
    if width >= lanes {
      while column < width {
        // The last vector starts early enough to be whole; the overlap is computed twice.
        column = min(column, width - lanes)
        storePixels(row.pixels(column), target + column)
        column += lanes
      }
    } else {
      while column < width {
        target[column] = row.pixel(column)
        column += 1
      }
    }
  }
}

/// A strided copy of `runs` short runs: target[r pitch + i] = source[r step + i], i < count.
@inline(__always)
func copyRuns(
  _ runs: Int, of count: Int, _ source: UnsafePointer<Float>, every step: Int, _ target: UnsafeMutablePointer<Float>,
  every pitch: Int
) {
  let lanes = PixelVector.scalarCount
  if count % lanes == 0 {
    for run in 0..<runs {
      let (from, to) = (source + run * step, target + run * pitch)
      var i = 0
      while i < count {
        storePixels(loadPixels(from + i), to + i)
        i += lanes
      }
    }
  } else if count == 4 {
    for run in 0..<runs {
      let four = UnsafeRawPointer(source + run * step).loadUnaligned(as: SIMD4<Float>.self)
      UnsafeMutableRawPointer(target + run * pitch).storeBytes(of: four, as: SIMD4<Float>.self)
    }
  } else {
    for run in 0..<runs { copyPixels(source + run * step, target + run * pitch, count) }
  }
}

/// An elementwise operation that reduces rows.
protocol RowReduction {
  static func combine(_ x: PixelVector, _ y: PixelVector) -> PixelVector
  static func combine(_ x: Float, _ y: Float) -> Float
}

/// The reduction of two rows.
private struct TwoRows<R: RowReduction>: PixelRow {
  let base: UnsafePointer<Float>
  let pitch: Int

  @inline(__always)
  func pixels(_ column: Int) -> PixelVector {
    R.combine(loadPixels(base + column), loadPixels(base + (pitch + column)))
  }

  @inline(__always)
  func pixel(_ column: Int) -> Float { R.combine(base[column], base[pitch + column]) }
}

/// The reduction of three rows.
private struct ThreeRows<R: RowReduction>: PixelRow {
  let base: UnsafePointer<Float>
  let pitch: Int

  @inline(__always)
  func pixels(_ column: Int) -> PixelVector {
    let two = R.combine(loadPixels(base + column), loadPixels(base + (pitch + column)))
    return R.combine(two, loadPixels(base + (2 * pitch + column)))
  }

  @inline(__always)
  func pixel(_ column: Int) -> Float {
    R.combine(R.combine(base[column], base[pitch + column]), base[2 * pitch + column])
  }
}

/// The reduction of `count` rows.
private struct ManyRows<R: RowReduction>: PixelRow {
  let base: UnsafePointer<Float>
  let pitch: Int
  let count: Int

  @inline(__always)
  func pixels(_ column: Int) -> PixelVector {
    var result = loadPixels(base + column)
    for row in 1..<max(1, count) { result = R.combine(result, loadPixels(base + (row * pitch + column))) }
    return result
  }

  @inline(__always)
  func pixel(_ column: Int) -> Float {
    var result = base[column]
    for row in 1..<max(1, count) { result = R.combine(result, base[row * pitch + column]) }
    return result
  }
}
