import NNKernelsCommon

/// The largest number of each window and its place, whatever the windows are; see `Scalar.maxPool`.
///
/// Operations: with places, 4 for each place of each window (two comparisons, two selections); without, 3 for each row
/// and column of each window, since the largest of its rows are taken first. Bytes: 4 for each input, 4 for each
/// output and 4 for each place; bound by memory as long as windows overlap little.
func maxPoolWindows(
  _ shape: Pooling, _ batch: Int, _ x: Buffer<Float>, _ y: Buffer<Float>, _ positions: Buffer<Float>,
  _ workers: WorkerPool
) {
  let planes = batch * shape.channels
  let windows = PlaneWindows(shape, planes: planes, keepsPlaces: positions.count > 0)
  let (strip, bands) = (windows.strip, windows.bands)
  workers.reserveScratch(purpose: .block, count: windows.scratchCount)
  workers.run(
    count: strip.groups.count(planes) * bands.count, grain: shape.bandGrain(bands, planes: strip.planes)
  ) { items in
    let memory = workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: windows.scratchCount)
    windows.prepare(memory)
    for item in items {
      let (own, rows) = (strip.groups.planes(item / bands.count, of: planes), bands.rows(item % bands.count))
      let target = own.lowerBound * windows.output.area
      let source = PlaneRows(
        base: UnsafePointer(x.base) + own.lowerBound * shape.input.area, pitch: shape.input.width,
        stride: shape.input.area)
      if positions.count > 0 {
        windows.pool(
          rows, planes: own.count, source, into: y.base + target, places: positions.base + target, memory)
      } else {
        windows.pool(rows, planes: own.count, source, into: y.base + target, memory)
      }
    }
  }
}

extension Pooling {
  /// Bands of so many planes that are worth a chunk.
  func bandGrain(_ bands: RowBands, planes: Int) -> Int {
    let work = planes * (output.area * min(kernel.area, 64) / 4 + input.area)
    return max(1, 16384 * bands.count / max(1, work))
  }

  /// The rows of the input that some rows of windows cover; `windows` is not empty.
  @inline(__always)
  func rows(_ windows: Range<Int>) -> Range<Int> {
    rows(windows.lowerBound).lowerBound..<rows(windows.upperBound - 1).upperBound
  }
}

/// Where the rows of planes lie.
struct PlaneRows {
  /// Row 0 of the first plane.
  let base: UnsafePointer<Float>
  /// Scalars from one row to the next, and from one plane to the next.
  let pitch: Int
  let stride: Int
}

/// Windows of any kind that slide over planes of one size.
struct PlaneWindows {
  let shape: Pooling
  let output: Extent
  /// The planes that are pooled together.
  let strip: BatchedPlanes
  /// Rows of windows that are pooled at once.
  let bands: RowBands
  private var phases: StrideDeinterleave { strip.phases }

  /// Windows over `planes` planes in all.
  ///
  /// - Parameter keepsPlaces: whether places are wanted; most of the work is the windows' own then.
  init(_ shape: Pooling, planes: Int, keepsPlaces: Bool) {
    self.shape = shape
    strip = BatchedPlanes(shape, planes: planes, joinsFullRows: !keepsPlaces)
    output = shape.output
    bands = RowBands(
      rows: output.height, rowScalars: shape.stride.height * strip.phases.count,
      fixedScalars: shape.kernel.height * strip.phases.count)
  }

  /// Rows of the input that a band reads, at most.
  private var bandRows: Int {
    min(shape.input.height, (bands.size - 1) * shape.stride.height + shape.kernel.height)
  }

  /// Rows of a worker's memory: those that a band reads, or the largest of the rows of each window of a band.
  private var lines: Int { max(bandRows, bands.size) }

  /// A worker's memory: a row as it lies in the strip, these rows sorted, the first place of each window, where a window's
  /// places lie, and a row of results and of places.
  var scratchCount: Int { strip.rowCount + lines * phases.count + 3 * phases.length + shape.kernel.area }

  private typealias Memory = (
    row: UnsafeMutablePointer<Float>, sorted: UnsafeMutablePointer<Float>, firsts: UnsafeMutablePointer<Float>,
    best: UnsafeMutablePointer<Float>, places: UnsafeMutablePointer<Float>, offsets: UnsafeMutablePointer<Float>
  )

  @inline(__always)
  private func parts(_ memory: UnsafeMutablePointer<Float>) -> Memory {
    let sorted = memory + strip.rowCount
    let firsts = sorted + lines * phases.count
    return (
      memory, sorted, firsts, firsts + phases.length, firsts + 2 * phases.length, firsts + 3 * phases.length
    )
  }

