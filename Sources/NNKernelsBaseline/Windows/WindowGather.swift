import NNKernelsCommon

/// The gradients of the windows of one operation: what is kept of them in lines, and what they contribute to pixels.
protocol WindowGradients {
  associatedtype Term: WindowTerm
  /// Scalars of memory for the lines of a band and for what is constant.
  func scratchCount(_ windows: CoveringWindows) -> Int
  /// Fills the lines with neutral values, which the margins keep, and computes what is constant.
  func prepare(_ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>)
  /// Loads window row `row` of `planes` into line `line`.
  func load(
    row: Int, of planes: Range<Int>, into line: Int, _ windows: CoveringWindows, _ memory: UnsafeMutablePointer<Float>)
  /// The terms of the windows of a group whose first plane is `plane`.
  func term(plane: Int, _ windows: CoveringWindows, _ memory: UnsafePointer<Float>) -> Term
}

/// downstream (+)= for each pixel the sum of the terms of the windows that cover it, see `CoveringWindows`. A work item
/// is a band of rows of a group of planes; its lines and its rows stay in the first-level cache.
struct WindowGather<Gradients: WindowGradients> {
  let windows: CoveringWindows
  let gradients: Gradients
  /// Planes of all samples.
  let planes: Int
  let downstream: UnsafeMutablePointer<Float>
  let accumulate: Bool

  /// - Parameter grain: work items that are worth a chunk.
  func run(grain: Int, _ workers: WorkerPool) {
    runRanges(
      of: windows.groups.count(planes) * windows.bands.count, grain: grain,
      scratchCount: gradients.scratchCount(windows) + windows.rowCount + windows.tableCount, workers
    ) { items, memory in compute(items, memory) }
  }

  @inline(never)
  private func compute(_ items: Range<Int>, _ memory: UnsafeMutablePointer<Float>) {
    let row = memory + gradients.scratchCount(windows)
    let tables = windows.tables(row + windows.rowCount)
    let (bands, input) = (windows.bands, windows.input)
    gradients.prepare(windows, memory)
    for item in items {
      let own = windows.groups.planes(item / bands.count, of: planes)
      let rows = bands.rows(item % bands.count)
      let covering = windows.windowRows(covering: rows)
      for i in covering { gradients.load(row: i, of: own, into: i - covering.lowerBound, windows, memory) }
      let term = gradients.term(plane: own.lowerBound, windows, UnsafePointer(memory))
      for index in rows {
        windows.gatherRow(
          index, firstLine: covering.lowerBound, tables, term, planes: own.count,
          into: downstream + (own.lowerBound * input.area + index * input.width), area: input.area,
          accumulate: accumulate, row)
      }
    }
  }
}
