import NNKernelsCommon

/// A recurrence's forward pass, see `Scalar.recur`. Chunks are ranges of sequences, which take all their steps without
/// waiting for one another; the weights are packed once for all.
///
/// At each step a tile of sequences and a panel of units computes the sums of all gates, one product of x and h together
/// for each, and then the cell's functions on these sums in the first-level cache. Every sum adds its terms in the order
/// of x's features and then h's units, so a sequence's bits depend neither on the others nor on their number.
///
/// Operations: 2 gateRows (features + units) for each step of a sequence, and about 100 for each unit of an LSTM. Bytes:
/// the packed weights from the second-level cache once for each step of a chunk's tile.
struct RecurrentForward {
  let r: Recurrence
  let order: SequenceOrder
  let weights: GateWeights
  let x: UnsafePointer<Float>
  let y: UnsafeMutablePointer<Float>
  /// Where the pass is saved for backward, unless nothing is.
  let saved: UnsafeMutablePointer<Float>?
  /// The states to begin with and to leave behind; nil to begin with 0. Nothing is saved then.
  let carried: CarriedState<Float>?
  let scratch: ScratchMemory

  /// Scalars of a tile's sums of one gate.
  private static let tileSize = TileShape.rows * TileShape.columns

  /// Scalars that a chunk of `rows` sequences needs.
  static func chunkMemory(_ r: Recurrence, rows: Int) -> Int {
    rows * GateWeights.paddedUnits(r) + 4 * tileSize + 2 * rows * r.inner
  }

  /// Computes the sequences of `ranks`.
  func compute(_ ranks: Range<Int>, worker: Int) {
    let padded = GateWeights.paddedUnits(r)
    let cells = scratch.memory(
      worker: worker, purpose: .block, count: Self.chunkMemory(r, rows: ranks.count))
    cells.update(repeating: 0, count: ranks.count * padded)
    let tile = cells + ranks.count * padded
    let own = tile + 4 * Self.tileSize
    let continues = carried?.continues ?? false
    for index in 0..<r.steps {
      let rows = min(ranks.upperBound, order.active(index)) - ranks.lowerBound
      guard rows > 0 else { break }
      // Sequences that have a step after this one.
      let nextRows = max(0, min(ranks.upperBound, order.active(index + 1)) - ranks.lowerBound)
      let inner = place(index, ranks, own)
      gather(ranks.lowerBound, rows, index, into: inner)
      if index == 0 {
        for row in 0..<rows {
          begin(ranks.lowerBound + row, hidden: inner + (row * r.inner + r.features), cell: cells + row * padded)
        }
      }
      for panel in 0..<weights.panels.count {
        let tiles = (rows + TileShape.rows - 1) / TileShape.rows
        for part in 0..<tiles {
          let range = TileShape.cut(rows, into: tiles, part)
          step(
            panel, index, ranks.lowerBound, range, isFirst: index == 0 && !continues, inner: inner,
            next: place(index + 1, ranks, own), nextRows: (carried == nil ? nextRows : rows) - range.lowerBound,
            cells: cells, tile: tile)
        }
      }
      guard let carried else { continue }
      let next = place(index + 1, ranks, own)
      for row in nextRows..<rows {
        let state = carried.values.base + order.sequence(ranks.lowerBound + row) * r.carriedPerSequence
        copyFloats(next + (row * r.inner + r.features), state, r.units)
        if r.cell == .lstm { copyFloats(cells + row * padded, state + r.units, r.units) }
      }
    }
  }

  /// Gives a sequence the state that it begins with. Its cell is 0 already.
  private func begin(_ rank: Int, hidden: UnsafeMutablePointer<Float>, cell: UnsafeMutablePointer<Float>) {
    guard let carried, carried.continues else { return hidden.update(repeating: 0, count: r.units) }
    let state = carried.values.base + order.sequence(rank) * r.carriedPerSequence
    copyFloats(state, hidden, r.units)
    if r.cell == .lstm { copyFloats(state + r.units, cell, r.units) }
  }

