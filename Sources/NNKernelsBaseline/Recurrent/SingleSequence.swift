import NNKernelsCommon

/// A recurrence of a single sequence that is not saved, for prediction: the gate products of x for a block of steps first,
/// as products of many rows; then step by step those of h, each worker computing some of the units. A panel of all gates
/// has eight independent sums, which hides the latency of dependent multiply-adds.
///
/// Sums add the same terms in the same order as `RecurrentForward`'s.
///
/// Operations: 2 gateRows (features + units) for each step. Bytes: 4 gateRows units for each step, from the second-level
/// cache, which is what limits the speed.
struct SingleSequence {
  let r: Recurrence
  let length: Int
  let weights: GateWeights
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  /// The state to begin with and to leave behind; nil to begin with 0.
  let carried: CarriedState<Float>?
  let memory: UnsafeMutablePointer<Float>

  /// Whether a recurrence should be computed by this method.
  static func suits(_ r: Recurrence) -> Bool { r.batch == 1 && r.cell != .rnn }

  /// Scalars of a panel's sums: a block of two vectors for each of four gates. A GRU's are those of r, z, n from h, n from
  /// x, so that the sums from h lie together.
  private static var blockSize: Int { 4 * TileShape.columns }

  /// Steps whose sums of x are computed together: rows enough for the products, in memory that does not grow with the
  /// steps.
  private static let stepsOfBlock = 256

  /// Scalars of memory: c, h before and after a step, and the sums of a block of steps.
  static func memory(_ r: Recurrence) -> Int {
    let panels = GateWeights.panels(r).count
    return 3 * GateWeights.paddedUnits(r) + min(r.steps, stepsOfBlock) * panels * blockSize
  }

  /// Products of a step that are worth sharing with other workers.
  private static let leastWork = 16384

  private var padded: Int { GateWeights.paddedUnits(r) }
  private var sums: UnsafeMutablePointer<Float> { memory + 3 * padded }
  private var sumStride: Int { weights.panels.count * Self.blockSize }

  func run(_ workers: WorkerPool) {
    memory.update(repeating: 0, count: 3 * padded)
    if let carried, carried.continues {
      copyFloats(carried.values.base, hidden(before: 0), r.units)
      if r.cell == .lstm { copyFloats(carried.values.base + r.units, memory, r.units) }
    }
    defer {
      if let carried {
        copyFloats(hidden(before: length), carried.values.base, r.units)
        if r.cell == .lstm { copyFloats(memory, carried.values.base + r.units, r.units) }
      }
    }
    let panels = weights.panels.count
    let gates = r.cell.gates
    let isShared = !workers.isSerial && r.gateRows * r.units >= Self.leastWork
    let parts = isShared ? min(panels, workers.freeThreads) : 1
    for start in stride(from: 0, to: length, by: Self.stepsOfBlock) {
      let count = min(Self.stepsOfBlock, length - start)
      // The first step of the block in the order of the sequence.
      let first = min(r.step(start, of: length), r.step(start + count - 1, of: length))
      workers.run(
        count: panels * gates, grain: max(1, ProductPlan.leastWork / max(1, count * r.features * TileShape.columns))
      ) { range in
        for index in range { project(panel: index / gates, gate: index % gates, first..<(first + count)) }
      }
      for index in start..<(start + count) {
        if parts == 1 {
          step(index, 0..<panels, first)
        } else {
          workers.run(chunks: parts) { part in step(index, TileShape.cut(panels, into: parts, part), first) }
        }
      }
    }
  }

  /// Where h before step number `index` is.
  private func hidden(before index: Int) -> UnsafeMutablePointer<Float> { memory + (1 + index % 2) * padded }

  /// The sums of x for the steps of a block.
  private func project(panel: Int, gate: Int, _ steps: Range<Int>) {
    let isSplit = r.cell == .gru && gate == 2
    PanelProduct(
      a: x + steps.lowerBound * r.features, rowStrideA: r.features, b: weights.base + gate * weights.gateStride,
      layout: weights.panels,
      panels: panel..<(panel + 1), inner: r.features,
      c: sums + (panel * Self.blockSize + (isSplit ? 3 : gate) * TileShape.columns), strideC: sumStride,
      rows: steps.count
    ).run()
    guard isSplit else { return }
    for step in 0..<steps.count {
      (sums + (step * sumStride + panel * Self.blockSize + 2 * TileShape.columns)).update(
        repeating: 0, count: TileShape.columns)
    }
  }

  /// Step number `index` of the units of some panels; `first` is the first step of its block.
  private func step(_ index: Int, _ panels: Range<Int>, _ first: Int) {
    let step = r.step(index, of: length)
    let before = hidden(before: index)
    let after = hidden(before: index + 1)
    let hasHidden = index > 0 || carried?.continues ?? false
    let hasOutput = r.returnsAll || index == length - 1
    let output = y + r.outputRow(0, step)
    for panel in panels {
      let unit = panel * TileShape.columns
      let block = sums + ((step - first) * sumStride + panel * Self.blockSize)
      if hasHidden { products(panel, before, into: block) }
      CellForward(
        sums: block, sumStride: 0,
        sumOffsets: (r.cell == .gru ? SIMD4(0, 1, 3, 2) : SIMD4(0, 1, 2, 3)) &* TileShape.columns,
        bias: weights.bias(0) + unit, biasStride: padded, cells: memory + unit, cellStride: 0, before: before + unit,
        next: after + unit, hiddenStride: 0, nextRows: 1, gates: nil, gateStride: 0, savedCells: nil, units: r.units
      ).run(r.cell, rows: 1, valid: weights.panels.valid(panel)) { _ in hasOutput ? output + unit : nil }
    }
  }

  /// Adds the products of h with all gates' weights to the sums of a panel.
  @inline(__always)
  private func products(_ panel: Int, _ hidden: UnsafePointer<Float>, into block: UnsafeMutablePointer<Float>) {
    let vectors = weights.panels.vectors(panel)
    let width = vectors * Vector.scalarCount
    let b = weights.base + (weights.panels.offset(panel) + r.features * width)
    guard vectors == 1 else {
      return PanelRowProduct(
        a: hidden, innerStrideA: 1, b: b, innerStrideB: width, panelStrideB: weights.gateStride, remainder: b,
        innerStrideRemainder: 0, sums: block, continues: true, inner: r.units
      ).run(panels: r.cell.gates, hasRemainder: false)
    }
    for gate in 0..<r.cell.gates {
      TileProduct(
        a: RowPointers(hidden, stride: 0), rowStrideA: 0, innerStrideA: 1, b: b + gate * weights.gateStride,
        innerStrideB: width, panelStrideB: 0, c: block + gate * TileShape.columns, strideC: 0, continues: true,
        inner: r.units
      ).run(rows: 1, vectors: 1)
    }
  }
}
