import NNKernelsCommon

/// The columns of an image's rows, sorted by what remains when their place in the padded row is divided by the stride
/// of the windows that slide over them: one stretch of memory for each remainder, a phase. What neighbouring windows
/// read at one place of theirs then lies side by side, whatever the stride is.
///
/// Rows are sorted some time before they are read: a vector that was just written in two pieces is slow to read.
struct StrideDeinterleave {
  /// Columns of the row, and those that the padding puts before it.
  let width: Int
  let padding: Int
  /// Columns from one window to the next.
  let stride: Int
  /// Scalars of a phase: as far as vectors of windows may reach.
  let length: Int

  /// For `outputs` windows that read `kernel` columns each.
  init(width: Int, padding: Int, stride: Int, kernel: Int, outputs: Int) {
    self.width = width
    self.padding = padding
    // A single window has no next one: its columns may stay as they are.
    self.stride = outputs == 1 ? 1 : stride
    let lanes = Vector.scalarCount
    let read = (outputs + lanes - 1) / lanes * lanes + (kernel - 1) / self.stride
    let written = (width - 1 + padding) / self.stride + 1
    length = (max(read, written) + lanes - 1) / lanes * lanes
  }

  /// Scalars of a row: all its phases.
  var count: Int { stride * length }

  /// Where what the first window reads at `column` of its own lies; what the next one reads lies next to it.
  @inline(__always)
  func offset(_ column: Int) -> Int { column % stride * length + column / stride }

  /// Writes the offsets of the places of a window, row by row.
  @discardableResult @inline(__always)
  func writeOffsets(_ kernel: Extent, _ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Int32> {
    let offsets = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    for row in 0..<kernel.height {
      for column in 0..<kernel.width {
        offsets[row * kernel.width + column] = Int32(truncatingIfNeeded: row * count + offset(column))
      }
    }
    return UnsafePointer(offsets)
  }

  /// Sorts a row into `phases`; what lies beside its columns is left as it is.
  @inline(__always)
  func split<R: PixelRow>(_ row: R, into phases: UnsafeMutablePointer<Float>) {
    switch stride {
    case 1: copy(row, phases + padding)
    case 2: splitPairs(row, phases)
    default:
      for phase in 0..<stride {
        // The first column whose place in the padded row leaves this remainder.
        var column = (phase - padding % stride + stride) % stride
        var target = phase * length + (column + padding) / stride
        while column < width {
          phases[target] = row.pixel(column)
          column += stride
          target += 1
        }
      }
    }
  }

  @inline(__always)
  private func copy<R: PixelRow>(_ row: R, _ target: UnsafeMutablePointer<Float>) {
    var i = 0
    while i + PixelVector.scalarCount <= width {
      storePixels(row.pixels(i), target + i)
      i += PixelVector.scalarCount
    }
    while i < width {
      target[i] = row.pixel(i)
      i += 1
    }
  }

  @inline(__always)
  private func splitPairs<R: PixelRow>(_ row: R, _ phases: UnsafeMutablePointer<Float>) {
    let even = phases + (padding % 2 * length + padding / 2)
    let odd = phases + ((padding + 1) % 2 * length + (padding + 1) / 2)
    let lanes = PixelVector.scalarCount
    var i = 0
    while 2 * (i + lanes) <= width {
      let columns = PixelPairs(lowHalf: row.pixels(2 * i), highHalf: row.pixels(2 * i + lanes))
      storePixels(columns.evenHalf, even + i)
      storePixels(columns.oddHalf, odd + i)
      i += lanes
    }
    while 2 * i < width {
      even[i] = row.pixel(2 * i)
      if 2 * i + 1 < width { odd[i] = row.pixel(2 * i + 1) }
      i += 1
    }
  }
}

/// The numbers of a row: those of an image, or made of several of its rows.
protocol PixelRow {
  /// Neighbouring numbers from `column` on.
  func pixels(_ column: Int) -> PixelVector
  func pixel(_ column: Int) -> Float
}

/// A row as it lies in memory.
struct PlainRow: PixelRow {
  let base: UnsafePointer<Float>

  @inline(__always) func pixels(_ column: Int) -> PixelVector { loadPixels(base + column) }
  @inline(__always) func pixel(_ column: Int) -> Float { base[column] }
}
