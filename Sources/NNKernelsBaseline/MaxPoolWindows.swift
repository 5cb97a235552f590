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
  let windows = PlaneWindows(shape)
  let bands = windows.bands
  workers.reserveScratch(purpose: .block, count: windows.scratchCount)
  workers.run(count: batch * shape.channels * bands.count, grain: shape.bandGrain(bands)) { items in
    let memory = workers.scratch(worker: workers.currentWorker, purpose: .block, count: windows.scratchCount)
    windows.prepare(memory)
    for item in items {
      let (plane, rows) = (item / bands.count, bands.rows(item % bands.count))
      let (source, target) = (UnsafePointer(x.base) + plane * shape.input.area, plane * windows.output.area)
      if positions.count > 0 {
        windows.pool(
          rows, source, pitch: shape.input.width, into: y.base + target, places: positions.base + target, memory)
      } else {
        windows.pool(rows, source, pitch: shape.input.width, into: y.base + target, memory)
      }
    }
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

  /// The rows of the input that some rows of windows cover; `windows` is not empty.
  @inline(__always)
  func rows(_ windows: Range<Int>) -> Range<Int> {
    rows(windows.lowerBound).lowerBound..<rows(windows.upperBound - 1).upperBound
  }
}

/// Windows of any kind that slide over planes of one size.
struct PlaneWindows {
  let shape: Pooling
  let output: Extent
  /// Rows of windows that are computed at once.
  let bands: RowBands
  private let phases: ColumnPhases

  init(_ shape: Pooling) {
    self.shape = shape
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

  /// Rows of a worker's memory: those that a band reads, or the largest of the rows of each window of a band.
  private var lines: Int { max(bandRows, bands.size) }

  /// A worker's memory: these rows, the first place of each window, where a window's places lie, and rows that are not
  /// sorted yet.
  var scratchCount: Int {
    lines * phases.count + phases.length + shape.kernel.area + bands.size * shape.input.width
  }

  @inline(__always)
  private func firsts(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    memory + lines * phases.count
  }

  @inline(__always)
  private func offsets(_ memory: UnsafeMutablePointer<Float>) -> UnsafePointer<Int32> {
    UnsafePointer(UnsafeMutableRawPointer(firsts(memory) + phases.length).assumingMemoryBound(to: Int32.self))
  }

  @inline(__always)
  private func largest(_ memory: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    firsts(memory) + (phases.length + shape.kernel.area)
  }

  /// Makes `scratchCount` scalars ready for `pool`.
  @inline(never)
  func prepare(_ memory: UnsafeMutablePointer<Float>) {
    let firsts = firsts(memory)
    // Padding never wins: nothing is less than it.
    memory.update(repeating: -.infinity, count: lines * phases.count)
    for j in 0..<phases.length { firsts[j] = Float(max(0, shape.padding.width - j * shape.stride.width)) }
    phases.writeOffsets(shape.kernel, firsts + phases.length)
  }

  /// Pools some rows of windows, at most a band, of one plane.
  ///
  /// - Parameters:
  ///   - source: row 0 of the plane, of which only the rows that these windows cover are read; rows are `pitch` apart.
  ///   - y: row 0 of the plane's outputs.
  ///   - memory: a worker's, prepared.
  @inline(never)
  func pool(
    _ windows: Range<Int>, _ source: UnsafePointer<Float>, pitch: Int, into y: UnsafeMutablePointer<Float>,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    // Each step goes through memory: the compiler would turn a sorting of what it has just compared into a comparison of
    // what it sorts, twice and more slowly.
    let width = shape.input.width
    let largest = largest(memory)
    for i in windows {
      let read = shape.rows(i)
      largestOfRows(
        source + read.lowerBound * pitch, rows: read.count, pitch: pitch, width: width,
        into: largest + (i - windows.lowerBound) * width)
    }
    for row in 0..<windows.count {
      phases.split(PlainRow(base: largest + row * width), into: memory + row * phases.count)
    }
    let offsets = offsets(memory)
    for i in windows {
      let line = UnsafePointer(memory) + (i - windows.lowerBound) * phases.count
      let target = y + i * output.width
      var j = 0
      while j < output.width {
        var best = loadVector(line + j)
        for column in 1..<max(1, shape.kernel.width) {
          best = firstLargest(loadVector(line + (j + Int(offsets[column]))), best)
        }
        storeVector(best, target + j, upTo: output.width - j)
        j += Vector.scalarCount
      }
    }
  }

  /// The same with the place of the largest number in each window.
  ///
  /// - Parameter places: row 0 of the places.
  @inline(never)
  func pool(
    _ windows: Range<Int>, _ source: UnsafePointer<Float>, pitch: Int, into y: UnsafeMutablePointer<Float>,
    places target: UnsafeMutablePointer<Float>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let read = shape.rows(windows)
    for row in read {
      phases.split(
        PlainRow(base: source + row * pitch), into: memory + (row - read.lowerBound) * phases.count)
    }
    let (firsts, offsets) = (firsts(memory), offsets(memory))
    for i in windows {
      let (rows, top) = (shape.rows(i), i * shape.stride.height - shape.padding.height)
      let places = ((rows.lowerBound - top) * shape.kernel.width)..<((rows.upperBound - top) * shape.kernel.width)
      poolRow(
        places, memory, (top - read.lowerBound) * phases.count, UnsafePointer(firsts), offsets, y + i * output.width,
        target + i * output.width)
    }
  }

  /// A row of windows, which read only their `places`; the first window begins at `start` of `memory`.
  @inline(__always)
  private func poolRow(
    _ places: Range<Int>, _ memory: UnsafePointer<Float>, _ start: Int, _ firsts: UnsafePointer<Float>,
    _ offsets: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>
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
      storeVector(best, y + column, upTo: width)
      storeVector(place, target + column, upTo: width)
      j += lanes
    }
  }
}

/// The largest of some rows of an image, column by column: the first two, that and the third, and so on.
@inline(never)
private func largestOfRows(
  _ base: UnsafePointer<Float>, rows: Int, pitch: Int, width: Int, into target: UnsafeMutablePointer<Float>
) {
  let lanes = Vector.scalarCount
  guard width >= lanes else {
    for column in 0..<width {
      var best = base[column]
      for row in 1..<max(1, rows) {
        let value = base[row * pitch + column]
        best = value > best || value.isNaN ? value : best
      }
      target[column] = best
    }
    return
  }
  var column = 0
  while column < width {
    // The last vector overlaps the one before, and computes the same.
    column = min(column, width - lanes)
    let first = base + column
    var best = loadVector(first)
    switch rows {
    case 2: best = firstLargest(loadVector(first + pitch), best)
    case 3: best = firstLargest(loadVector(first + 2 * pitch), firstLargest(loadVector(first + pitch), best))
    default: for row in 1..<max(1, rows) { best = firstLargest(loadVector(first + row * pitch), best) }
    }
    storeVector(best, target + column)
    column += lanes
  }
}
