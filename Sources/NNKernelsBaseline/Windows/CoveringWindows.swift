import NNKernelsCommon

/// The windows that cover each pixel of an image: the backward pass of windows in gather form. A pixel sums over the
/// windows that read it, so that every pixel is written once and windows that overlap need no atomic additions:
///
///     dx[r, c] = sum over (i, u) with i S + u = r + P, and (j, v) with j S + v = c + P, of term(i, j, u, v)
///
/// S is the stride, P the padding, (i, j) a window, (u, v) a tap. The taps of a pixel depend only on its stride phase
/// ((r + P) mod S, (c + P) mod S): there is one list of (window, tap) per phase, see `CoveringTables`. The lists of all
/// phases together hold each tap once.
///
/// A window row is kept in a line of memory, with a margin of neutral values on both sides for windows outside of the
/// output. Lines hold the windows of several planes, so that narrow rows fill vectors.
struct CoveringWindows {
  let input: Extent
  private let kernel: Extent
  private let stride: Extent
  private let padding: Extent
  let outputs: Extent
  /// Scalars of a line.
  let line: Int
  /// Scalars of a line before its first window.
  let margin: Int
  /// The groups of planes that share lines.
  let groups: PlaneGroups
  /// Scalars of a line from the first window of one plane to that of the next.
  let pitch: Int
  /// The rows of the image, a band at a time.
  let bands: RowBands
  /// Window rows that cover a band, at most: lines in memory.
  let bandLines: Int

  /// - Parameter total: planes that may share lines; 1 if none may.
  init(input: Extent, kernel: Extent, stride: Extent, padding: Extent, outputs: Extent, planes total: Int = 1) {
    self.input = input
    self.kernel = kernel
    // A single window has no neighbour: its columns form one phase.
    let stride = Extent(outputs.height == 1 ? 1 : stride.height, outputs.width == 1 ? 1 : stride.width)
    self.stride = stride
    self.padding = padding
    self.outputs = outputs
    let lanes = Vector.scalarCount
    margin = (kernel.width - 1) / stride.width
    let windows = max(outputs.width, (input.width + padding.width) / stride.width + 1)
    pitch = margin + windows
    groups = PlaneGroups(each: pitch, total: total)
    let planes = groups.size
    line = (margin + planes * pitch + 3 * lanes - 1) / lanes * lanes
    let overlap = (kernel.height - 1) / stride.height + 2
    bands = RowBands(
      rows: input.height, rowScalars: (2 * line + stride.height - 1) / stride.height,
      fixedScalars: 2 * overlap * line + (planes == 1 ? 0 : planes * pitch * stride.width))
    bandLines = min(outputs.height, (bands.size - 1) / stride.height + overlap)
  }

  /// Planes of a line; the last group holds the remainder.
  @inline(__always) var planes: Int { groups.size }

