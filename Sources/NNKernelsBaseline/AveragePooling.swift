import NNKernelsCommon

/// The mean of each window; see `Scalar.averagePool`. The rows of a window are added first, for all columns that lie
/// side by side, then the columns.
///
/// Operations: 1 for each input and row of windows that reads it, 1 for each column of each window and a division.
/// Bytes: 4 for each input and 4 for each output; bound by memory.
func averagePool(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool
) {
  let run = AveragePoolRun(shape, x.base, y.base)
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(count: batch * shape.channels * run.bands.count, grain: shape.bandGrain(run.bands)) { items in
    run.compute(items, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

/// What all chunks of one pooling need to know.
private struct AveragePoolRun {
  let shape: Pooling
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let phases: ColumnPhases
  let output: Extent
  let bands: RowBands

  init(_ shape: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.x = x
    self.y = y
    phases = shape.columnPhases
    output = shape.output
    bands = RowBands(rows: output.height, rowScalars: phases.count, fixedScalars: 0)
  }

  /// A worker's memory: a row of sums for each row of windows, the columns that each window divides by, and where a
  /// window's columns lie.
  var scratchCount: Int { bands.size * phases.count + phases.length + shape.kernel.width }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let divisors = memory + bands.size * phases.count
    let offsets = phases.writeOffsets(Extent(1, shape.kernel.width), divisors + phases.length)
    memory.update(repeating: 0, count: bands.size * phases.count)
    divisors.update(repeating: 1, count: phases.length)
    shape.writeColumnDivisors(divisors)
    for item in items {
      let (plane, windows) = (item / bands.count, bands.rows(item % bands.count))
      let source = x + plane * shape.input.area
      for i in windows {
        let rows = shape.rows(i)
        phases.split(
          SumOfRows(base: source + rows.lowerBound * shape.input.width, count: rows.count, stride: shape.input.width),
          into: memory + (i - windows.lowerBound) * phases.count)
      }
      for i in windows {
        let line = UnsafePointer(memory) + (i - windows.lowerBound) * phases.count
        let rows = Float(shape.rowDivisor(i))
        var j = 0
        while j < output.width {
          var sum = Vector.zero
          for column in 0..<shape.kernel.width { sum += loadVector(line + (j + Int(offsets[column]))) }
          let mean = sum / (loadVector(divisors + j) * rows)
          storeVector(mean, y + (plane * output.area + i * output.width + j), upTo: output.width - j)
          j += Vector.scalarCount
        }
      }
    }
  }
}

/// The sum of some rows of an image.
private struct SumOfRows: PixelRow {
  let base: UnsafePointer<Float>
  let count: Int
  let stride: Int

  @inline(__always)
  func pixels(_ column: Int) -> PixelVector {
    var sum = loadPixels(base + column)
    for row in 1..<max(1, count) { sum += loadPixels(base + (row * stride + column)) }
    return sum
  }

  @inline(__always)
  func pixel(_ column: Int) -> Float {
    var sum = base[column]
    for row in 1..<max(1, count) { sum += base[row * stride + column] }
    return sum
  }
}

extension Pooling {
  /// The rows that count in the mean of window row `index`; see `divisor`.
  @inline(__always)
  fileprivate func rowDivisor(_ index: Int) -> Int {
    guard countsPadding else { return rows(index).count }
    let top = index * stride.height - padding.height
    return min(top + kernel.height, input.height + padding.height) - top
  }

  /// The columns that count in the mean of each window of a row.
  @inline(__always)
  fileprivate func writeColumnDivisors(_ divisors: UnsafeMutablePointer<Float>) {
    for j in 0..<output.width {
      let left = j * stride.width - padding.width
      let count = min(left + kernel.width, input.width + padding.width) - left
      divisors[j] = Float(countsPadding ? count : columns(j).count)
    }
  }
}

/// downstream (+)= each window's upstream gradient in equal shares; see `Scalar.averagePoolBackward`.
///
/// Operations: 1 for each place of each window and a division for each window. Bytes: 4 for each upstream and
/// downstream gradient (8 when accumulating); bound by memory as long as windows overlap little.
func averagePoolBackward(
  _ shape: Pooling, _ batch: Int, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  let run = AveragePoolBackwardRun(shape, upstream.base, downstream.base, accumulate)
  let bands = run.windows.bands
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(count: batch * shape.channels * bands.count, grain: shape.bandGrain(bands)) { items in
    run.compute(items, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

/// What all chunks of one pooling's backward pass need to know.
private struct AveragePoolBackwardRun {
  let shape: Pooling
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let windows: ReachingWindows
  let output: Extent

  init(
    _ shape: Pooling, _ upstream: UnsafePointer<Float>, _ downstream: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    self.shape = shape
    self.upstream = upstream
    self.downstream = downstream
    self.accumulate = accumulate
    windows = shape.reachingWindows
    output = shape.output
  }

  /// Windows of a row, rounded up to whole vectors.
  private var width: Int { (output.width + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }

  /// A worker's memory: the shares of the windows that reach a band, the columns that each window divides by, and the
  /// lists.
  var scratchCount: Int { windows.bandLines * windows.line + width + windows.tableCount }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let divisors = memory + windows.bandLines * windows.line
    let tables = windows.tables(divisors + width)
    memory.update(repeating: 0, count: windows.bandLines * windows.line)
    divisors.update(repeating: 1, count: width)
    shape.writeColumnDivisors(divisors)
    for item in items {
      let (plane, rows) = (item / windows.bands.count, windows.bands.rows(item % windows.bands.count))
      let reaching = windows.windowRows(rows)
      for i in reaching {
        let source = upstream + (plane * output.area + i * output.width)
        let target = memory + ((i - reaching.lowerBound) * windows.line + windows.margin)
        let rows = Float(shape.rowDivisor(i))
        var j = 0
        while j < output.width {
          let count = output.width - j
          let gradient = count < Vector.scalarCount ? loadVector(source + j, count: count) : loadVector(source + j)
          storeVector(gradient / (loadVector(divisors + j) * rows), target + j, upTo: count)
          j += Vector.scalarCount
        }
      }
      let term = Share(shares: UnsafePointer(memory))
      for row in rows {
        windows.sumRow(
          row, firstLine: reaching.lowerBound, tables, term,
          into: downstream + (plane * shape.input.area + row * shape.input.width), accumulate: accumulate)
      }
    }
  }
}

/// The shares of windows.
private struct Share: ReachTerm {
  let shares: UnsafePointer<Float>

  @inline(__always) func value(_ window: Int, _ place: Int) -> Vector { loadVector(shares + window) }
}
