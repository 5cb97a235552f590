import NNKernelsCommon

/// y = the maximum of each window, positions = its argmax as a tap number, for windows of any kind; see
/// `Scalar.maxPool`.
///
/// Operations: with positions, 4 for each tap of each window (two comparisons, two selections); without, 3 for each row
/// and column of each window, since the maximum is separable. Bytes: 4 for each input, 4 for each output and 4 for each
/// position; bound by memory as long as windows overlap little.
func maxPoolWindows(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ positions: Buffer<Float>,
  _ workers: WorkerPool
) {
  let planes = batch * shape.channels
  let windows = PlaneWindows(shape, planes: planes, keepsArgmax: positions.count > 0)
  let (groups, bands) = (windows.rows.groups, windows.bands)
  runRanges(
    of: groups.count(planes) * bands.count, grain: shape.bandGrain(bands, planes: groups.size),
    scratchCount: windows.scratchCount, workers
  ) { items, memory in
    windows.prepare(memory)
    for item in items {
      let (own, rows) = (groups.planes(item / bands.count, of: planes), bands.rows(item % bands.count))
      let target = own.lowerBound * windows.output.area
      let source = PlaneRows(
        base: UnsafePointer(x.base) + own.lowerBound * shape.input.area, pitch: shape.input.width,
        stride: shape.input.area)
      if positions.count > 0 {
        windows.pool(
          rows, planes: own.count, source, into: y.base + target, argmax: positions.base + target, memory)
      } else {
        windows.pool(rows, planes: own.count, source, into: y.base + target, memory)
      }
    }
  }
}

extension Pooling {
  /// Work items that are worth a chunk; an item is a band of a group of `planes` planes.
  func bandGrain(_ bands: RowBands, planes: Int) -> Int {
    let work = planes * (output.area * min(kernel.area, 64) / 4 + input.area)
    return max(1, 16384 * bands.count / max(1, work))
  }

  /// The rows of the input that the window rows `windows` cover; `windows` is not empty.
  @inline(__always)
  func rows(_ windows: Range<Int>) -> Range<Int> {
    rows(windows.lowerBound).lowerBound..<rows(windows.upperBound - 1).upperBound
  }
}

/// The memory layout of planes: x[p, r, c] = base[p stride + r pitch + c].
struct PlaneRows {
  let base: UnsafePointer<Float>
  let pitch: Int
  let stride: Int
}

/// Max pooling windows of any kind over planes of one size, a band of window rows of a group of planes at a time.
struct PlaneWindows {
  let shape: Pooling
  let output: Extent
  /// How the rows of a group of planes are concatenated.
  let rows: BatchedPlanes
  /// Bands of window rows.
  let bands: RowBands
  private var polyphase: StrideDeinterleave { rows.polyphase }

  /// Windows over `planes` planes.
  ///
  /// - Parameter keepsArgmax: whether positions are wanted; most of the work is then per window, not per row.
  init(_ shape: Pooling, planes: Int, keepsArgmax: Bool) {
    self.shape = shape
    rows = BatchedPlanes(shape, planes: planes, batchesFullRows: !keepsArgmax)
    output = shape.output
    bands = RowBands(
      rows: output.height, rowScalars: shape.stride.height * rows.polyphase.count,
      fixedScalars: shape.kernel.height * rows.polyphase.count)
  }

  /// Rows of the input that a band reads, at most.
  private var bandRows: Int {
    min(shape.input.height, (bands.size - 1) * shape.stride.height + shape.kernel.height)
  }

  /// Deinterleaved rows in a worker's memory: the input rows of a band, or one reduced row per window row.
  private var phaseRows: Int { max(bandRows, bands.size) }

  /// A worker's memory, see `Memory`.
  var scratchCount: Int { rows.rowCount + phaseRows * polyphase.count + 3 * polyphase.length + shape.kernel.area }

  /// A batched row; deinterleaved rows; the first column of each window that is not padding; a batched row of maxima
  /// and one of argmax taps; the offset of each tap.
  private typealias Memory = (
    row: UnsafeMutablePointer<Float>, phases: UnsafeMutablePointer<Float>, firstColumns: UnsafeMutablePointer<Float>,
    best: UnsafeMutablePointer<Float>, taps: UnsafeMutablePointer<Float>, offsets: UnsafeMutablePointer<Float>
  )

  @inline(__always)
  private func parts(_ memory: UnsafeMutablePointer<Float>) -> Memory {
    let phases = memory + rows.rowCount
    let firstColumns = phases + phaseRows * polyphase.count
    return (
      memory, phases, firstColumns, firstColumns + polyphase.length, firstColumns + 2 * polyphase.length,
      firstColumns + 3 * polyphase.length
    )
  }

  /// Initializes `scratchCount` scalars for `pool`.
  @inline(never)
  func prepare(_ memory: UnsafeMutablePointer<Float>) {
    let parts = parts(memory)
    // Padding is the neutral element of the maximum.
    memory.update(repeating: -.infinity, count: rows.rowCount + phaseRows * polyphase.count)
    for window in 0..<polyphase.length {
      parts.firstColumns[window] = Float(max(0, rows.padding - window % rows.windows * shape.stride.width))
    }
    polyphase.writeOffsets(shape.kernel, parts.offsets)
  }

