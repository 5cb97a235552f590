import NNKernelsCommon

/// Planes side by side in a worker's memory, so that narrow rows fill vectors and what is worked out for a row of windows
/// serves many planes. Each row of the strip holds the same row of all planes, padded.
struct BatchedPlanes {
  /// The planes that share a strip.
  let groups: PlaneGroups
  /// Columns of the strip for each plane, and windows: whole strides, so that the windows of all planes follow one
  /// another as those of one do; those that reach from one plane into the next are of no use.
  let pitch: Int
  let windows: Int
  /// Columns before a plane's first that count as padding.
  let padding: Int
  /// Columns and windows of a plane.
  let width: Int
  let outputs: Int
  let phases: StrideDeinterleave

  /// Strips of `planes` planes in all, over which windows of the given pooling slide.
  ///
  /// - Parameter joinsFullRows: whether planes share a strip although their rows fill vectors, so that it gains no more
  ///   than the work for a row.
  init(_ shape: Pooling, planes total: Int, joinsFullRows: Bool) {
    padding = shape.padding.width
    width = shape.input.width
    outputs = shape.output.width
    let needed = max(padding + width, (outputs - 1) * shape.stride.width + shape.kernel.width)
    // A single window has no next one: the next plane's is as good.
    let stride = outputs == 1 ? needed : shape.stride.width
    windows = (needed + stride - 1) / stride
    pitch = windows * stride
    let lanes = Vector.scalarCount
    let isFull = 5 * outputs >= 4 * ((outputs + lanes - 1) / lanes * lanes)
    groups = isFull && !joinsFullRows ? .single : PlaneGroups(each: windows, total: total)
    let planes = groups.size
    // Rows of a single plane need not go through a row of the strip.
    phases = StrideDeinterleave(
      width: planes == 1 ? width : planes * pitch, padding: planes == 1 ? padding : 0, stride: stride,
      kernel: shape.kernel.width, outputs: planes == 1 ? outputs : planes * windows)
  }

  /// Planes of a strip but the last one of an array.
  @inline(__always) var planes: Int { groups.size }

  /// Scalars of a row of the strip, in whole vectors.
  var rowCount: Int { (planes * pitch + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }

  /// Windows of a row, up to the last one of `count` planes.
  @inline(__always)
  func windows(_ count: Int) -> Int { (count - 1) * windows + outputs }

  /// Copies what belongs to the windows of each of `count` planes to its place: `target` is the first plane's, the next
  /// one's is `stride` scalars behind.
  @inline(__always)
  func takeOut(
    _ line: UnsafePointer<Float>, planes count: Int, into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    copyRuns(count, of: outputs, line, every: windows, target, every: stride)
  }

  /// Sorts a row of the strip into phases.
  @inline(__always)
  func sort(_ line: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    phases.split(PlainRow(base: planes == 1 ? line + padding : line), into: target)
  }

  /// Combines rows of each plane, the first with the second, the result with the third and so on, into a row of the
  /// strip.
  ///
  /// - Parameters:
  ///   - source: the first row of the first plane; rows are `rowPitch` scalars apart, planes `stride`.
  ///   - line: the row of the strip, whose padding is left as it is.
  @inline(__always)
  func combine<C: RowCombination>(
    _ combination: C.Type, _ source: UnsafePointer<Float>, rows: Int, pitch rowPitch: Int, planes count: Int,
    stride: Int, into line: UnsafeMutablePointer<Float>
  ) {
    guard rows > 1 else {
      return copyRuns(count, of: width, source, every: stride, line + padding, every: pitch)
    }
    for plane in 0..<count {
      let (from, to) = (source + plane * stride, line + (plane * pitch + padding))
      switch rows {
      case 2: combineRows(CombinedRows2<C>(base: from, pitch: rowPitch), to)
      case 3: combineRows(CombinedRows3<C>(base: from, pitch: rowPitch), to)
      default: combineRows(CombinedRows<C>(base: from, pitch: rowPitch, count: rows), to)
      }
    }
  }

  @inline(__always)
  private func combineRows<R: PixelRow>(_ row: R, _ target: UnsafeMutablePointer<Float>) {
    let lanes = PixelVector.scalarCount
    var column = 0
    if width >= lanes {
      while column < width {
        // The last vector overlaps the one before, and computes the same.
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

/// Copies `runs` short runs of `count` scalars that lie at equal distances in both arrays.
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

/// What several rows are made into one by, number by number.
protocol RowCombination {
  static func combine(_ x: PixelVector, _ y: PixelVector) -> PixelVector
  static func combine(_ x: Float, _ y: Float) -> Float
}

private struct CombinedRows2<C: RowCombination>: PixelRow {
  let base: UnsafePointer<Float>
  let pitch: Int

  @inline(__always)
  func pixels(_ column: Int) -> PixelVector {
    C.combine(loadPixels(base + column), loadPixels(base + (pitch + column)))
  }

  @inline(__always)
  func pixel(_ column: Int) -> Float { C.combine(base[column], base[pitch + column]) }
}

private struct CombinedRows3<C: RowCombination>: PixelRow {
  let base: UnsafePointer<Float>
  let pitch: Int

  @inline(__always)
  func pixels(_ column: Int) -> PixelVector {
    let two = C.combine(loadPixels(base + column), loadPixels(base + (pitch + column)))
    return C.combine(two, loadPixels(base + (2 * pitch + column)))
  }

  @inline(__always)
  func pixel(_ column: Int) -> Float {
    C.combine(C.combine(base[column], base[pitch + column]), base[2 * pitch + column])
  }
}

private struct CombinedRows<C: RowCombination>: PixelRow {
  let base: UnsafePointer<Float>
  let pitch: Int
  let count: Int

  @inline(__always)
  func pixels(_ column: Int) -> PixelVector {
    var result = loadPixels(base + column)
    for row in 1..<max(1, count) { result = C.combine(result, loadPixels(base + (row * pitch + column))) }
    return result
  }

  @inline(__always)
  func pixel(_ column: Int) -> Float {
    var result = base[column]
    for row in 1..<max(1, count) { result = C.combine(result, base[row * pitch + column]) }
    return result
  }
}
