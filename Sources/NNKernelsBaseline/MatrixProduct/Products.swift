import NNKernelsCommon

/// C = epilogue(A B), see `Scalar.multiply`: chooses the kernel by shape.
///
/// Operations: 2 rows columns inner. Bytes: at least 4 (rows inner + inner columns + rows columns), C twice when
/// accumulating. Packing reads and writes A and B once more.
func multiply(
  _ product: MatrixProduct, _ a: Buffer<Float>, _ b: Buffer<Float>, _ c: Buffer<Float>, _ epilogue: Epilogue<Float>,
  _ workers: WorkerPool
) {
  guard product.rows > 0, product.columns > 0 else { return }
  if SingleRowProduct.suits(product) {
    return multiplySingleRow(
      product, a.base, b.base, c.base, product.transposeB ? .transposed : .direct, epilogue, workers)
  }
  if TransposedProduct.suits(product, epilogue) {
    return multiplyTransposed(product, a.base, b.base, .direct, c.base, epilogue, workers)
  }
  let threads = workers.freeThreads
  let remainder = TransposedProduct.remainderColumns(product, epilogue, threads: threads)
  var main = product
  main.columns -= remainder
  let layout = PanelLayout(inner: main.inner, columns: main.columns)
  let plan = ProductPlan(main, layout: layout, prepacked: false, threads: threads)
  var run = ProductRun(
    product: main, a: a.base, b: b.base, c: c.base, layout: layout, plan: plan,
    epilogue: ProductEpilogue(epilogue), scratch: workers.scratch)
  if remainder > 0 {
    run.remainder = TransposedProduct(
      remainder: remainder, of: product, a.base, b.base, c.base, ProductEpilogue(epilogue), workers.scratch)
  }
  if plan.rightSide == .shared {
    run.b = packPanels(b.base, stride: product.strideB, transposed: product.transposeB, layout: layout, workers)
  }
  run.computeAll(workers)
}

/// C of a single row, see `SingleRowProduct`.
private func multiplySingleRow(
  _ product: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ c: UnsafeMutablePointer<Float>, _ rightSide: SingleRowProduct.RightSide, _ epilogue: Epilogue<Float>,
  _ workers: WorkerPool
) {
  SingleRowProduct(
    product: product, a: a, b: b, c: c, rightSide: rightSide,
    layout: PanelLayout(inner: product.inner, columns: product.columns), epilogue: ProductEpilogue(epilogue),
    scratch: workers.scratch
  ).computeAll(workers)
}

/// C with vectors along its columns, see `TransposedProduct`.
private func multiplyTransposed(
  _ product: MatrixProduct, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ rightSide: TransposedProduct.RightSide, _ c: UnsafeMutablePointer<Float>, _ epilogue: Epilogue<Float>,
  _ workers: WorkerPool
) {
  let layout = PanelLayout(inner: product.inner, columns: product.rows)
  let (leftSide, unit) = TransposedProduct.plan(
    product, rightSide, threads: workers.freeThreads)
  let left =
    leftSide == .shared
    ? packPanels(a, stride: product.strideA, transposed: !product.transposeA, layout: layout, workers) : a
  TransposedProduct(
    product: product, b: b, rightSide: rightSide, c: c, a: left, leftSide: leftSide, unit: unit, layout: layout,
    epilogue: ProductEpilogue(epilogue), scratch: workers.scratch
  ).computeAll(workers)
}

/// Packs B into the scratch memory of the calling thread, in parallel by panels.
private func packPanels(
  _ b: UnsafePointer<Float>, stride: Int, transposed: Bool, layout: PanelLayout, _ workers: WorkerPool
) -> UnsafePointer<Float> {
  let packed = workers.scratch.memory(worker: workers.currentWorker, purpose: .operand, count: layout.size)
  workers.run(count: layout.count, grain: max(1, 32768 / max(1, layout.inner * TileShape.columns))) { range in
    for panel in range {
      packPanel(
        b, stride: stride, transposed: transposed, layout: layout, panel: panel, range: 0..<layout.inner,
        into: packed + layout.offset(panel))
    }
  }
  return UnsafePointer(packed)
}

/// Scalars of a packed B, see `Scalar.packedCount`.
func packedCount(inner: Int, columns: Int) -> Int { PanelLayout(inner: inner, columns: columns).size }

/// Packs B, see `Scalar.pack`.
func pack(_ b: Buffer<Float>, inner: Int, columns: Int, transposed: Bool, into packed: Buffer<Float>) {
  let layout = PanelLayout(inner: inner, columns: columns)
  for panel in 0..<layout.count {
    packPanel(
      b.base, stride: transposed ? inner : columns, transposed: transposed, layout: layout, panel: panel,
      range: 0..<inner, into: packed.base + layout.offset(panel))
  }
}

/// C = epilogue(A B) with a packed B, see `Scalar.multiplyPacked`.
func multiplyPacked(
  _ rows: Int, _ inner: Int, _ columns: Int, _ a: Buffer<Float>, _ packed: Buffer<Float>, _ c: Buffer<Float>,
  _ epilogue: Epilogue<Float>, _ workers: WorkerPool
) {
  guard rows > 0, columns > 0 else { return }
  let product = MatrixProduct(rows: rows, columns: columns, inner: inner)
  if rows == 1 { return multiplySingleRow(product, a.base, packed.base, c.base, .packed, epilogue, workers) }
  let threads = workers.freeThreads
  let remainder = PackedRemainder.columns(product, epilogue, threads: threads)
  if remainder == 0, TransposedProduct.suits(product, epilogue) {
    return multiplyTransposed(product, a.base, packed.base, .packed, c.base, epilogue, workers)
  }
  var main = product
  main.columns -= remainder
  let layout = PanelLayout(inner: inner, columns: main.columns)
  var plan = ProductPlan(main, layout: layout, prepacked: true, threads: threads)
  if remainder > 0 { plan.packRemainder(rows: rows, threads: threads) }
  var run = ProductRun(
    product: main, a: a.base, b: packed.base, c: c.base, layout: layout, plan: plan,
    epilogue: ProductEpilogue(epilogue), scratch: workers.scratch)
  if remainder > 0 {
    run.packedRemainder = PackedRemainder(
      columns: remainder, of: product, a.base, packed: packed.base, c.base, ProductEpilogue(epilogue))
  }
  run.computeAll(workers)
}

extension ProductRun {
  /// Computes C, one chunk per row part and panel part.
  func computeAll(_ workers: WorkerPool) {
    let chunks = plan.rowParts * plan.panelParts
    if chunks > 1 { reserveScratch(workers) }
    workers.run(chunks: chunks) { chunk, worker in
      let rowPart = chunk / plan.panelParts
      let panelPart = chunk % plan.panelParts
      let rows = TileShape.cut(product.rows, into: plan.rowParts, rowPart)
      compute(rows: rows, panels: TileShape.cut(layout.count, into: plan.panelParts, panelPart), worker: worker)
      if panelPart == plan.panelParts - 1 {
        remainder?.compute(rows: rows, worker: worker)
        packedRemainder?.compute(rows: rows)
      }
    }
  }
}
