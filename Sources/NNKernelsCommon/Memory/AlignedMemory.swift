#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Allocation of memory that is aligned for vectors.
enum AlignedMemory {
  /// Bytes of a huge page, and the smallest allocation that asks for huge pages.
  private static let hugePage = 2 << 20

  /// At least `byteCount` bytes, aligned to `alignment` or better; `deallocate()` frees them.
  ///
  /// Large allocations request huge pages. A kernel that streams through megabytes then has fewer TLB misses, and the
  /// hardware prefetcher does not stop at each 4 KB page boundary.
  ///
  /// Callers check beforehand that enough memory is available. Where the system has none all the same, the process exits
  /// with a message and the exit code of wrong data, since no computation could continue.
  static func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= hugePage else {
      return aligned(max(alignment, byteCount), alignment)
    }
    let bytes = aligned(byteCount, max(alignment, hugePage))
    #if canImport(Glibc)
      // Only whole huge pages, so that the remainder does not occupy one. The result does not depend on success.
      _ = madvise(bytes, byteCount / hugePage * hugePage, MADV_HUGEPAGE)
    #endif
    return bytes
  }

  private static func aligned(_ byteCount: Int, _ alignment: Int) -> UnsafeMutableRawPointer {
    var bytes: UnsafeMutableRawPointer?
    guard posix_memalign(&bytes, alignment, byteCount) == 0, let bytes else { end(byteCount) }
    return bytes
  }

  private static func end(_ byteCount: Int) -> Never {
    var message = "error: the system gives no more memory, although \(byteCount) more bytes are needed; make layers or "
    message += "batches smaller, or use a machine with more memory\n"
    message.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(65)
  }
}
