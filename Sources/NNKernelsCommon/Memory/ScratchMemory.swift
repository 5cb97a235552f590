/// The use of a region of scratch memory: each worker has one region per purpose.
package enum ScratchPurpose: Int, CaseIterable {
  /// An operand that is packed for all workers, in the memory of the thread that called the kernel.
  case operand
  /// A block that one worker packs for itself.
  case block
  /// Partial results: accumulators that do not go to the output directly.
  case results
  /// Tables and packed weights of a pass through sequences, in the memory of the thread that called the kernel.
  case sequences

  /// The number of purposes.
  static let count = 4
}

/// Scratch memory of kernels, kept from call to call: one region per worker and purpose.
///
/// Only its worker uses a region, so regions need no lock. Worker 0 is the thread that calls the pool; each such thread
/// has its own regions. The regions of the pool's threads belong to the run in progress; in a nested run, a pool's thread is
/// worker 0 with the same regions. So a chunk must not hold memory of a purpose that a kernel which it calls uses.
///
/// This is a plain value, so the structures that a kernel shares among threads can hold it. With a reference, all threads
/// would update one reference count in every chunk.
package struct ScratchMemory: @unchecked Sendable {
  struct Region {
    var base: UnsafeMutableRawPointer?
    var count = 0
    /// The most scalars that were asked for since `forgetRequests`.
    var requested = 0
    /// Empty regions for `workers` workers.
    static func allocate(workers: Int) -> UnsafeMutablePointer<Region> {
      let count = workers * ScratchPurpose.count
      let regions = UnsafeMutablePointer<Region>.allocate(capacity: max(1, count))
      regions.initialize(repeating: Region(base: nil), count: count)
      return regions
    }

    static func deallocate(_ regions: UnsafeMutablePointer<Region>, workers: Int) {
      for entry in 0..<(workers * ScratchPurpose.count) { regions[entry].base?.deallocate() }
      regions.deallocate()
    }
  }

  /// The regions of the calling thread.
  private let own: UnsafeMutablePointer<Region>
  /// The regions of the pool's threads, from worker 1 on.
  private let others: UnsafeMutablePointer<Region>

  @inline(__always)
  init(own: UnsafeMutablePointer<Region>, others: UnsafeMutablePointer<Region>) {
    self.own = own
    self.others = others
  }

  @inline(__always)
  private func region(_ worker: Int, _ purpose: ScratchPurpose) -> UnsafeMutablePointer<Region> {
    (worker == 0 ? own : others + (worker - 1) * ScratchPurpose.count) + purpose.rawValue
  }

  /// Grows all workers' regions to the size of the largest of the same purpose. No run is in progress.
  func even(workers: Int) {
    for purpose in ScratchPurpose.allCases {
      let most = (0..<workers).reduce(0) { max($0, region($1, purpose).pointee.count) }
      for worker in 0..<workers where region(worker, purpose).pointee.count < most {
        _ = memory(worker: worker, purpose: purpose, count: most)
      }
    }
  }

  /// Begins to count anew what the calling thread asks for.
  func forgetRequests() {
    for purpose in 0..<ScratchPurpose.count { own[purpose].requested = 0 }
  }

  /// Gives all workers what the calling thread has asked for since `forgetRequests`. No run is in progress.
  func evenRequests(workers: Int) {
    // An array of all cases would be memory that a step asks for.
    for index in 0..<ScratchPurpose.count {
      let count = own[index].requested
      guard count > 0, let purpose = ScratchPurpose(rawValue: index) else { continue }
      for worker in 1..<max(1, workers) { _ = memory(worker: worker, purpose: purpose, count: count) }
    }
  }

  /// At least `count` scalars, aligned to 4 KB, that belong to `worker` until its next call with the same purpose. Their
  /// values are undefined. Memory is kept, so a repeated call allocates nothing.
  package func memory(worker: Int, purpose: ScratchPurpose, count: Int) -> UnsafeMutablePointer<Float> {
    let entry = region(worker, purpose)
    entry.pointee.requested = max(entry.pointee.requested, count)
    if let base = entry.pointee.base, entry.pointee.count >= count {
      return base.assumingMemoryBound(to: Float.self)
    }
    entry.pointee.base?.deallocate()
    let base = AlignedMemory.allocate(byteCount: count * 4, alignment: 4096)
    let floats = base.bindMemory(to: Float.self, capacity: count)
    floats.initialize(repeating: 0, count: count)
    entry.pointee.base = base
    entry.pointee.count = count
    return floats
  }
}
