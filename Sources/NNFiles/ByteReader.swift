/// Reads integers from bytes in sequence, in either byte order, never past the end.
package struct ByteReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// A reader at the first of the bytes.
  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The number of bytes that are left.
  package var left: Int { bytes.endIndex - position }

  /// The next bytes, or nil if there are not so many.
  package mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= left else { return nil }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  /// The next unsigned integer of `size` bytes, at most 8; nil if there are not so many.
  package mutating func integer(_ size: Int, isBigEndian: Bool) -> UInt64? {
    take(size).map { Self.integer($0, isBigEndian: isBigEndian) }
  }

  /// The unsigned integer in up to 8 bytes.
  @inlinable package static func integer(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> UInt64 {
    var value: UInt64 = 0
    if isBigEndian {
      for byte in bytes { value = value << 8 | UInt64(byte) }
    } else {
      for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    }
    return value
  }
}
