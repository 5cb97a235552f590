import NNKernelsCommon

/// The largest number of each window and its place, whatever the windows are; see `Scalar.maxPool`.
///
/// Operations: 4 for each place of each window (two comparisons, two selections). Bytes: 4 for each input, 4 for each
/// output and 4 for each place; bound by memory as long as windows overlap little.
func maxPoolWindows(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ positions: Buffer<Float>,
  _ workers: WorkerPool
) {
  let run = MaxPoolRun(shape, x.base, y.base, positions.count > 0 ? positions.base : nil)
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(count: batch * shape.channels * run.bands.count, grain: shape.bandGrain(run.bands)) { items in
    run.compute(items, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

extension Pooling {
  /// Bands that are worth a chunk.
  func bandGrain(_ bands: RowBands) -> Int {
    let work = output.area * min(kernel.area, 64) / 4 + input.area
    return max(1, 16384 * bands.count / max(1, work))
  }

  /// The columns of a row as windows see them.
  var columnPhases: ColumnPhases {
    ColumnPhases(
      width: input.width, padding: padding.width, stride: stride.width, kernel: kernel.width, outputs: output.width)
  }
}

/// What all chunks of one pooling need to know.
private struct MaxPoolRun {
  let shape: Pooling
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let positions: UnsafeMutablePointer<Float>?
  let phases: ColumnPhases
  let output: Extent
  let bands: RowBands

  init(
    _ shape: Pooling, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
    _ positions: UnsafeMutablePointer<Float>?
  ) {
    self.shape = shape
    self.x = x
    self.y = y
    self.positions = positions
    phases = shape.columnPhases
    output = shape.output
    bands = RowBands(
      rows: output.height, rowScalars: shape.stride.height * phases.count,
      fixedScalars: shape.kernel.height * phases.count)
  }

  /// Rows of the input that a band reads, at most.
  private var bandRows: Int {
    min(shape.input.height, (bands.size - 1) * shape.stride.height + shape.kernel.height)
  }

  /// A worker's memory: the rows that a band reads, the first place of each window, and where a window's places lie.
  var scratchCount: Int { bandRows * phases.count + phases.length + shape.kernel.area }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let firsts = memory + bandRows * phases.count
    let offsets = phases.writeOffsets(shape.kernel, firsts + phases.length)
    // Padding never wins: nothing is less than it.
    memory.update(repeating: -.infinity, count: bandRows * phases.count)
    for j in 0..<phases.length { firsts[j] = Float(max(0, shape.padding.width - j * shape.stride.width)) }
    for item in items {
      let (plane, windows) = (item / bands.count, bands.rows(item % bands.count))
      let source = x + plane * shape.input.area
      let read = shape.rows(windows.lowerBound).lowerBound..<shape.rows(windows.upperBound - 1).upperBound
      for row in read {
        phases.split(
          PlainRow(base: source + row * shape.input.width),
          into: memory + (row - read.lowerBound) * phases.count)
      }
      for i in windows {
        let (rows, top) = (shape.rows(i), i * shape.stride.height - shape.padding.height)
        let places = ((rows.lowerBound - top) * shape.kernel.width)..<((rows.upperBound - top) * shape.kernel.width)
        poolRow(
          places, memory, (top - read.lowerBound) * phases.count, UnsafePointer(firsts), offsets,
          plane * output.area + i * output.width)
      }
    }
  }

  /// A row of windows, which read only their `places`; the first window begins at `start` of `memory`.
  @inline(__always)
  private func poolRow(
    _ places: Range<Int>, _ memory: UnsafePointer<Float>, _ start: Int, _ firsts: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Int32>, _ target: Int
  ) {
    let (lanes, width) = (Vector.scalarCount, output.width)
    let first = Vector(repeating: Float(places.lowerBound))
    var j = 0
    while j < width {
      // The last whole vector of a row overlaps the one before, and computes the same.
      let column = max(0, min(j, width - lanes))
      var best = Vector(repeating: -.infinity)
      var place = first + loadVector(firsts + column)
      var number = first
      for index in places {
        let value = loadVector(memory + (start + column + Int(offsets[index])))
        // The first among equals; a number that is not one stays.
        let wins = (value .> best) .| (value .!= value)
        best.replace(with: value, where: wins)
        place.replace(with: number, where: wins)
        number += 1
      }
      storeVector(best, y + (target + column), upTo: width)
      if let positions { storeVector(place, positions + (target + column), upTo: width) }
      j += lanes
    }
  }
}
