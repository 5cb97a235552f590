import CZlib
import NNCore

/// gzip and raw deflate, and the checksum that goes with them, by zlib.
public enum Compression {
  /// Whether the bytes begin like a gzip file.
  public static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B }

  /// The contents of a gzip file, which may have several members.
  ///
  /// Throws a `DiagnosticError` naming `file` when the file is damaged, ends early, or expands beyond `limit` bytes.
  public static func gunzip(_ bytes: [UInt8], file: String, limit: Int = 1 << 32) throws -> [UInt8] {
    var inflation = Inflation(bytes[...], file: file, limit: limit)
    return try inflation.run(windowBits: gzipFormat, hasMembers: true, expected: 0)
  }

  /// The contents of a gzip file that is read while it is expanded.
  ///
  /// - Parameter head: what was read of it already.
  static func gunzip(_ input: FileInput, after head: [UInt8], limit: Int) throws -> [UInt8] {
    // The file ends with the size of its last member. What it promises beyond a usual ratio is taken when it comes.
    let promised = min(Int(input.lastWord() ?? 0), 64 * (input.size ?? 0), limit)
    var inflation = Inflation(head[...], file: input.path, limit: limit) { try input.read(FileReading.pieceSize) }
    return try inflation.run(windowBits: gzipFormat, hasMembers: true, expected: promised)
  }

  /// The contents of raw deflate data (RFC 1951), as in a zip file.
  ///
  /// Throws a `DiagnosticError` naming `file` when the data is damaged, ends early, or expands beyond `limit` bytes.
  public static func inflateRaw(_ bytes: ArraySlice<UInt8>, file: String, limit: Int) throws -> [UInt8] {
    var inflation = Inflation(bytes, file: file, limit: limit)
    return try inflation.run(windowBits: -15, hasMembers: false, expected: 0)
  }

  /// zlib's name for the largest window within a gzip file.
  private static let gzipFormat: Int32 = 15 + 16

  /// The CRC-32 of the bytes as eight hexadecimal digits; see `crc32`.
  package static func crc32Digits(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> String {
    let digits = String(crc32(bytes, seed: seed), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// The CRC-32 of the bytes (the polynomial of RFC 1952), continued from `seed`, that of the bytes before.
  public static func crc32(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
    var checksum = UInt(seed)
    var rest = bytes.bindMemory(to: UInt8.self)[...]
    while !rest.isEmpty {
      let part = rest.prefix(1 << 30)
      checksum = CZlib.crc32(checksum, UnsafeBufferPointer(rebasing: part).baseAddress, UInt32(part.count))
      rest = rest.dropFirst(part.count)
    }
    return UInt32(truncatingIfNeeded: checksum)
  }
}
