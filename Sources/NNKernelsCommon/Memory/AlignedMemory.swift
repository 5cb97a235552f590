#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for scalars, aligned for vectors.
enum AlignedMemory {
  /// Bytes of a large page, and from how many on they are used.
  private static let largePage = 2 << 20

  /// At least `byteCount` bytes, aligned to `alignment` or better; `deallocate()` gives them back.
  ///
  /// Large pieces lie in large pages, where the system has them on request: a kernel that walks through megabytes then
  /// waits less for addresses to be translated, and the processor's prefetching does not end every four kilobytes.
  ///
  /// Whoever plans memory sees to it beforehand that there is enough. Where there is not all the same, the process ends
  /// with a message and the exit code of wrong data: nothing that is computed could go on without.
  static func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= largePage else {
      return aligned(max(alignment, byteCount), alignment)
    }
    let bytes = aligned(byteCount, max(alignment, largePage))
    #if canImport(Glibc)
      // Only whole large pages: the rest would take more memory than it needs. Without them everything works as well.
      _ = madvise(bytes, byteCount / largePage * largePage, MADV_HUGEPAGE)
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