  /// Where x and h of step number `index` are, a row for each sequence: among what is saved, or in one of two blocks by
  /// turns.
  private func place(_ index: Int, _ ranks: Range<Int>, _ own: UnsafeMutablePointer<Float>)
    -> UnsafeMutablePointer<Float>
  {
    if let saved { return saved + (order.offset(min(index, r.steps)) + ranks.lowerBound) * r.inner }
    return own + index % 2 * ranks.count * r.inner
  }

  /// Copies the sequences' x of a step.
  private func gather(_ first: Int, _ rows: Int, _ index: Int, into target: UnsafeMutablePointer<Float>) {
    for row in 0..<rows {
      let step = r.step(index, of: order.length(first + row))
      copyFloats(
        x + (order.sequence(first + row) * r.steps + step) * r.features, target + row * r.inner, r.features)
    }
  }

  /// A step of the sequences `rows`, counted from the chunk's first, for the units of a panel.
  @inline(never)
  private func step(
    _ panel: Int, _ index: Int, _ first: Int, _ rows: Range<Int>, isFirst: Bool, inner: UnsafeMutablePointer<Float>,
    next: UnsafeMutablePointer<Float>, nextRows: Int, cells: UnsafeMutablePointer<Float>,
    tile: UnsafeMutablePointer<Float>
  ) {
    let unit = panel * TileShape.columns
    let row = rows.lowerBound
    let vectors = weights.panels.vectors(panel)
    let isWide = rows.count <= TileShape.wideRows && vectors == 2 && r.cell != .rnn
    let width = (isWide ? 4 : vectors) * Vector.scalarCount
    products(
      panel, inner + row * r.inner, rows: rows.count, vectors: vectors, isWide: isWide, isFirst: isFirst, into: tile)
    let padded = GateWeights.paddedUnits(r)
    let savedRow = order.offset(index) + first + row
    let allRows = order.rows
    let gateStride = r.cell.savedGates * r.units
    let pointwise = CellForward(
      sums: tile, sumStride: width,
      sumOffsets: isWide
        ? SIMD4(0, TileShape.columns, 2 * Self.tileSize, 2 * Self.tileSize + TileShape.columns)
        : SIMD4(0, 1, 2, 3) &* Self.tileSize,
      bias: weights.bias(0) + unit, biasStride: padded, cells: cells + (row * padded + unit), cellStride: padded,
      before: inner + (row * r.inner + r.features + unit), next: next + (row * r.inner + r.features + unit),
      hiddenStride: r.inner, nextRows: nextRows,
      gates: saved.map { $0 + (r.gateStart(allRows) + savedRow * gateStride + unit) }, gateStride: gateStride,
      savedCells: r.cell == .lstm ? saved.map { $0 + (r.cellStart(allRows) + savedRow * r.units + unit) } : nil,
      units: r.units)
    pointwise.run(r.cell, rows: rows.count, valid: weights.panels.valid(panel)) { offset in
      let rank = first + row + offset
      let length = order.length(rank)
      guard r.returnsAll || index == length - 1 else { return nil }
      return y + (r.outputRow(order.sequence(rank), r.step(index, of: length)) + unit)
    }
  }

  /// The sums of all gates for a tile: x and h times a panel of each. Where rows are few, two gates at a time make a wide
  /// tile. A GRU's n has a sum of x and one of h. Before the first step h is 0.
  @inline(__always)
  private func products(
    _ panel: Int, _ a: UnsafePointer<Float>, rows: Int, vectors: Int, isWide: Bool, isFirst: Bool,
    into tile: UnsafeMutablePointer<Float>
  ) {
    let width = vectors * Vector.scalarCount
    let (features, units, size) = (r.features, r.units, Self.tileSize)
    let b = weights.base + weights.panels.offset(panel)
    var task = TileProduct(
      a: RowPointers(a, stride: r.inner), rowStrideA: r.inner, innerStrideA: 1, b: b, innerStrideB: width,
      panelStrideB: weights.gateStride, c: tile, strideC: isWide ? 2 * width : width, continues: false,
      inner: isFirst ? features : r.inner)
    let plain = r.cell == .gru ? 2 : r.cell.gates
    for gate in stride(from: 0, to: plain, by: isWide ? 2 : 1) {
      task.b = b + gate * weights.gateStride
      task.c = tile + gate * size
      task.run(rows: rows, vectors: isWide ? 4 : vectors)
    }
    guard r.cell == .gru else { return }
    task.b = b + 2 * weights.gateStride
    task.c = tile + 2 * size
    task.inner = features
    task.run(rows: rows, vectors: vectors)
    task.a = RowPointers(a + features, stride: r.inner)
    task.b += features * width
    task.c = isWide ? tile + (2 * size + TileShape.columns) : tile + 3 * size
    task.inner = isFirst ? 0 : units
    task.run(rows: rows, vectors: vectors)
  }
}

