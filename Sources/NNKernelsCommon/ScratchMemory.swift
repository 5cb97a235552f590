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
/// A region is used by its worker alone, so no two threads touch the same entry of the table. Its owner deallocates it.
/// It is a plain value, which what a kernel hands to all threads can hold: a count of references would be written by all
/// of them in every chunk.
package struct ScratchMemory: @unchecked Sendable {
  private struct Region {
    var base: UnsafeMutableRawPointer?
    var count = 0
  }

  private let regions: UnsafeMutablePointer<Region>
  private let entries: Int

  init(workers: Int) {
    entries = workers * ScratchPurpose.allCases.count
    regions = .allocate(capacity: entries)
    regions.initialize(repeating: Region(base: nil), count: entries)
  }

  func deallocate() {
    for entry in 0..<entries { regions[entry].base?.deallocate() }
    regions.deallocate()
  }

  /// Gives every worker as much memory as the one that has the most; nobody may use any meanwhile.
  func even() {
    let purposes = ScratchPurpose.allCases
    for purpose in purposes {
      let places = stride(from: purpose.rawValue, to: entries, by: purposes.count)
      let most = places.reduce(0) { max($0, regions[$1].count) }
      for place in places where regions[place].count < most {
        _ = memory(worker: place / purposes.count, purpose: purpose, count: most)
      }
    }
  }

  /// At least `count` scalars of 64-byte aligned memory that belong to `worker` until its next call with the same
  /// purpose; what they hold is not defined. Memory once asked for is kept, so a repeated call allocates nothing.
  package func memory(worker: Int, purpose: ScratchPurpose, count: Int) -> UnsafeMutablePointer<Float> {
    let entry = regions + (worker * 3 + purpose.rawValue)
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
