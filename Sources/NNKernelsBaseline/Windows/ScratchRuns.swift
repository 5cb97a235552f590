import NNKernelsCommon

// Runs of a worker pool with scratch memory. They are no methods of `WorkerPool`, so that the names of their closures
// begin with the level's module; see CONTRIBUTING.md.

/// `WorkerPool.run(count:grain:_:)` whose body gets `scratchCount` scalars of its worker's block memory. The memory of
/// all workers is reserved first, so that no chunk allocates.
@inline(__always)
func runRanges(
  of count: Int, grain: Int, scratchCount: Int, _ workers: WorkerPool,
  _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
) {
  workers.reserveScratch(purpose: .block, count: scratchCount)
  workers.run(count: count, grain: grain) { range in
    body(range, workers.scratch.memory(worker: workers.currentWorker, purpose: .block, count: scratchCount))
  }
}

/// The same for `WorkerPool.run(chunks:_:)`.
@inline(__always)
func runChunks(
  _ chunks: Int, scratchCount: Int, _ workers: WorkerPool, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
) {
  workers.reserveScratch(purpose: .block, count: scratchCount)
  workers.run(chunks: chunks) { chunk, worker in
    body(chunk, workers.scratch.memory(worker: worker, purpose: .block, count: scratchCount))
  }
}

/// `count` scalars of the calling thread's operand memory, which the chunks of all workers may read.
@inline(__always)
func operandScratch(count: Int, _ workers: WorkerPool) -> UnsafeMutablePointer<Float> {
  workers.scratch.memory(worker: workers.currentWorker, purpose: .operand, count: count)
}
