import NNKernelsCommon

/// Sends each window's upstream gradient to the place that `maxPoolWindows` wrote; see `Scalar.maxPoolBackward`. Each
/// pixel looks for itself in the windows that reach it, in their order, so nothing is written twice.
///
/// Operations: 3 for each place of each window. Bytes: 4 for each upstream gradient and place, 4 for each downstream
/// gradient (8 when accumulating); bound by memory as long as windows overlap little.
func maxPoolWindowsBackward(
  _ shape: Pooling, _ batch: Int, _ positions: Buffer<Float>, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) {
  let run = MaxPoolBackwardRun(shape, positions.base, upstream.base, downstream.base, accumulate)
  let bands = run.windows.bands
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(count: batch * shape.channels * bands.count, grain: shape.bandGrain(bands)) { items in
    run.compute(items, workers.scratch(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

extension Pooling {
  /// The windows that reach each pixel.
  var reachingWindows: ReachingWindows {
    ReachingWindows(input: input, kernel: kernel, stride: stride, padding: padding, outputs: output)
  }
}

/// What all chunks of one pooling's backward pass need to know.
private struct MaxPoolBackwardRun {
  let shape: Pooling
  let positions: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let windows: ReachingWindows
  let output: Extent

  init(
    _ shape: Pooling, _ positions: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>,
    _ downstream: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    self.shape = shape
    self.positions = positions
    self.upstream = upstream
    self.downstream = downstream
    self.accumulate = accumulate
    windows = shape.reachingWindows
    output = shape.output
  }

  /// A worker's memory: the places and gradients of the windows that reach a band, and the lists.
  var scratchCount: Int { 2 * windows.bandLines * windows.line + windows.tableCount }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let lines = windows.bandLines * windows.line
    let (places, gradients) = (memory, memory + lines)
    let tables = windows.tables(memory + 2 * lines)
    // No place of a window has the number of those beside the line.
    places.update(repeating: -1, count: lines)
    gradients.update(repeating: 0, count: lines)
    for item in items {
      let (plane, rows) = (item / windows.bands.count, windows.bands.rows(item % windows.bands.count))
      let reaching = windows.windowRows(rows)
      for i in reaching {
        let source = plane * output.area + i * output.width
        let target = (i - reaching.lowerBound) * windows.line + windows.margin
        copyFloats(positions + source, places + target, output.width)
        copyFloats(upstream + source, gradients + target, output.width)
      }
      let term = ChosenGradient(places: UnsafePointer(places), gradients: UnsafePointer(gradients))
      for row in rows {
        windows.sumRow(
          row, firstLine: reaching.lowerBound, tables, term,
          into: downstream + (plane * shape.input.area + row * shape.input.width), accumulate: accumulate)
      }
    }
  }
}

/// The gradients of those windows that chose the pixel.
private struct ChosenGradient: ReachTerm {
  let places: UnsafePointer<Float>
  let gradients: UnsafePointer<Float>

  @inline(__always)
  func value(_ window: Int, _ place: Int) -> Vector {
    let isHere = loadVector(places + window) .== Vector(repeating: Float(place))
    return Vector.zero.replacing(with: loadVector(gradients + window), where: isHere)
  }
}
