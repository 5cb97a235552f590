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
  workers.run(count: batch * shape.channels, grain: shape.planeGrain) { planes in
    run.compute(
      planes, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

extension Pooling {
  /// Planes that are worth a chunk.
  var planeGrain: Int { max(1, 16384 / max(1, output.area * min(kernel.area, 64) / 8 + input.area)) }

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
  }

  /// A worker's memory: the rows that a row of windows reads, the first place of each window, and the offsets of a
  /// window's columns.
  var scratchCount: Int { shape.kernel.height * phases.count + phases.length + shape.kernel.width }

  @inline(never)
  func compute(_ planes: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let firsts = memory + shape.kernel.height * phases.count
    let offsets = phases.writeOffsets(firsts + phases.length)
    // Padding never wins: nothing is less than it.
    memory.update(repeating: -.infinity, count: shape.kernel.height * phases.count)
    for j in 0..<phases.length { firsts[j] = Float(max(0, shape.padding.width - j * shape.stride.width)) }
    for plane in planes {
      let source = x + plane * shape.input.area
      var ready = 0
      for i in 0..<output.height {
        let rows = shape.rows(i)
        for row in max(ready, rows.lowerBound)..<max(ready, rows.upperBound) {
          phases.split(source + row * shape.input.width, into: memory + row % shape.kernel.height * phases.count)
        }
        ready = max(ready, rows.upperBound)
        poolRow(rows, i, plane * output.area + i * output.width, memory, UnsafePointer(firsts), offsets)
      }
    }
  }

  @inline(__always)
  private func poolRow(
    _ rows: Range<Int>, _ i: Int, _ target: Int, _ memory: UnsafePointer<Float>, _ firsts: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Int32>
  ) {
    let lanes = PixelVector.scalarCount
    let top = i * shape.stride.height - shape.padding.height
    let first = PixelVector(repeating: Float((rows.lowerBound - top) * shape.kernel.width))
    var j = 0
    while j < output.width {
      // The last whole vector of a row overlaps the one before, and computes the same.
      let start = max(0, min(j, output.width - lanes))
      var best = PixelVector(repeating: -.infinity)
      var place = first + loadPixels(firsts + start)
      var number = first
      for row in rows {
        let line = memory + (row % shape.kernel.height * phases.count + start)
        for column in 0..<shape.kernel.width {
          let value = loadPixels(line + Int(offsets[column]))
          // The first among equals; a number that is not one stays.
          let wins = (value .> best) .| (value .!= value)
          best.replace(with: value, where: wins)
          place.replace(with: number, where: wins)
          number += 1
        }
      }
      store(best, y + (target + start), output.width)
      if let positions { store(place, positions + (target + start), output.width) }
      j += lanes
    }
  }

  @inline(__always)
  private func store(_ vector: PixelVector, _ target: UnsafeMutablePointer<Float>, _ width: Int) {
    if width >= PixelVector.scalarCount {
      storePixels(vector, target)
    } else {
      for lane in 0..<width { target[lane] = vector[lane] }
    }
  }
}
