import NNKernelsCommon

/// downstream (+)= each window's upstream gradient in equal shares; see `Scalar.averagePoolBackward`.
///
/// Operations: 1 for each place of each window and a division for each window. Bytes: 4 for each upstream and
/// downstream gradient (8 when accumulating); bound by memory as long as windows overlap little.
func averagePoolBackward(
  _ shape: Pooling, _ batch: Int, _ upstream: Buffer<Float>, _ downstream: Buffer<Float>, _ accumulate: Bool,
  _ workers: WorkerPool
) {
  if shape.isWhole {
    let count = shape.input.area
    return workers.run(count: batch * shape.channels, grain: max(1, 16384 / count)) { planes in
      for plane in planes {
        let share = upstream.base[plane] / Float(count)
        SpreadLoop(share: share, target: downstream.base + plane * count, accumulate: accumulate).run(0..<count)
      }
    }
  }
  let planes = batch * shape.channels
  let run = AveragePoolBackwardRun(shape, planes, upstream.base, downstream.base, accumulate)
  let windows = run.windows
  workers.reserveScratch(purpose: .block, count: run.scratchCount)
  workers.run(
    count: windows.groups.count(planes) * windows.bands.count,
    grain: shape.bandGrain(windows.bands, planes: windows.planes)
  ) { items in
    run.compute(items, workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: run.scratchCount))
  }
}

/// What all chunks of one pooling's backward pass need to know.
private struct AveragePoolBackwardRun {
  let shape: Pooling
  let planes: Int
  let upstream: UnsafePointer<Float>
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool
  let windows: CoveringWindows
  let output: Extent

  init(
    _ shape: Pooling, _ planes: Int, _ upstream: UnsafePointer<Float>, _ downstream: UnsafeMutablePointer<Float>,
    _ accumulate: Bool
  ) {
    self.shape = shape
    self.planes = planes
    self.upstream = upstream
    self.downstream = downstream
    self.accumulate = accumulate
    windows = shape.reachingWindows(planes: planes)
    output = shape.output
  }

  /// A worker's memory: the shares of the windows that reach a band, the columns that each window of a line divides by, a
  /// row of pixels, and the lists.
  var scratchCount: Int {
    (windows.bandLines + 1) * windows.line + windows.rowCount + windows.tableCount
  }

  @inline(never)
  func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let divisors = memory + windows.bandLines * windows.line
    let row = divisors + windows.line
    let tables = windows.tables(row + windows.rowCount)
    memory.update(repeating: 0, count: windows.bandLines * windows.line)
    divisors.update(repeating: 1, count: windows.line)
    for plane in 0..<windows.planes {
      shape.writeColumnDivisors(divisors + (windows.margin + plane * windows.pitch))
    }
    let bands = windows.bands
    let term = Share(shares: UnsafePointer(memory))
    for item in items {
      let own = windows.groups.planes(item / bands.count, of: planes)
      let (first, count) = (own.lowerBound, own.count)
      let rows = bands.rows(item % bands.count)
      let reaching = windows.windowRows(rows)
      for i in reaching {
        let line = memory + (i - reaching.lowerBound) * windows.line
        copyRuns(
          count, of: output.width, upstream + (first * output.area + i * output.width), every: output.area,
          line + windows.margin, every: windows.pitch)
        divide(line, divisors, Float(shape.rowDivisor(i)))
      }
      for index in rows {
        windows.sumRow(
          index, firstLine: reaching.lowerBound, tables, term, planes: count,
          into: downstream + (first * shape.input.area + index * shape.input.width), area: shape.input.area,
          accumulate: accumulate, row)
      }
    }
  }

  /// Gradients of a row of windows to their shares; what lies between them stays zero.
  @inline(never)
  private func divide(_ line: UnsafeMutablePointer<Float>, _ divisors: UnsafePointer<Float>, _ rows: Float) {
    var j = 0
    while j < windows.line {
      storeVector(loadVector(line + j) / (loadVector(divisors + j) * rows), line + j)
      j += Vector.scalarCount
    }
  }
}

/// The shares of windows.
private struct Share: ReachTerm {
  let shares: UnsafePointer<Float>

  @inline(__always) func value(_ window: Int, _ place: Int) -> Vector { loadVector(shares + window) }
}

/// A share that all pixels of a plane get.
private struct SpreadLoop: VectorLoop {
  let share: Float
  let target: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func whole(_ i: Int) {
    let value = Vector(repeating: share)
    storeVector(accumulate ? loadVector(target + i) + value : value, target + i)
  }

  @inline(__always)
  func rest(_ i: Int, _ count: Int) {
    let value = Vector(repeating: share)
    storeVector(accumulate ? loadVector(target + i, count: count) + value : value, target + i, count: count)
  }
}
