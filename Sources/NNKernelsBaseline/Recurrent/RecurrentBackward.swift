import NNKernelsCommon

/// A recurrence's backward pass, see `Scalar.recurBackward`: backpropagation through time for ranges of sequences, then the
/// parameters' gradients, each as one product over all steps.
///
/// Operations: 2 gateRows units for each step of a sequence, 2 gateRows features more for the gradient of x, and
/// 2 gateRows (features + units) for those of the parameters.
struct RecurrentBackward {
  let r: Recurrence
  let order: SequenceOrder
  /// R, gateRows x units, in panels of units; W, gateRows x features, in panels of features.
  let hiddenWeights: UnsafePointer<Float>
  let inputWeights: UnsafePointer<Float>
  let saved: UnsafeMutablePointer<Float>
  let upstream: UnsafePointer<Float>
  let downstream: GradientTarget<Float>?
  let scratch: ScratchMemory

  static func hiddenPanels(_ r: Recurrence) -> PanelLayout { PanelLayout(inner: r.gateRows, columns: r.units) }
  static func inputPanels(_ r: Recurrence) -> PanelLayout { PanelLayout(inner: r.gateRows, columns: r.features) }

  /// Scalars that a chunk of `rows` sequences needs.
  static func chunkMemory(_ r: Recurrence, rows: Int) -> Int {
    rows * (2 * PanelProduct.width(hiddenPanels(r)) + PanelProduct.width(inputPanels(r)))
  }

  @inline(__always) private var gateStride: Int { r.cell.savedGates * r.units }

  /// Computes the sequences of `ranks`.
  func compute(_ ranks: Range<Int>, worker: Int) {
    let (hiddenPanels, inputPanels) = (Self.hiddenPanels(r), Self.inputPanels(r))
    let (width, inputWidth) = (PanelProduct.width(hiddenPanels), PanelProduct.width(inputPanels))
    let hidden = scratch.memory(worker: worker, purpose: .block, count: Self.chunkMemory(r, rows: ranks.count))
    hidden.update(repeating: 0, count: 2 * ranks.count * width)
    let cells = hidden + ranks.count * width
    let sums = cells + ranks.count * width
    if let downstream, !downstream.accumulate { clearPadding(ranks, downstream.buffer.base) }
    for index in (0..<r.steps).reversed() {
      let rows = min(ranks.upperBound, order.active(index)) - ranks.lowerBound
      guard rows > 0 else { continue }
      let gates = saved + (r.gateStart(order.rows) + (order.offset(index) + ranks.lowerBound) * gateStride)
      for row in 0..<rows {
        cell(index, ranks.lowerBound + row, gates + row * gateStride, hidden + row * width, cells + row * width)
      }
      if index > 0 {
        // A GRU's n reads R h through r: the gradients for its rows of R are in the fourth block.
        let first = r.cell == .gru ? 2 * r.units : r.gateRows
        multiply(
          gates, rows, hiddenWeights, hiddenPanels, 0..<first, into: hidden, width, continues: r.cell == .gru)
        if r.cell == .gru {
          multiply(
            gates + r.units, rows, hiddenWeights, hiddenPanels, first..<r.gateRows, into: hidden, width,
            continues: true)
        }
      }
      if let downstream {
        multiply(gates, rows, inputWeights, inputPanels, 0..<r.gateRows, into: sums, inputWidth, continues: false)
        scatter(ranks.lowerBound, rows, index, sums, inputWidth, downstream)
      }
    }
  }

  /// The cell's functions for step number `index` of the sequence of `rank`.
  @inline(never)
  private func cell(
    _ index: Int, _ rank: Int, _ gates: UnsafeMutablePointer<Float>, _ hidden: UnsafeMutablePointer<Float>,
    _ cellGradients: UnsafeMutablePointer<Float>
  ) {
    let length = order.length(rank)
    let hasOutput = r.returnsAll || index == length - 1
    let output = r.outputRow(order.sequence(rank), r.step(index, of: length))
    let cells = saved + r.cellStart(order.rows)
    let row = order.offset(index) + rank
    CellBackward(
      cell: r.cell, units: r.units, gates: gates, cells: UnsafePointer(cells) + row * r.units,
      cellsBefore: index > 0 ? UnsafePointer(cells) + (order.offset(index - 1) + rank) * r.units : nil,
      before: UnsafePointer(saved) + (row * r.inner + r.features), hidden: hidden, cellGradients: cellGradients,
      upstream: hasOutput ? upstream + output : nil
    ).run(0..<r.units)
  }

  /// target (+)= the columns `inner` of gates times those rows of packed weights.
  private func multiply(
    _ gates: UnsafePointer<Float>, _ rows: Int, _ packed: UnsafePointer<Float>, _ panels: PanelLayout,
    _ inner: Range<Int>, into target: UnsafeMutablePointer<Float>, _ width: Int, continues: Bool
  ) {
    PanelProduct(
      a: gates + inner.lowerBound, rowStrideA: gateStride, b: packed, layout: panels, panels: 0..<panels.count,
      firstInner: inner.lowerBound, inner: inner.count, c: target, strideC: width, rows: rows, continues: continues
    ).run()
  }

  /// Puts the gradients of x of a step to the sequences' places.
  private func scatter(
    _ first: Int, _ rows: Int, _ index: Int, _ sums: UnsafePointer<Float>, _ width: Int,
    _ downstream: GradientTarget<Float>
  ) {
    for row in 0..<rows {
      let step = r.step(index, of: order.length(first + row))
      let target = downstream.buffer.base + (order.sequence(first + row) * r.steps + step) * r.features
      AddedRow(source: sums + row * width, target: target, accumulate: downstream.accumulate).run(0..<r.features)
    }
  }

