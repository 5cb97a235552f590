import NNKernelsCommon

/// For each pixel of an image, the windows that reach it and the place that the pixel has in each: how gradients come
/// back through windows without two of them being added to one place at a time.
///
/// Pixels whose rows leave the same remainder when divided by the stride are reached in the same way, and so are their
/// columns. For each such class there is a list of (window, place in the window): the windows relative to the last one
/// that reaches the pixel, in their order. The lists of all classes together hold each place of a window once.
///
/// What belongs to a row of windows lies in a line of memory, with a margin on both sides of which nothing comes. The
/// windows of several planes lie in one line, so that narrow rows fill vectors.
struct CoveringWindows {
  private let input: Extent
  private let kernel: Extent
  private let stride: Extent
  private let padding: Extent
  private let outputs: Extent
  /// Scalars of a line, and those before its first window.
  let line: Int
  let margin: Int
  /// The planes that are computed together, and scalars of a line from one plane's first window to the next one's.
  let groups: PlaneGroups
  let pitch: Int
  /// The rows of the image, a band at a time.
  let bands: RowBands
  /// Lines that a band needs at most.
  let bandLines: Int

  /// - Parameter total: the planes that may be computed together; 1 if each has to be by itself.
  init(input: Extent, kernel: Extent, stride: Extent, padding: Extent, outputs: Extent, planes total: Int = 1) {
    self.input = input
    self.kernel = kernel
    // A single window has no next one.
    let stride = Extent(outputs.height == 1 ? 1 : stride.height, outputs.width == 1 ? 1 : stride.width)
    self.stride = stride
    self.padding = padding
    self.outputs = outputs
    let lanes = Vector.scalarCount
    margin = (kernel.width - 1) / stride.width
    let reach = max(outputs.width, (input.width + padding.width) / stride.width + 1)
    pitch = margin + reach
    groups = PlaneGroups(each: pitch, total: total)
    let planes = groups.size
    line = (margin + planes * pitch + 3 * lanes - 1) / lanes * lanes
    let overlap = (kernel.height - 1) / stride.height + 2
    bands = RowBands(
      rows: input.height, rowScalars: (2 * line + stride.height - 1) / stride.height,
      fixedScalars: 2 * overlap * line + (planes == 1 ? 0 : planes * pitch * stride.width))
    bandLines = min(outputs.height, (bands.size - 1) / stride.height + overlap)
  }

  /// Planes of a line, but in the last one of an array.
  @inline(__always) var planes: Int { groups.size }

  /// Scalars of a row of pixels of all planes, and from one plane's first pixel to the next one's.
  var rowCount: Int { (planes * pixelPitch + 2 * Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount }
  @inline(__always) var pixelPitch: Int { pitch * stride.width }

  /// Scalars of memory for the lists.
  var tableCount: Int { 2 * kernel.area + stride.area + stride.width + 4 * input.height }

  /// The rows of windows that reach any of `rows`.
  @inline(__always)
  func windowRows(_ rows: Range<Int>) -> Range<Int> {
    let first = max(0, (rows.lowerBound + padding.height - kernel.height + stride.height) / stride.height)
    let last = (rows.upperBound - 1 + padding.height) / stride.height
    return first..<max(first, min(outputs.height, last + 1))
  }

  /// The lists, written to `memory`.
  func tables(_ memory: UnsafeMutablePointer<Float>) -> ReachTables {
    let words = UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self)
    let (offsets, places, starts) = (words, words + kernel.area, words + 2 * kernel.area)
    let (columns, rows) = (starts + stride.area, starts + (stride.area + stride.width))
    func word(_ value: Int) -> Int32 { Int32(truncatingIfNeeded: value) }
    var next = 0
    for a in 0..<stride.height {
      for f in 0..<stride.width {
        starts[a * stride.width + f] = word(next)
        columns[f] = word(f < kernel.width ? (kernel.width - 1 - f) / stride.width + 1 : 0)
        // From the last place of a window that the class can have to the first: from the first window to the last.
        var u = a + (kernel.height - 1 - a) / stride.height * stride.height
        while a < kernel.height, u >= a {
          var v = f + (kernel.width - 1 - f) / stride.width * stride.width
          while f < kernel.width, v >= f {
            offsets[next] = word(-(u / stride.height) * line - v / stride.width)
            places[next] = word(u * kernel.width + v)
            next += 1
            v -= stride.width
          }
          u -= stride.height
        }
      }
    }
    for row in 0..<input.height {
      let place = row + padding.height
      let (own, last) = (place % stride.height, place / stride.height)
      // Lists begin with the first row of windows; those that are not there are left out.
      let total = own < kernel.height ? (kernel.height - 1 - own) / stride.height + 1 : 0
      let skipped = max(0, total - 1 - last)
      rows[4 * row] = word(own * stride.width)
      rows[4 * row + 1] = word(skipped)
      rows[4 * row + 2] = word(max(skipped, total - max(0, last - (outputs.height - 1))))
      rows[4 * row + 3] = word(last)
    }
    return ReachTables(
      offsets: UnsafePointer(offsets), places: UnsafePointer(places), starts: UnsafePointer(starts),
      columns: UnsafePointer(columns), rows: UnsafePointer(rows))
  }

