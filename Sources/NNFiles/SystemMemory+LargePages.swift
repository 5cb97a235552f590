#if canImport(Glibc)
  import Glibc
#endif

extension SystemMemory {
  /// Bytes of a huge page.
  private static let hugePage = 2 << 20

  /// Requests huge pages for memory that is about to be filled, where the system has such: a page fault then is for 2 MB
  /// instead of 4 KB. What the memory holds does not depend on it.
  package static func requestHugePages(_ memory: UnsafeMutableRawBufferPointer) {
    #if canImport(Glibc)
      guard let base = memory.baseAddress else { return }
      let start = base.alignedUp(toMultipleOf: hugePage)
      let count = (memory.count - (start - base)) / hugePage * hugePage
      if count > 0 { _ = madvise(start, count, MADV_HUGEPAGE) }
    #endif
  }
}