  @inline(__always)
  private func offsets(_ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Int32> {
    UnsafePointer(UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self))
  }

  /// y = the maxima of the window rows `windows`, at most a band, of `planes` planes, at most a group. Separable: the
  /// rows of a window are reduced first, then its columns.
  ///
  /// - Parameters:
  ///   - source: the planes, of which only the rows that these windows cover are read.
  ///   - y: the outputs of the first plane, from row 0 on.
  ///   - memory: a worker's, prepared.
  @inline(never)
  func pool(
    _ windows: Range<Int>, planes: Int, _ source: PlaneRows, into y: UnsafeMutablePointer<Float>,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    // Reduction and deinterleaving communicate through memory. Fused, the compiler would shuffle first and compare the
    // shuffled vectors, which takes more than twice as long.
    let parts = parts(memory)
    for i in windows {
      let covered = shape.rows(i)
      reduceRows(source.base + covered.lowerBound * source.pitch, covered.count, planes, source, into: parts.row)
      deinterleave(parts.row, into: parts.phases + (i - windows.lowerBound) * polyphase.count)
    }
    let offsets = offsets(parts.offsets)
    for i in windows {
      let row = UnsafePointer(parts.phases) + (i - windows.lowerBound) * polyphase.count
      var j = 0
      while j < rows.windows(planes) {
        var best = loadVector(row + j)
        for column in 1..<max(1, shape.kernel.width) {
          best = firstLargest(loadVector(row + (j + Int(offsets[column]))), best)
        }
        storeVector(best, parts.best + j)
        j += Vector.scalarCount
      }
      rows.scatterOutputs(parts.best, planes: planes, into: y + i * output.width, stride: output.area)
    }
  }

  @inline(never)
  private func reduceRows(
    _ base: UnsafePointer<Float>, _ count: Int, _ planes: Int, _ source: PlaneRows,
    into row: UnsafeMutablePointer<Float>
  ) {
    rows.reduceRows(
      Maximum.self, base, rows: count, pitch: source.pitch, planes: planes, stride: source.stride, into: row)
  }

  @inline(never)
  private func deinterleave(_ row: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    rows.deinterleave(row, into: target)
  }

  /// The same with the argmax of each window.
  ///
  /// - Parameter argmax: the tap numbers of the first plane, from row 0 on.
  @inline(never)
  func pool(
    _ windows: Range<Int>, planes: Int, _ source: PlaneRows, into y: UnsafeMutablePointer<Float>,
    argmax: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let parts = parts(memory)
    let covered = shape.rows(windows)
    for row in covered {
      let (from, to) = (source.base + row * source.pitch, parts.phases + (row - covered.lowerBound) * polyphase.count)
      if rows.planes == 1 {
        polyphase.split(PlainRow(base: from), into: to)
      } else {
        reduceRows(from, 1, planes, source, into: parts.row)
        deinterleave(parts.row, into: to)
      }
    }
    let offsets = offsets(parts.offsets)
    for i in windows {
      let (inside, top) = (shape.rows(i), i * shape.stride.height - shape.padding.height)
      let taps = ((inside.lowerBound - top) * shape.kernel.width)..<((inside.upperBound - top) * shape.kernel.width)
      let start = UnsafePointer(parts.phases) + (top - covered.lowerBound) * polyphase.count
      let first = Vector(repeating: Float(taps.lowerBound))
      let (ownY, ownArgmax) = (y + i * output.width, argmax + i * output.width)
      var j = 0
      while j < rows.windows(planes) {
        var best = Vector(repeating: -.infinity)
        var bestTap = first + loadVector(parts.firstColumns + j)
        var number = first
        for tap in taps {
          let value = loadVector(start + (j + Int(offsets[tap])))
          // The first of equal numbers wins, and so does NaN.
          let wins = (value .> best) .| (value .!= value)
          best.replace(with: value, where: wins)
          bestTap.replace(with: number, where: wins)
          number += 1
        }
        if rows.planes == 1 {
          storeVector(best, ownY + j, upTo: output.width - j)
          storeVector(bestTap, ownArgmax + j, upTo: output.width - j)
        } else {
          storeVector(best, parts.best + j)
          storeVector(bestTap, parts.taps + j)
        }
        j += Vector.scalarCount
      }
      if rows.planes > 1 {
        rows.scatterOutputs(parts.best, planes: planes, into: ownY, stride: output.area)
        rows.scatterOutputs(parts.taps, planes: planes, into: ownArgmax, stride: output.area)
      }
    }
  }
}

/// The maximum; the first of equal numbers.
private enum Maximum: RowReduction {
  @inline(__always)
  static func combine(_ x: PixelVector, _ y: PixelVector) -> PixelVector { firstLargest(y, x) }

  @inline(__always)
  static func combine(_ x: Float, _ y: Float) -> Float { y > x || y.isNaN ? y : x }
}