  /// Scalars of a pixel row of all planes of a group.
  var rowCount: Int { (planes * pixelPitch + 2 * Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }
  /// Scalars of such a row from the first pixel of one plane to that of the next.
  @inline(__always) private var pixelPitch: Int { pitch * stride.width }

  /// Scalars of memory for `tables`.
  var tableCount: Int { 2 * kernel.area + stride.area + stride.width + 4 * input.height }

  /// The window rows that cover any of `rows`.
  @inline(__always)
  func windowRows(covering rows: Range<Int>) -> Range<Int> {
    let first = max(0, (rows.lowerBound + padding.height - kernel.height + stride.height) / stride.height)
    let last = (rows.upperBound - 1 + padding.height) / stride.height
    return first..<max(first, min(outputs.height, last + 1))
  }

  /// Copies row `row` of `planes` of an output-sized array into a line; its margins are left as they are.
  @inline(__always)
  func copyRow(
    _ row: Int, of planes: Range<Int>, _ source: UnsafePointer<Float>, into line: Int,
    _ memory: UnsafeMutablePointer<Float>
  ) {
    copyRuns(
      planes.count, of: outputs.width, source + (planes.lowerBound * outputs.area + row * outputs.width),
      every: outputs.area, memory + (line * self.line + margin), every: pitch)
  }

  /// The (window, tap) lists of all phases, written to `memory`.
  func tables(_ memory: UnsafeMutablePointer<Float>) -> CoveringTables {
    let words = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    let (offsets, taps, starts) = (words, words + kernel.area, words + 2 * kernel.area)
    let (columns, rows) = (starts + stride.area, starts + (stride.area + stride.width))
    func word(_ value: Int) -> Int32 { Int32(truncatingIfNeeded: value) }
    var next = 0
    for a in 0..<stride.height {
      for f in 0..<stride.width {
        starts[a * stride.width + f] = word(next)
        columns[f] = word(f < kernel.width ? (kernel.width - 1 - f) / stride.width + 1 : 0)
        // From the last tap of this phase to the first, that is from the first covering window to the last.
        var u = a + (kernel.height - 1 - a) / stride.height * stride.height
        while a < kernel.height, u >= a {
          var v = f + (kernel.width - 1 - f) / stride.width * stride.width
          while f < kernel.width, v >= f {
            offsets[next] = word(-(u / stride.height) * line - v / stride.width)
            taps[next] = word(u * kernel.width + v)
            next += 1
            v -= stride.width
          }
          u -= stride.height
        }
      }
    }
    for row in 0..<input.height {
      let padded = row + padding.height
      let (own, last) = (padded % stride.height, padded / stride.height)
      // Lists are ordered by window row; those above the first and below the last row of the output are skipped.
      let total = own < kernel.height ? (kernel.height - 1 - own) / stride.height + 1 : 0
      let skipped = max(0, total - 1 - last)
      rows[4 * row] = word(own * stride.width)
      rows[4 * row + 1] = word(skipped)
      rows[4 * row + 2] = word(max(skipped, total - max(0, last - (outputs.height - 1))))
      rows[4 * row + 3] = word(last)
    }
    return CoveringTables(
      offsets: UnsafePointer(offsets), taps: UnsafePointer(taps), starts: UnsafePointer(starts),
      columns: UnsafePointer(columns), rows: UnsafePointer(rows))
  }

  /// target (+)= the sum of the terms of all windows that cover a pixel, for the pixels of row `row`.
  ///
  /// - Parameters:
  ///   - firstLine: the window row that line 0 holds.
  ///   - count: planes, whose images are `area` scalars apart.
  ///   - memory: `rowCount` scalars.
  @inline(__always)
  func gatherRow<T: WindowTerm>(
    _ row: Int, firstLine: Int, _ tables: CoveringTables, _ term: T, planes count: Int,
    into target: UnsafeMutablePointer<Float>, area: Int, accumulate: Bool, _ memory: UnsafeMutablePointer<Float>
  ) {
    if planes == 1 {
      return gatherRow(
        row, firstLine: firstLine, tables, term, width: input.width, into: target, accumulate: accumulate)
    }
    let width = (count - 1) * pixelPitch + input.width
    gatherRow(row, firstLine: firstLine, tables, term, width: width, into: memory, accumulate: false)
    if accumulate {
      for plane in 0..<count { addPixels(memory + plane * pixelPitch, target + plane * area, input.width) }
    } else {
      copyRuns(count, of: input.width, memory, every: pixelPitch, target, every: area)
    }
  }

  /// The same for `width` adjacent pixels: a row of one plane, or the concatenated rows of several.
  @inline(__always)
  private func gatherRow<T: WindowTerm>(
    _ row: Int, firstLine: Int, _ tables: CoveringTables, _ term: T, width: Int,
    into target: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let start = (Int(tables.rows[4 * row + 3]) - firstLine) * line + margin
    let lanes = Vector.scalarCount
    switch stride.width {
    case 1:
      let list = tables.list(row, 0)
      var column = 0
      while column < width {
        let sum = tables.sum(list, start + column + padding.width, term)
        store(sum, target + column, width - column, accumulate)
        column += lanes
      }
    case 2:
      let (even, odd) = (tables.list(row, padding.width % 2), tables.list(row, (padding.width + 1) % 2))
      let (evenStart, oddStart) = (start + padding.width / 2, start + (padding.width + 1) / 2)
      var i = 0
      while 2 * i < width {
        var columns = Vector.Double()
        columns.evenHalf = tables.sum(even, evenStart + i, term)
        columns.oddHalf = tables.sum(odd, oddStart + i, term)
        store(columns.lowHalf, target + 2 * i, width - 2 * i, accumulate)
        store(columns.highHalf, target + (2 * i + lanes), width - 2 * i - lanes, accumulate)
        i += lanes
      }
    default:
      for phase in 0..<stride.width {
        let list = tables.list(row, phase)
        // The first column c >= 0 with (c + P) mod S = phase.
        var column = (phase - padding.width % stride.width + stride.width) % stride.width
        var window = start + (column + padding.width) / stride.width
        while column < width {
          let sum = tables.sum(list, window, term)
          for lane in 0..<min(lanes, (width - column + stride.width - 1) / stride.width) {
            let pixel = target + (column + lane * stride.width)
            pixel.pointee = accumulate ? pixel.pointee + sum[lane] : sum[lane]
          }
          column += lanes * stride.width
          window += lanes
        }
      }
    }
  }

  @inline(__always)
  private func store(
    _ sum: Vector, _ target: UnsafeMutablePointer<Float>, _ count: Int, _ accumulate: Bool
  ) {
    if count > 0 { storeVector(accumulate ? loadVector(target, upTo: count) + sum : sum, target, upTo: count) }
  }
}

/// target[i] += source[i] for i < count.
@inline(__always)
private func addPixels(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  let lanes = PixelVector.scalarCount
  var i = 0
  while i + lanes <= count {
    storePixels(loadPixels(target + i) + loadPixels(source + i), target + i)
    i += lanes
  }
  while i < count {
    target[i] += source[i]
    i += 1
  }
}
