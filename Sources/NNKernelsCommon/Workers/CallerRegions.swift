import Synchronization

/// The scratch memory of the threads that call a pool, a lock-free linked list with one node per calling thread.
///
/// The list only grows, when a thread calls for the first time, so a search needs no lock. The system reuses the
/// identifiers of threads that have ended, and a new thread with such an identifier takes over the node. There are thus
/// at most as many nodes as threads were ever alive at once.
final class CallerRegions: @unchecked Sendable {
  private struct Node {
    let thread: UInt
    let regions: UnsafeMutablePointer<ScratchMemory.Region>
    let next: UnsafeMutablePointer<Node>?
  }

  private let first = Atomic<UnsafeMutablePointer<Node>?>(nil)

  /// The regions of the thread with the identifier `thread`, the calling one.
  @inline(__always)
  func regions(of thread: UInt) -> UnsafeMutablePointer<ScratchMemory.Region> {
    var next = first.load(ordering: .acquiring)
    while let node = next {
      if node.pointee.thread == thread { return node.pointee.regions }
      next = node.pointee.next
    }
    return insert(thread)
  }

  /// Pushes a node with empty regions by compare-and-swap. Only the calling thread inserts its own identifier.
  @inline(never)
  private func insert(_ thread: UInt) -> UnsafeMutablePointer<ScratchMemory.Region> {
    let regions = ScratchMemory.Region.allocate(workers: 1)
    let node = UnsafeMutablePointer<Node>.allocate(capacity: 1)
    var next = first.load(ordering: .relaxed)
    while true {
      node.initialize(to: Node(thread: thread, regions: regions, next: next))
      let (exchanged, original) = first.compareExchange(
        expected: next, desired: node, successOrdering: .releasing, failureOrdering: .relaxed)
      if exchanged { return regions }
      next = original
    }
  }

  deinit {
    var next = first.load(ordering: .acquiring)
    while let node = next {
      next = node.pointee.next
      ScratchMemory.Region.deallocate(node.pointee.regions, workers: 1)
      node.deallocate()
    }
  }
}
