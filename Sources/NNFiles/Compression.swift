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
    try inflate(bytes[...], windowBits: 15 + 16, hasMembers: true, file: file, limit: limit)
  }

  /// The contents of raw deflate data, as in a zip file.
  public static func inflateRaw(_ bytes: ArraySlice<UInt8>, file: String, limit: Int) throws -> [UInt8] {
    try inflate(bytes, windowBits: -15, hasMembers: false, file: file, limit: limit)
  }

  /// The CRC-32 of the bytes, continued from `seed`.
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

  private static func inflate(
    _ bytes: ArraySlice<UInt8>, windowBits: Int32, hasMembers: Bool, file: String, limit: Int
  ) throws -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DiagnosticError(.inputOutput, code: "no-memory", file: file, "there is not enough memory to expand it")
    }
    defer { inflateEnd(&stream) }
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 18)
    var status = Z_OK
    try bytes.withUnsafeBufferPointer { source in
      var position = 0
      while true {
        let offered = min(source.count - position, 1 << 30)
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + position })
        stream.avail_in = UInt32(offered)
        let produced = piece.withUnsafeMutableBufferPointer { target -> Int in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          status = CZlib.inflate(&stream, Z_NO_FLUSH)
          return target.count - Int(stream.avail_out)
        }
        position += offered - Int(stream.avail_in)
        output.append(contentsOf: piece[..<produced])
        guard output.count <= limit else {
          throw DiagnosticError(
            code: "file-too-large", file: file, "expands to more than the \(limit) bytes that are accepted here")
        }
        if status == Z_STREAM_END {
          // Members may follow one another; anything else after the end is padding that gzip itself ignores.
          guard hasMembers, position + 1 < source.count, source[position] == 0x1F, source[position + 1] == 0x8B,
            inflateReset(&stream) == Z_OK
          else { return }
        } else if status != Z_OK || (produced == 0 && position >= source.count) {
          let endsEarly = status != Z_DATA_ERROR && position >= source.count
          let cause = endsEarly ? "ends early" : "is damaged at byte \(position)"
          throw DiagnosticError(code: "bad-gzip", file: file, "the compressed file \(cause)")
        }
      }
    }
    return output
  }
}

extension FileReading {
  /// The bytes of a file, expanded if it is a gzip file.
  public static func expandedBytes(_ path: String, limit: Int = 1 << 32) throws -> [UInt8] {
    let bytes = try bytes(path, limit: limit)
    return Compression.isGzip(bytes) ? try Compression.gunzip(bytes, file: path, limit: limit) : bytes
  }
}
