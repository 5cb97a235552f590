import NNKernelsCommon

/// Sends each window's upstream gradient to the place that `maxPoolWindows` wrote; see `Scalar.maxPoolBackward`. Each
/// input looks for itself in the windows that reach it, in their order, so nothing is written twice.
///
/// Operations: 3 for each input and each window that reaches it. Bytes: 4 for each upstream gradient and place, 4 for
/// each downstream gradient (8 when accumulating); bound by memory as long as windows overlap little.
func maxPoolWindowsBackward(
  _ shape: Pooling, _ batch: Int, _ positions: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  let run = MaxPoolBackwardRun(shape, positions.base, upstream.base, downstream.base, accumulate)
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(count: batch * shape.channels, grain: shape.planeGrain) { planes in
    run.compute(
      planes, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

extension Pooling {
  /// The rows of windows that reach row `row` of the input.
  @inline(__always)
  func windowRows(_ row: Int, _ outputs: Int) -> Range<Int> {
    let place = row + padding.height
    let first = max(0, (place - kernel.height + stride.height) / stride.height)
    return first..<max(first, min(outputs, place / stride.height + 1))
  }

  /// The most rows of windows that reach a row.
  var overlap: Int { (kernel.height - 1) / stride.height + 1 }
}

/// What all chunks of one pooling's backward pass need to know.
private struct MaxPoolBackwardRun {
  let shape: Pooling
  let positions: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let phases: ColumnPhases
  let output: Extent
  /// Scalars before the first window of a row of windows, and of the whole row, so that none has to look where it
  /// ends.
  let margin: Int
  let line: Int

  init(
    _ shape: Pooling, _ positions: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>,
    _ downstream: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    self.shape = shape
    self.positions = positions
    self.upstream = upstream
    self.downstream = downstream
    self.accumulate = accumulate
    phases = shape.columnPhases
    output = shape.output
    margin = (shape.kernel.width - 1) / phases.stride
    line = margin + phases.length
  }

  /// A worker's memory: places and gradients of the rows of windows that reach a row, and that row.
  var scratchCount: Int { 2 * shape.overlap * line + phases.count }

  @inline(never)
  func compute(_ planes: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let (places, gradients) = (memory, memory + shape.overlap * line)
    let sums = gradients + shape.overlap * line
    // No place of a window has the number of those beside the row.
    places.update(repeating: -1, count: shape.overlap * line)
    gradients.update(repeating: 0, count: shape.overlap * line)
    for plane in planes {
      let target = downstream + plane * shape.input.area
      var ready = 0
      for row in 0..<shape.input.height {
        let windows = shape.windowRows(row, output.height)
        for i in max(ready, windows.lowerBound)..<max(ready, windows.upperBound) {
          let (source, slot) = (plane * output.area + i * output.width, i % shape.overlap * line + margin)
          (places + slot).update(from: positions + source, count: output.width)
          (gradients + slot).update(from: upstream + source, count: output.width)
        }
        ready = max(ready, windows.upperBound)
        for phase in 0..<phases.stride {
          sumPhase(phase, row, windows, UnsafePointer(places), UnsafePointer(gradients), sums + phase * phases.length)
        }
        phases.merge(sums, into: target + row * shape.input.width, accumulate: accumulate)
      }
    }
  }

  /// The gradients of the columns of one phase.
  @inline(__always)
  private func sumPhase(
    _ phase: Int, _ row: Int, _ windows: Range<Int>, _ places: UnsafePointer<Float>,
    _ gradients: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>
  ) {
    let (kernel, stride) = (shape.kernel.width, phases.stride)
    let shifts = phase < kernel ? (kernel - 1 - phase) / stride + 1 : 0
    var q = 0
    while q < phases.columns {
      var sum = PixelVector.zero
      for i in windows {
        let own = row + shape.padding.height - i * shape.stride.height
        let start = i % shape.overlap * line + margin + q
        // Windows in their order: the last column of a window first.
        var shift = shifts - 1
        while shift >= 0 {
          let number = PixelVector(repeating: Float(own * kernel + shift * stride + phase))
          let isHere = loadPixels(places + (start - shift)) .== number
          sum += PixelVector.zero.replacing(with: loadPixels(gradients + (start - shift)), where: isHere)
          shift -= 1
        }
      }
      storePixels(sum, sums + q)
      q += PixelVector.scalarCount
    }
  }
}
