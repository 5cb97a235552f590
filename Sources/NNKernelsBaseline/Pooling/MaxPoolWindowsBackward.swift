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
  let planes = batch * shape.channels
  let run = MaxPoolBackwardRun(shape, planes, positions.base, upstream.base, downstream.base, accumulate)
  let windows = run.windows
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(
    count: windows.groups.count(planes) * windows.bands.count,
    grain: shape.bandGrain(windows.bands, planes: windows.planes)
  ) { items in
    run.compute(items, workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

extension Pooling {
  /// The windows that reach each pixel of `planes` planes.
  func reachingWindows(planes: Int) -> CoveringWindows {
    CoveringWindows(
      input: input, kernel: kernel, stride: stride, padding: padding, outputs: output, planes: planes)
  }
}

/// What all chunks of one pooling's backward pass need to know.
private struct MaxPoolBackwardRun {
  let shape: Pooling
  let planes: Int
  let positions: UnsafePointer<Float>
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let windows: CoveringWindows
  let output: Extent

  init(
    _ shape: Pooling, _ planes: Int, _ positions: UnsafePointer<Float>, _ upstream: UnsafePointer<Float>,
    _ downstream: UnsafeMutablePointer<Float>, _ accumulate: Bool
  ) {
    self.shape = shape
    self.planes = planes
    self.positions = positions
    self.upstream = upstream
    self.downstream = downstream
    self.accumulate = accumulate
    windows = shape.reachingWindows(planes: planes)
    output = shape.output
  }

  /// A worker's memory: the places and gradients of the windows that reach a band, a row of pixels, and the lists.
  var scratchCount: Int { 2 * windows.bandLines * windows.line + windows.rowCount + windows.tableCount }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let lines = windows.bandLines * windows.line
    let (places, gradients, row) = (memory, memory + lines, memory + 2 * lines)
    let tables = windows.tables(row + windows.rowCount)
    // No place of a window has the number of those beside the line.
    places.update(repeating: -1, count: lines)
    gradients.update(repeating: 0, count: lines)
    let bands = windows.bands
    let term = ChosenGradient(places: UnsafePointer(places), gradients: UnsafePointer(gradients))
    for item in items {
      let own = windows.groups.planes(item / bands.count, of: planes)
      let (first, count) = (own.lowerBound, own.count)
      let rows = bands.rows(item % bands.count)
      let reaching = windows.windowRows(rows)
      for i in reaching {
        let source = first * output.area + i * output.width
        let target = (i - reaching.lowerBound) * windows.line + windows.margin
        copyRuns(
          count, of: output.width, positions + source, every: output.area, places + target, every: windows.pitch)
        copyRuns(
          count, of: output.width, upstream + source, every: output.area, gradients + target, every: windows.pitch)
      }
      for index in rows {
        windows.sumRow(
          index, firstLine: reaching.lowerBound, tables, term, planes: count,
          into: downstream + (first * shape.input.area + index * shape.input.width), area: shape.input.area,
          accumulate: accumulate, row)
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
