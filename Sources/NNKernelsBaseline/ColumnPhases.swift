/// The columns of an image's row, sorted by what remains when their place in the padded row is divided by the stride
/// of the windows that slide over it: one stretch of memory for each remainder, a phase. What windows that lie next to
/// each other read at one place of theirs then lies side by side, whatever the stride is.
struct ColumnPhases {
  /// Columns of the row, and those that the padding puts before it.
  let width: Int
  let padding: Int
  /// Columns from one window to the next.
  let stride: Int
  /// Columns of a window.
  let kernel: Int
  /// Windows.
  let outputs: Int
  /// Scalars of a phase: as far as vectors of windows may reach.
  let length: Int

  init(width: Int, padding: Int, stride: Int, kernel: Int, outputs: Int) {
    self.width = width
    self.padding = padding
    // A single window has no next one: its columns may stay as they are.
    self.stride = outputs == 1 ? 1 : stride
    self.kernel = kernel
    self.outputs = outputs
    let lanes = PixelVector.scalarCount
    let read = max(outputs, lanes) + (kernel - 1) / self.stride
    let written = (width - 1 + padding) / self.stride + 1
    length = (max(read, written) + 2 * lanes - 1) / lanes * lanes
  }

  /// Scalars of all phases.
  var count: Int { stride * length }

  /// Columns that lie in each phase, padding before them included, rounded up to the longest one.
  var columns: Int { (width - 1 + padding) / stride + 1 }

  /// Where what the first window reads at `column` of its own lies; what the next one reads lies next to it.
  @inline(__always)
  func offset(_ column: Int) -> Int { column % stride * length + column / stride }

  /// Writes the offsets of all columns of a window, the numbers of `Int`s being those of scalars.
  @inline(__always)
  func writeOffsets(_ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Int32> {
    let offsets = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    for column in 0..<kernel { offsets[column] = Int32(truncatingIfNeeded: offset(column)) }
    return UnsafePointer(offsets)
  }

  /// Sorts `row` into `phases`; what lies beside its columns is left as it is.
  @inline(__always)
  func split(_ row: UnsafePointer<Float>, into phases: UnsafeMutablePointer<Float>) {
    switch stride {
    case 1: (phases + padding).update(from: row, count: width)
    case 2: splitPairs(row, phases)
    default:
      for column in 0..<width {
        let place = column + padding
        phases[place % stride * length + place / stride] = row[column]
      }
    }
  }

  @inline(__always)
  private func splitPairs(_ row: UnsafePointer<Float>, _ phases: UnsafeMutablePointer<Float>) {
    let (even, odd) = pairTargets(phases)
    var i = 0
    #if LEVEL_V4 || LEVEL_V3
      while 2 * i + 16 <= width {
        let columns = UnsafeRawPointer(row + 2 * i).loadUnaligned(as: SIMD16<Float>.self)
        storePixels(columns.evenHalf, even + i)
        storePixels(columns.oddHalf, odd + i)
        i += 8
      }
    #endif
    while 2 * i + 8 <= width {
      let columns = UnsafeRawPointer(row + 2 * i).loadUnaligned(as: SIMD8<Float>.self)
      UnsafeMutableRawPointer(even + i).storeBytes(of: columns.evenHalf, as: SIMD4<Float>.self)
      UnsafeMutableRawPointer(odd + i).storeBytes(of: columns.oddHalf, as: SIMD4<Float>.self)
      i += 4
    }
    while 2 * i + 2 <= width {
      even[i] = row[2 * i]
      odd[i] = row[2 * i + 1]
      i += 1
    }
    if 2 * i < width { even[i] = row[2 * i] }
  }

  /// Where the row's even and odd columns lie when the stride is 2.
  @inline(__always)
  private func pairTargets(
    _ phases: UnsafeMutablePointer<Float>
  ) -> (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) {
    let (own, other) = (padding % 2 * length, (padding + 1) % 2 * length)
    return (phases + (own + padding / 2), phases + (other + (padding + 1) / 2))
  }

  /// Puts the columns of `phases` back into `row`, or adds them to it.
  @inline(__always)
  func merge(_ phases: UnsafeMutablePointer<Float>, into row: UnsafeMutablePointer<Float>, accumulate: Bool) {
    switch stride {
    case 1: mergeNeighbours(phases + padding, row, accumulate)
    case 2: mergePairs(phases, row, accumulate)
    default:
      for column in 0..<width {
        let place = column + padding
        let value = phases[place % stride * length + place / stride]
        row[column] = accumulate ? row[column] + value : value
      }
    }
  }

  @inline(__always)
  private func mergeNeighbours(
    _ source: UnsafePointer<Float>, _ row: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    guard accumulate else { return row.update(from: source, count: width) }
    var i = 0
    while i + PixelVector.scalarCount <= width {
      storePixels(loadPixels(row + i) + loadPixels(source + i), row + i)
      i += PixelVector.scalarCount
    }
    while i < width {
      row[i] += source[i]
      i += 1
    }
  }

  @inline(__always)
  private func mergePairs(
    _ phases: UnsafeMutablePointer<Float>, _ row: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    let (even, odd) = pairTargets(phases)
    var i = 0
    while 2 * i + 2 * PixelVector.scalarCount <= width {
      let target = row + 2 * i
      let pairs = zipped(loadPixels(even + i), loadPixels(odd + i))
      let (low, high) = (target, target + PixelVector.scalarCount)
      storePixels(accumulate ? loadPixels(low) + pairs.0 : pairs.0, low)
      storePixels(accumulate ? loadPixels(high) + pairs.1 : pairs.1, high)
      i += PixelVector.scalarCount
    }
    while 2 * i < width {
      row[2 * i] = accumulate ? row[2 * i] + even[i] : even[i]
      if 2 * i + 1 < width { row[2 * i + 1] = accumulate ? row[2 * i + 1] + odd[i] : odd[i] }
      i += 1
    }
  }

  /// The lanes of both, in turn.
  @inline(__always)
  private func zipped(_ even: PixelVector, _ odd: PixelVector) -> (PixelVector, PixelVector) {
    #if LEVEL_V4 || LEVEL_V3
      var all = SIMD16<Float>()
    #else
      var all = SIMD8<Float>()
    #endif
    all.evenHalf = even
    all.oddHalf = odd
    return (all.lowHalf, all.highHalf)
  }
}
