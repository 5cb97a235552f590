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
        let set = StridedSegments(start: plane * count, length: count)
        y.base[plane] = Float(deviationSums(x, x, 0, set).sum / Double(count))
      }
    }
  }
  let planes = batch * shape.channels
  let run = AveragePoolRun(shape, planes, x.base, y.base)
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(
    count: run.strip.groups.count(planes) * run.bands.count, grain: shape.bandGrain(run.bands, planes: run.strip.planes)
  ) { items in
    run.compute(items, workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

extension Pooling {
  /// Whether the only window is the whole plane.
  var isWhole: Bool { kernel == input && padding == Extent(0, 0) }
}

/// What all chunks of one pooling need to know.
private struct AveragePoolRun {
  let shape: Pooling
  let planes: Int
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let strip: BatchedPlanes
  let output: Extent
  let bands: RowBands
  private var phases: StrideDeinterleave { strip.phases }

  init(_ shape: Pooling, _ planes: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.planes = planes
    self.x = x
    self.y = y
    strip = BatchedPlanes(shape, planes: planes, joinsFullRows: true)
    output = shape.output
    bands = RowBands(rows: output.height, rowScalars: strip.phases.count, fixedScalars: strip.rowCount)
  }

  /// A worker's memory: a row of sums, one for each row of windows sorted, the columns that each window divides by, a row
  /// of means, and where a window's columns lie.
  var scratchCount: Int {
    strip.rowCount + bands.size * phases.count + 2 * phases.length + shape.kernel.width
  }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let sorted = memory + strip.rowCount
    let divisors = sorted + bands.size * phases.count
    let means = divisors + phases.length
    let offsets = phases.writeOffsets(Extent(1, shape.kernel.width), means + phases.length)
    memory.update(repeating: 0, count: strip.rowCount + bands.size * phases.count)
    divisors.update(repeating: 1, count: phases.length)
    for plane in 0..<strip.planes { shape.writeColumnDivisors(divisors + plane * strip.windows) }
    for item in items {
      let (own, windows) = (strip.groups.planes(item / bands.count, of: planes), bands.rows(item % bands.count))
      for i in windows {
        let rows = shape.rows(i)
        addRows(
          x + (own.lowerBound * shape.input.area + rows.lowerBound * shape.input.width), rows.count, own.count, memory)
        strip.sort(memory, into: sorted + (i - windows.lowerBound) * phases.count)
      }
      for i in windows {
        let line = UnsafePointer(sorted) + (i - windows.lowerBound) * phases.count
        let rows = Float(shape.rowDivisor(i))
        var j = 0
        while j < strip.windows(own.count) {
          var sum = Vector.zero
          for column in 0..<shape.kernel.width { sum += loadVector(line + (j + Int(offsets[column]))) }
          storeVector(sum / (loadVector(divisors + j) * rows), means + j)
          j += Vector.scalarCount
        }
        strip.takeOut(
          means, planes: own.count, into: y + (own.lowerBound * output.area + i * output.width), stride: output.area)
      }
    }
  }

  @inline(never)
  private func addRows(
    _ rows: UnsafePointer<Float>, _ count: Int, _ planes: Int, _ line: UnsafeMutablePointer<Float>
  ) {
    strip.combine(
      Sum.self, rows, rows: count, pitch: shape.input.width, planes: planes, stride: shape.input.area, into: line)
  }
}

/// The sum of two numbers.
private enum Sum: RowCombination {
  @inline(__always)
  static func combine(_ x: PixelVector, _ y: PixelVector) -> PixelVector { x + y }

  @inline(__always)
  static func combine(_ x: Float, _ y: Float) -> Float { x + y }
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
