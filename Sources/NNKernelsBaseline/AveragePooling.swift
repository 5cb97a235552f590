import NNKernelsCommon

/// The mean of each window; see `Scalar.averagePool`. The rows of a window are added first, for all columns that lie
/// side by side, then the columns.
///
/// Operations: 1 for each input and row of windows that reads it, 1 for each column of each window and a division.
/// Bytes: 4 for each input and 4 for each output; bound by memory.
func averagePool(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool
) {
  if shape.isWhole {
    let count = shape.input.area
    return workers.run(count: batch * shape.channels, grain: max(1, 16384 / count)) { planes in
      for plane in planes {
        let set = Stretches(start: plane * count, length: count)
        y.base[plane] = Float(deviationSums(x, x, 0, set).sum / Double(count))
      }
    }
  }
  let run = AveragePoolRun(shape, x.base, y.base)
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(count: batch * shape.channels * run.bands.count, grain: shape.bandGrain(run.bands)) { items in
    run.compute(items, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

extension Pooling {
  /// Whether the only window is the whole plane.
  var isWhole: Bool { kernel == input && padding == Extent(0, 0) }
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
  func rowDivisor(_ index: Int) -> Int {
    guard countsPadding else { return rows(index).count }
    let top = index * stride.height - padding.height
    return min(top + kernel.height, input.height + padding.height) - top
  }

  /// The columns that count in the mean of each window of a row.
  @inline(__always)
  func writeColumnDivisors(_ divisors: UnsafeMutablePointer<Float>) {
    for j in 0..<output.width {
      let left = j * stride.width - padding.width
      let count = min(left + kernel.width, input.width + padding.width) - left
      divisors[j] = Float(countsPadding ? count : columns(j).count)
    }
  }
}
