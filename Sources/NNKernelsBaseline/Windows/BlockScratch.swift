import NNKernelsCommon

extension WorkerPool {
  /// `run(count:grain:_:)` whose body gets `scratchCount` scalars of its worker's block memory. The memory of all workers
  /// is reserved first, so that no chunk allocates.
  @inline(__always)
  func run(
    count: Int, grain: Int, scratchCount: Int, _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) {
    reserveScratch(purpose: .block, count: scratchCount)
    run(count: count, grain: grain) { range in
      body(range, scratch.memory(worker: currentWorker, purpose: .block, count: scratchCount))
    }
  }

  /// The same for `run(chunks:_:)`.
  @inline(__always)
  func run(chunks: Int, scratchCount: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
    reserveScratch(purpose: .block, count: scratchCount)
    run(chunks: chunks) { chunk, worker in
      body(chunk, scratch.memory(worker: worker, purpose: .block, count: scratchCount))
    }
  }

  /// `count` scalars of the calling thread's operand memory, which the chunks of all workers may read.
  @inline(__always)
  func operandScratch(count: Int) -> UnsafeMutablePointer<Float> {
    scratch.memory(worker: currentWorker, purpose: .operand, count: count)
  }
}