/// A recurrence's forward pass, see `Scalar.recur`.
func recur(
  _ r: Recurrence, _ lengths: Buffer<Int32>?, _ x: Buffer<Float>, _ weights: RecurrentWeights<Float>,
  _ saved: Buffer<Float>, _ y: Buffer<Float>, _ workers: WorkerPool
) {
  let tables = tableSize(r, saves: saved.count > 0)
  let memory = workers.scratch.memory(
    worker: workers.currentWorker, purpose: .sequences, count: tables + GateWeights.size(r))
  GateWeights.pack(r, weights, into: memory + tables, workers)
  recur(r, lengths, x, UnsafePointer(memory + tables), saved, y, nil, memory, workers)
}

/// The same with packed weights, see `Scalar.recurPacked`.
func recurPacked(
  _ r: Recurrence, _ lengths: Buffer<Int32>?, _ x: Buffer<Float>, _ packed: Buffer<Float>, _ y: Buffer<Float>,
  _ carried: CarriedState<Float>?, _ workers: WorkerPool
) {
  let memory = workers.scratch.memory(
    worker: workers.currentWorker, purpose: .sequences, count: tableSize(r, saves: false))
  recur(r, lengths, x, UnsafePointer(packed.base), packed.slice(from: 0, count: 0), y, carried, memory, workers)
}

/// Scalars of memory beside the packed weights.
private func tableSize(_ r: Recurrence, saves: Bool) -> Int {
  !saves && SingleSequence.suits(r) ? SingleSequence.memory(r) : SequenceOrder.size(batch: r.batch, steps: r.steps)
}

private func recur(
  _ r: Recurrence, _ lengths: Buffer<Int32>?, _ x: Buffer<Float>, _ packed: UnsafePointer<Float>,
  _ saved: Buffer<Float>, _ y: Buffer<Float>, _ carried: CarriedState<Float>?,
  _ memory: UnsafeMutablePointer<Float>, _ workers: WorkerPool
) {
  let weights = GateWeights(r, packed)
  if saved.count == 0, SingleSequence.suits(r) {
    return SingleSequence(
      r: r, length: r.length(lengths, 0), weights: weights, x: x.base, y: y.base, carried: carried,
      memory: memory
    ).run(workers)
  }
  let order = SequenceOrder(r, lengths, memory)
  let pass = RecurrentForward(
    r: r, order: order, weights: weights, x: x.base, y: y.base, saved: saved.count > 0 ? saved.base : nil,
    carried: carried, scratch: workers.scratch)
  let parts = order.parts(r, threads: workers.freeThreads)
  workers.reserveScratch(
    purpose: .block, count: RecurrentForward.chunkMemory(r, rows: (r.batch + parts - 1) / parts))
  workers.run(chunks: parts) { part, worker in
    pass.compute(TileShape.cut(r.batch, into: parts, part), worker: worker)
  }
}

/// Scalars of the packed weights, see `Scalar.packedCount`.
func packedCount(_ r: Recurrence) -> Int { GateWeights.size(r) }

/// Packs the weights, see `Scalar.pack`.
func pack(_ r: Recurrence, _ weights: RecurrentWeights<Float>, _ packed: Buffer<Float>, _ workers: WorkerPool) {
  GateWeights.pack(r, weights, into: packed.base, workers)
}
