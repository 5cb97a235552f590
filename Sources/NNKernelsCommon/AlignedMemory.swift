#if canImport(Glibc)
  import Glibc
#endif

/// Memory for scalars, aligned for vectors.
enum AlignedMemory {
  /// Bytes of a large page, and from how many on they are used.
  private static let largePage = 2 << 20

  /// At least `byteCount` bytes, aligned to `alignment` or better; `deallocate()` gives them back.
  ///
  /// Large pieces lie in large pages, where the system has them on request: a kernel that walks through megabytes then
  /// waits less for addresses to be translated, and the processor's prefetching does not end every four kilobytes.
  static func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= largePage else {
      return UnsafeMutableRawPointer.allocate(byteCount: max(alignment, byteCount), alignment: alignment)
    }
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: max(alignment, largePage))
    #if canImport(Glibc)
      // Only whole large pages: the rest would take more memory than it needs. Without them everything works as well.
      _ = madvise(bytes, byteCount / largePage * largePage, MADV_HUGEPAGE)
    #endif
    return bytes
  }
}
