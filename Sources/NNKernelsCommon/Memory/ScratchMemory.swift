/// What a kernel uses its scratch memory for.
package enum ScratchPurpose: Int, CaseIterable {
  /// An operand rearranged for all workers by the thread that called the kernel.
  case operand
  /// A block that one worker rearranges for itself.
  case block
  /// Results on their way to where they belong.
  case results
}

/// Memory that kernels use during a call, kept from call to call: one region per worker and purpose.
///
/// A region is used by its worker alone, so no two threads touch the same entry of a table. Worker 0 is whichever thread
/// calls the pool, and each has regions of its own; those of the pool's threads belong to the run at hand.
/// It is a plain value, which what a kernel hands to all threads can hold: a count of references would be written by all
/// of them in every chunk.
package struct ScratchMemory: @unchecked Sendable {
  struct Region {
    var base: UnsafeMutableRawPointer?
    var count = 0
    /// Of as many workers, without memory.
    static func allocate(workers: Int) -> UnsafeMutablePointer<Region> {
      let count = workers * ScratchPurpose.allCases.count
      let regions = UnsafeMutablePointer<Region>.allocate(capacity: max(1, count))
      regions.initialize(repeating: Region(base: nil), count: count)
      return regions
    }

    static func deallocate(_ regions: UnsafeMutablePointer<Region>, workers: Int) {
      for entry in 0..<(workers * ScratchPurpose.allCases.count) { regions[entry].base?.deallocate() }
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
    (worker == 0 ? own : others + (worker - 1) * 3) + purpose.rawValue
  }

  /// Gives every worker as much memory as the one that has the most; nobody may use any meanwhile.
  func even(workers: Int) {
    for purpose in ScratchPurpose.allCases {
      let most = (0..<workers).reduce(0) { max($0, region($1, purpose).pointee.count) }
      for worker in 0..<workers where region(worker, purpose).pointee.count < most {
        _ = memory(worker: worker, purpose: purpose, count: most)
      }
    }
  }

  /// At least `count` scalars of 64-byte aligned memory that belong to `worker` until its next call with the same
  /// purpose; what they hold is not defined. Memory once asked for is kept, so a repeated call allocates nothing.
  package func memory(worker: Int, purpose: ScratchPurpose, count: Int) -> UnsafeMutablePointer<Float> {
    let entry = region(worker, purpose)
    if let base = entry.pointee.base, entry.pointee.count >= count {
      return base.assumingMemoryBound(to: Float.self)
    }
    entry.pointee.base?.deallocate()
    let base = AlignedMemory.allocate(byteCount: count * 4, alignment: 4096)
    let floats = base.bindMemory(to: Float.self, capacity: count)
    floats.initialize(repeating: 0, count: count)
    entry.pointee = Region(base: base, count: count)
    return floats
  }
}
