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
          let gradient = loadVector(source + j, upTo: count)
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
