/// What a window contributes to the pixel at one of its taps.
protocol WindowTerm {
  /// The terms of a vector of adjacent windows, the first at `window` in the lines, for their pixels at tap `tap`.
  func value(_ window: Int, _ tap: Int) -> Vector
}

/// The (window, tap) lists of `CoveringWindows`, one per stride phase, in the order of the windows.
struct CoveringTables {
  /// The distance in the lines from the last window that can cover the pixel to this one.
  let offsets: UnsafePointer<Int32>
  /// The pixel's tap in this window, u kernel.width + v.
  let taps: UnsafePointer<Int32>
  /// The first entry of each phase.
  let starts: UnsafePointer<Int32>
  /// Windows of one window row that cover a pixel, for each column phase.
  let columns: UnsafePointer<Int32>
  /// Four numbers per pixel row: its first phase; the first window row of its lists that exists, and the one behind the
  /// last, both counted within the list; the last window row that could cover the row, existing or not.
  let rows: UnsafePointer<Int32>

  /// The entries for the pixels of row `row` in column phase `phase`, without window rows outside of the output.
  @inline(__always)
  func list(_ row: Int, _ phase: Int) -> Range<Int> {
    let (start, count) = (Int(starts[Int(rows[4 * row]) + phase]), Int(columns[phase]))
    return (start + Int(rows[4 * row + 1]) * count)..<(start + Int(rows[4 * row + 2]) * count)
  }

  /// The sum of the terms of a list, for the vector of pixels whose last covering windows begin at `window`.
  @inline(__always)
  func sum<T: WindowTerm>(_ list: Range<Int>, _ window: Int, _ term: T) -> Vector {
    var sum = Vector.zero
    for index in list { sum += term.value(window + Int(offsets[index]), Int(taps[index])) }
    return sum
  }
}