  /// Makes `scratchCount` scalars ready for `pool`.
  @inline(never)
  func prepare(_ memory: UnsafeMutablePointer<Float>) {
    let parts = parts(memory)
    // Padding never wins: nothing is less than it.
    memory.update(repeating: -.infinity, count: strip.rowCount + lines * phases.count)
    for window in 0..<phases.length {
      parts.firsts[window] = Float(max(0, strip.padding - window % strip.windows * shape.stride.width))
    }
    phases.writeOffsets(shape.kernel, parts.offsets)
  }

  @inline(__always)
  private func offsets(_ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Int32> {
    UnsafePointer(UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self))
  }

  /// Pools some rows of windows, at most a band, of some planes, at most a strip.
  ///
  /// - Parameters:
  ///   - source: the planes, of which only the rows that these windows cover are read.
  ///   - y: row 0 of the first plane's outputs.
  ///   - memory: a worker's, prepared.
  @inline(never)
  func pool(
    _ windows: Range<Int>, planes: Int, _ source: PlaneRows, into y: UnsafeMutablePointer<Float>,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    // Each step goes through memory: the compiler would turn a sorting of what it has just compared into a comparison of
    // what it sorts, twice and more slowly.
    let parts = parts(memory)
    for i in windows {
      let read = shape.rows(i)
      combine(source.base + read.lowerBound * source.pitch, read.count, planes, source, into: parts.row)
      sort(parts.row, into: parts.sorted + (i - windows.lowerBound) * phases.count)
    }
    let offsets = offsets(parts.offsets)
    for i in windows {
      let line = UnsafePointer(parts.sorted) + (i - windows.lowerBound) * phases.count
      var j = 0
      while j < strip.windows(planes) {
        var best = loadVector(line + j)
        for column in 1..<max(1, shape.kernel.width) {
          best = firstLargest(loadVector(line + (j + Int(offsets[column]))), best)
        }
        storeVector(best, parts.best + j)
        j += Vector.scalarCount
      }
      strip.takeOut(parts.best, planes: planes, into: y + i * output.width, stride: output.area)
    }
  }

  @inline(never)
  private func combine(
    _ rows: UnsafePointer<Float>, _ count: Int, _ planes: Int, _ source: PlaneRows,
    into line: UnsafeMutablePointer<Float>
  ) {
    strip.combine(
      Largest.self, rows, rows: count, pitch: source.pitch, planes: planes, stride: source.stride, into: line)
  }

  @inline(never)
  private func sort(_ row: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
    strip.sort(row, into: target)
  }

  /// The same with the place of the largest number in each window.
  ///
  /// - Parameter places: row 0 of the first plane's places.
  @inline(never)
  func pool(
    _ windows: Range<Int>, planes: Int, _ source: PlaneRows, into y: UnsafeMutablePointer<Float>,
    places target: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let parts = parts(memory)
    let read = shape.rows(windows)
    for row in read {
      let (from, to) = (source.base + row * source.pitch, parts.sorted + (row - read.lowerBound) * phases.count)
      if strip.planes == 1 {
        phases.split(PlainRow(base: from), into: to)
      } else {
        combine(from, 1, planes, source, into: parts.row)
        sort(parts.row, into: to)
      }
    }
    let offsets = offsets(parts.offsets)
    for i in windows {
      let (rows, top) = (shape.rows(i), i * shape.stride.height - shape.padding.height)
      let places = ((rows.lowerBound - top) * shape.kernel.width)..<((rows.upperBound - top) * shape.kernel.width)
      let start = UnsafePointer(parts.sorted) + (top - read.lowerBound) * phases.count
      let first = Vector(repeating: Float(places.lowerBound))
      let (ownY, ownPlaces) = (y + i * output.width, target + i * output.width)
      var j = 0
      while j < strip.windows(planes) {
        var best = Vector(repeating: -.infinity)
        var place = first + loadVector(parts.firsts + j)
        var number = first
        for index in places {
          let value = loadVector(start + (j + Int(offsets[index])))
          // The first among equals; a number that is not one stays.
          let wins = (value .> best) .| (value .!= value)
          best.replace(with: value, where: wins)
          place.replace(with: number, where: wins)
          number += 1
        }
        if strip.planes == 1 {
          storeVector(best, ownY + j, upTo: output.width - j)
          storeVector(place, ownPlaces + j, upTo: output.width - j)
        } else {
          storeVector(best, parts.best + j)
          storeVector(place, parts.places + j)
        }
        j += Vector.scalarCount
      }
      if strip.planes > 1 {
        strip.takeOut(parts.best, planes: planes, into: ownY, stride: output.area)
        strip.takeOut(parts.places, planes: planes, into: ownPlaces, stride: output.area)
      }
    }
  }
}

/// The larger of two numbers, the first among equals.
private enum Largest: RowCombination {
  @inline(__always)
  static func combine(_ x: PixelVector, _ y: PixelVector) -> PixelVector { firstLargest(y, x) }

  @inline(__always)
  static func combine(_ x: Float, _ y: Float) -> Float { y > x || y.isNaN ? y : x }
}
