import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Counts the memory blocks that a piece of code asks for.
///
/// On Linux the linker puts the functions below into the place of the C library's allocator; they count and pass the
/// request on. Only the thread that runs the code is looked at, and one more that works for it, since other threads may
/// do anything meanwhile. Elsewhere, and under a sanitizer, nothing is counted, and `isAvailable` is false.
public enum AllocationCounter {
  /// Whether allocations can be counted here.
  public static var isAvailable: Bool {
    #if COUNTS_ALLOCATIONS
      true
    #else
      false
    #endif
  }

  /// How often `body` called malloc, calloc, realloc, posix_memalign, aligned_alloc or memalign on this thread.
  ///
  /// - Parameter other: a thread whose calls count too.
  public static func count(alsoOn other: UInt? = nil, _ body: () -> Void) -> Int {
    #if COUNTS_ALLOCATIONS
      turn.withLock { _ in
        counted.store(0, ordering: .sequentiallyConsistent)
        watchedThread.store(UInt(pthread_self()), ordering: .sequentiallyConsistent)
        otherThread.store(other ?? 0, ordering: .sequentiallyConsistent)
        body()
        otherThread.store(0, ordering: .sequentiallyConsistent)
        watchedThread.store(0, ordering: .sequentiallyConsistent)
        return counted.load(ordering: .sequentiallyConsistent)
      }
    #else
      body()
      return 0
    #endif
  }
}

#if COUNTS_ALLOCATIONS
  /// One count at a time.
  private let turn = Mutex(())
  /// The thread whose requests count; 0 for none. Allocators are called by anybody from anywhere, so what they look at
  /// has to be global.
  private let watchedThread = Atomic<UInt>(0)
  private let otherThread = Atomic<UInt>(0)
  private let counted = Atomic<Int>(0)

  @inline(__always)
  private func note() {
    let watched = watchedThread.load(ordering: .relaxed)
    guard watched != 0 else { return }
    let current = UInt(pthread_self())
    if watched == current || otherThread.load(ordering: .relaxed) == current {
      counted.wrappingAdd(1, ordering: .relaxed)
    }
  }

  @_silgen_name("__libc_malloc") private func systemMalloc(_ size: Int) -> UnsafeMutableRawPointer?
  @_silgen_name("__libc_calloc") private func systemCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer?
  @_silgen_name("__libc_realloc")
  private func systemRealloc(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer?
  @_silgen_name("__libc_memalign")
  private func systemMemalign(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer?

  /// `malloc`, counted.
  @c(nntest_malloc) public func countingMalloc(_ size: Int) -> UnsafeMutableRawPointer? {
    note()
    return systemMalloc(size)
  }

  /// `calloc`, counted.
  @c(nntest_calloc) public func countingCalloc(_ count: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    note()
    return systemCalloc(count, size)
  }

  /// `realloc`, counted.
  @c(nntest_realloc)
  public func countingRealloc(_ block: UnsafeMutableRawPointer?, _ size: Int) -> UnsafeMutableRawPointer? {
    note()
    return systemRealloc(block, size)
  }

  /// `memalign`, counted.
  @c(nntest_memalign) public func countingMemalign(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    note()
    return systemMemalign(alignment, size)
  }

  /// `aligned_alloc`, counted.
  @c(nntest_aligned_alloc) public func countingAlignedAlloc(_ alignment: Int, _ size: Int) -> UnsafeMutableRawPointer? {
    note()
    return systemMemalign(alignment, size)
  }

  /// `posix_memalign`, counted.
  @c(nntest_posix_memalign)
  public func countingPosixMemalign(
    _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ size: Int
  ) -> Int32 {
    note()
    guard let block = systemMemalign(alignment, size) else { return ENOMEM }
    result.pointee = block
    return 0
  }
#endif
