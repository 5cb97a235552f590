import Synchronization

/// The memory regions of the threads that call a pool, each found by its thread.
///
/// The list only grows, by threads that call for the first time, so looking through it needs no lock. A thread that the
/// system gives the name of one that has ended takes over its regions: there are never more than threads at a time.
final class CallerRegions: @unchecked Sendable {
  private struct Node {
    let thread: UInt
    let regions: UnsafeMutablePointer<ScratchMemory.Region>
    let next: UnsafeMutablePointer<Node>?
  }

  private let first = Atomic<UnsafeMutablePointer<Node>?>(nil)

  /// The regions of the thread that calls this.
  @inline(__always)
  func regions(of thread: UInt) -> UnsafeMutablePointer<ScratchMemory.Region> {
    var next = first.load(ordering: .acquiring)
    while let node = next {
      if node.pointee.thread == thread { return node.pointee.regions }
      next = node.pointee.next
    }
    return insert(thread)
  }

  /// Adds regions without memory. Nobody else adds some for this thread.
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