  /// target (+)= for each pixel of row `row` the sum of the terms of all windows that reach it.
  ///
  /// - Parameters:
  ///   - firstLine: the row of windows whose line comes first.
  ///   - count: planes; their images are `area` scalars apart.
  ///   - memory: `rowCount` scalars.
  @inline(__always)
  func sumRow<T: ReachTerm>(
    _ row: Int, firstLine: Int, _ tables: ReachTables, _ term: T, planes count: Int,
    into target: UnsafeMutablePointer<Float>, area: Int, accumulate: Bool, _ memory: UnsafeMutablePointer<Float>
  ) {
    if planes == 1 {
      return sumRow(row, firstLine: firstLine, tables, term, width: input.width, into: target, accumulate: accumulate)
    }
    let width = (count - 1) * pixelPitch + input.width
    sumRow(row, firstLine: firstLine, tables, term, width: width, into: memory, accumulate: false)
    if accumulate {
      for plane in 0..<count { addPixels(memory + plane * pixelPitch, target + plane * area, input.width) }
    } else {
      copyRuns(count, of: input.width, memory, every: pixelPitch, target, every: area)
    }
  }

  /// The same for `width` pixels side by side, those of one plane or the row of several.
  @inline(__always)
  func sumRow<T: ReachTerm>(
    _ row: Int, firstLine: Int, _ tables: ReachTables, _ term: T, width: Int,
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
        put(sum, target + column, width - column, accumulate)
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
        put(columns.lowHalf, target + 2 * i, width - 2 * i, accumulate)
        put(columns.highHalf, target + (2 * i + lanes), width - 2 * i - lanes, accumulate)
        i += lanes
      }
    default:
      for phase in 0..<stride.width {
        let list = tables.list(row, phase)
        // The first column whose place in the padded row leaves this remainder.
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
  private func put(
    _ sum: Vector, _ target: UnsafeMutablePointer<Float>, _ count: Int, _ accumulate: Bool
  ) {
    if count > 0 { storeVector(accumulate ? loadVector(target, upTo: count) + sum : sum, target, upTo: count) }
  }
}

/// Adds `count` scalars to those at `target`.
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

/// What one window contributes to pixels next to each other.
protocol ReachTerm {
  /// The terms of the windows that lie at `window` in the lines, for pixels at `place` of theirs.
  func value(_ window: Int, _ place: Int) -> Vector
}

/// The lists of `CoveringWindows`.
struct ReachTables {
  /// Where a window lies, relative to the last one that reaches the pixel.
  let offsets: UnsafePointer<Int32>
  /// The pixel's place in that window, counted row by row.
  let places: UnsafePointer<Int32>
  /// Where each class begins.
  let starts: UnsafePointer<Int32>
  /// Windows of one row that reach a pixel of each column's class.
  let columns: UnsafePointer<Int32>
  /// For each row of pixels: its first class; the rows of windows in its lists before the first that is there, and up
  /// to the last; the last row of windows that could reach it.
  let rows: UnsafePointer<Int32>

  /// The part of a list that holds for the pixels of row `row` and the given phase of columns.
  @inline(__always)
  func list(_ row: Int, _ phase: Int) -> Range<Int> {
    let (start, count) = (Int(starts[Int(rows[4 * row]) + phase]), Int(columns[phase]))
    return (start + Int(rows[4 * row + 1]) * count)..<(start + Int(rows[4 * row + 2]) * count)
  }

  @inline(__always)
  func sum<T: ReachTerm>(_ list: Range<Int>, _ window: Int, _ term: T) -> Vector {
    var sum = Vector.zero
    for index in list { sum += term.value(window + Int(offsets[index]), Int(places[index])) }
    return sum
  }
}
