import NNKernelsCommon

/// y = the mean of each window; see `Scalar.averagePool`. Separable: the rows of a window are added first, for all
/// columns, then its columns.
///
/// Operations: 1 for each input and window row that reads it, 1 for each column of each window and a division.
/// Bytes: 4 for each input and 4 for each output; bound by memory.
func averagePool(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool
) {
  if shape.isGlobal {
    let count = shape.input.area
    return workers.run(count: batch * shape.channels, grain: max(1, 16384 / count)) { planes in
      for plane in planes {
        let set = StridedSegments(start: plane * count, length: count)
        y.base[plane] = Float(deviationSums(x, x, 0, set).sum / Double(count))
      }
    }
  }
  let planes = batch * shape.channels
  let run = AveragePoolRun(shape, planes, x.base, y.base)
  runRanges(
    of: run.rows.groups.count(planes) * run.bands.count, grain: shape.bandGrain(run.bands, planes: run.rows.planes),
    scratchCount: run.scratchCount, workers
  ) { items, memory in run.compute(items, memory) }
}

extension Pooling {
  /// Whether the only window is the whole plane.
  var isGlobal: Bool { kernel == input && padding == Extent(0, 0) }
}

/// One pooling: what its chunks share.
private struct AveragePoolRun {
  let shape: Pooling
  let planes: Int
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let rows: BatchedPlanes
  let output: Extent
  let bands: RowBands
  private var polyphase: StrideDeinterleave { rows.polyphase }

  init(_ shape: Pooling, _ planes: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.planes = planes
    self.x = x
    self.y = y
    rows = BatchedPlanes(shape, planes: planes, batchesFullRows: true)
    output = shape.output
    bands = RowBands(rows: output.height, rowScalars: rows.polyphase.count, fixedScalars: rows.rowCount)
  }

  /// A worker's memory: a batched row of sums; the deinterleaved sums of each window row of a band; the width of each
  /// window of a batched row; a batched row of means; the offsets of a window's columns.
  var scratchCount: Int {
    rows.rowCount + bands.size * polyphase.count + 2 * polyphase.length + shape.kernel.width
  }

  /// Computes the work items `items`, each a band of window rows of a group of planes.
  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let phases = memory + rows.rowCount
    let divisors = phases + bands.size * polyphase.count
    let means = divisors + polyphase.length
    let offsets = polyphase.writeOffsets(Extent(1, shape.kernel.width), means + polyphase.length)
    memory.update(repeating: 0, count: rows.rowCount + bands.size * polyphase.count)
    divisors.update(repeating: 1, count: polyphase.length)
    for plane in 0..<rows.planes { shape.writeColumnDivisors(divisors + plane * rows.windows) }
    for item in items {
      let (own, windows) = (rows.groups.planes(item / bands.count, of: planes), bands.rows(item % bands.count))
      for i in windows {
        let covered = shape.rows(i)
        addRows(
          x + (own.lowerBound * shape.input.area + covered.lowerBound * shape.input.width), covered.count, own.count,
          memory)
        rows.deinterleave(memory, into: phases + (i - windows.lowerBound) * polyphase.count)
      }
      for i in windows {
        let row = UnsafePointer(phases) + (i - windows.lowerBound) * polyphase.count
        let rowDivisor = Float(shape.rowDivisor(i))
        var j = 0
        while j < rows.windows(own.count) {
          var sum = Vector.zero
          for column in 0..<shape.kernel.width { sum += loadVector(row + (j + Int(offsets[column]))) }
          storeVector(sum / (loadVector(divisors + j) * rowDivisor), means + j)
          j += Vector.scalarCount
        }
        rows.scatterOutputs(
          means, planes: own.count, into: y + (own.lowerBound * output.area + i * output.width), stride: output.area)
      }
    }
  }

  @inline(never)
  private func addRows(
    _ source: UnsafePointer<Float>, _ count: Int, _ planes: Int, _ row: UnsafeMutablePointer<Float>
  ) {
    rows.reduceRows(
      Sum.self, source, rows: count, pitch: shape.input.width, planes: planes, stride: shape.input.area, into: row)
  }
}

/// Addition.
private enum Sum: RowReduction {
  @inline(__always)
  static func combine(_ x: PixelVector, _ y: PixelVector) -> PixelVector { x + y }

  @inline(__always)
  static func combine(_ x: Float, _ y: Float) -> Float { x + y }
}

extension Pooling {
  /// The height by which window row `index` divides; see `divisor`.
  @inline(__always)
  func rowDivisor(_ index: Int) -> Int {
    guard countsPadding else { return rows(index).count }
    let top = index * stride.height - padding.height
    return min(top + kernel.height, input.height + padding.height) - top
  }

  /// The width by which each window of a row divides.
  @inline(__always)
  func writeColumnDivisors(_ divisors: UnsafeMutablePointer<Float>) {
    for j in 0..<output.width {
      let left = j * stride.width - padding.width
      let count = min(left + kernel.width, input.width + padding.width) - left
      divisors[j] = Float(countsPadding ? count : columns(j).count)
    }
  }
}