  private func clearPadding(_ ranks: Range<Int>, _ target: UnsafeMutablePointer<Float>) {
    for rank in ranks {
      let length = order.length(rank)
      (target + (order.sequence(rank) * r.steps + length) * r.features).update(
        repeating: 0, count: (r.steps - length) * r.features)
    }
  }
}

/// target (+)= source.
private struct AddedRow: LaneLoop {
  let source: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let accumulate: Bool

  @inline(__always)
  func step<L: Lanes>(_ i: Int, _ lanes: L) { lanes.store(lanes.load(source + i), target + i, accumulate: accumulate) }
}

/// A recurrence's backward pass, see `Scalar.recurBackward`.
func recurBackward(
  _ r: Recurrence, _ lengths: Buffer<Int32>?, _ weights: RecurrentWeights<Float>, _ saved: Buffer<Float>,
  _ upstream: Buffer<Float>, _ gradients: RecurrentGradients<Float>, _ workers: WorkerPool
) {
  let (hiddenPanels, inputPanels) = (RecurrentBackward.hiddenPanels(r), RecurrentBackward.inputPanels(r))
  let tables = SequenceOrder.size(batch: r.batch, steps: r.steps)
  let hidden = workers.scratch.memory(
    worker: workers.currentWorker, purpose: .sequences,
    count: tables + hiddenPanels.size + max(inputPanels.size, r.cell.savedGates * r.units))
  let order = SequenceOrder(r, lengths, hidden)
  let input = hidden + (tables + hiddenPanels.size)
  packRows(weights.hidden, hiddenPanels, into: hidden + tables, workers)
  if gradients.x != nil { packRows(weights.input, inputPanels, into: input, workers) }
  let pass = RecurrentBackward(
    r: r, order: order, hiddenWeights: hidden + tables, inputWeights: input, saved: saved.base,
    upstream: upstream.base, downstream: gradients.x, scratch: workers.scratch)
  let parts = order.parts(r, threads: workers.freeThreads)
  workers.reserveScratch(
    purpose: .block, count: RecurrentBackward.chunkMemory(r, rows: (r.batch + parts - 1) / parts))
  workers.run(chunks: parts) { part, worker in
    pass.compute(TileShape.cut(r.batch, into: parts, part), worker: worker)
  }
  guard gradients.wantsParameters else { return }
  parameterGradients(r, rows: order.rows, saved, gradients, sums: input, workers)
}

/// Packs a matrix of `panels.inner` rows in parallel by panels.
private func packRows(
  _ matrix: Buffer<Float>, _ panels: PanelLayout, into target: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  workers.run(count: panels.count, grain: max(1, 32768 / max(1, panels.inner * TileShape.columns))) { range in
    for panel in range {
      packPanel(
        matrix.base, stride: panels.columns, transposed: false, layout: panels, panel: panel, range: 0..<panels.inner,
        into: target + panels.offset(panel))
    }
  }
}

/// The parameters' gradients from those of the gates, over all `rows` steps of all sequences. `sums` holds a number for
/// each saved gate and unit.
private func parameterGradients(
  _ r: Recurrence, rows: Int, _ saved: Buffer<Float>, _ gradients: RecurrentGradients<Float>,
  sums: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  let width = r.cell.savedGates * r.units
  let gates = saved.slice(from: r.gateStart(rows), count: rows * width)
  /// target = the gates' columns from `first` on, transposed, times x, or h if `isHidden`: h is 0 at the first step.
  func multiplyRows(_ target: GradientTarget<Float>, _ targetRow: Int, _ first: Int, _ count: Int, isHidden: Bool) {
    let columns = isHidden ? r.units : r.features
    let start = isHidden ? r.batch : 0
    var product = MatrixProduct(rows: count, columns: columns, inner: rows - start, transposeA: true)
    product.strideA = width
    product.strideB = r.inner
    multiply(
      product, Buffer(base: gates.base + (start * width + first), count: product.inner * width),
      Buffer(
        base: saved.base + (start * r.inner + (isHidden ? r.features : 0)), count: product.inner * r.inner),
      target.buffer.slice(from: targetRow * columns, count: count * columns),
      Epilogue(accumulate: target.accumulate), workers)
  }
  if let target = gradients.input { multiplyRows(target, 0, 0, r.gateRows, isHidden: false) }
  if let target = gradients.hidden {
    let first = r.cell == .gru ? 2 * r.units : r.gateRows
    multiplyRows(target, 0, 0, first, isHidden: true)
    if r.cell == .gru { multiplyRows(target, first, first + r.units, r.units, isHidden: true) }
  }
  guard gradients.inputBias != nil || gradients.hiddenBias != nil else { return }
  columnSums(rows, width, gates, Buffer(base: sums, count: width), false, workers)
  func put(_ target: GradientTarget<Float>?, shift: Int) {
    guard let target else { return }
    for row in 0..<r.gateRows {
      let sum = sums[row >= 2 * r.units ? row + shift : row]
      target.buffer.base[row] = target.accumulate ? target.buffer.base[row] + sum : sum
    }
  }
  put(gradients.inputBias, shift: 0)
  put(gradients.hiddenBias, shift: r.cell == .gru ? r.units : 0)
}
