/// What the header of a shared library's file says, looked at before the system's loader does: its messages do not say what
/// to do, and it maps a file that was cut short without a look at its end.
///
/// Executable and Linkable Format, System V ABI, "Object Files".
enum ELFHeader {
  #if arch(x86_64)
    private static let (machine, machineName) = (62, "x86-64")
  #else
    private static let (machine, machineName) = (183, "AArch64")
  #endif
  private static let (headerSize, segmentSize) = (64, 56)
  /// The type of a file that can be loaded into a process, and of a segment that is mapped.
  private static let (sharedObject, loadedSegment) = (3, 1)

  /// Why a file cannot be loaded, and what to do; nil if it can.
  static func fault(_ bytes: [UInt8]) -> (problem: String, remedy: String)? {
    #if os(Linux)
      guard !bytes.isEmpty else { return ("is empty", "build it again") }
      guard bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]), bytes.count >= headerSize else {
        return ("is not a shared library", "name the library that was built, such as libacme.so")
      }
      guard bytes[4] == 2 else { return ("is a library for 32-bit programs", "build it for 64 bits") }
      guard number(bytes, at: 18, 2) == machine else {
        return ("is a library for another processor", "build it for \(machineName)")
      }
      guard number(bytes, at: 16, 2) == sharedObject else { return ("is not a shared library", "link it with -shared") }
      let (start, size, count) = (number(bytes, at: 32, 8), number(bytes, at: 54, 2), number(bytes, at: 56, 2))
      let cut = ("was cut short", "build it again, or copy it again")
      guard size == segmentSize, start <= bytes.count, count * segmentSize <= bytes.count - start else { return cut }
      for index in 0..<count {
        let segment = start + index * segmentSize
        guard number(bytes, at: segment, 4) == loadedSegment else { continue }
        let (offset, length) = (number(bytes, at: segment + 8, 8), number(bytes, at: segment + 32, 8))
        guard offset <= bytes.count, length <= bytes.count - offset else { return cut }
      }
    #endif
    return nil
  }

  /// A little-endian number of `width` bytes; the largest one where it does not fit.
  private static func number(_ bytes: [UInt8], at place: Int, _ width: Int) -> Int {
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[place + index]) << UInt64(8 * index) }
    return Int(exactly: value) ?? Int.max
  }
}
