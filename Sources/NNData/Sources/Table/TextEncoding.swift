import NNCore

/// The encoding of a table's text.
package enum TextEncoding: String, Sendable, Hashable, CaseIterable {
  /// UTF-16 where a byte order mark says so, otherwise UTF-8.
  case auto
  case utf8, utf16
  /// ISO 8859-1, the bytes from 80 to 9F hexadecimal as Windows-1252 has them.
  case latin1

  /// The characters that Windows-1252 has for the bytes from 80 to 9F; the replacement character where it has none.
  private static let windows: [Unicode.Scalar] = Array(
    "€\u{FFFD}‚ƒ„…†‡ˆ‰Š‹Œ\u{FFFD}Ž\u{FFFD}\u{FFFD}‘’“”•–—˜™š›œ\u{FFFD}žŸ".unicodeScalars)

  /// The text in UTF-8 without a byte order mark. Throws a `DiagnosticError` when the bytes are no text in the encoding.
  func utf8(_ bytes: [UInt8], file: String) throws(DiagnosticError) -> [UInt8] {
    switch self {
    case .auto:
      let isMarked = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      return isMarked ? try Self.fromUTF16(bytes, file) : try Self.checked(bytes, file)
    case .utf8: return try Self.checked(bytes, file)
    case .utf16: return try Self.fromUTF16(bytes, file)
    case .latin1:
      var text: [UInt8] = []
      text.reserveCapacity(bytes.count + bytes.count / 8)
      for byte in bytes {
        if byte < 0x80 {
          text.append(byte)
        } else {
          let scalar = byte < 0xA0 ? Self.windows[Int(byte) - 0x80] : Unicode.Scalar(byte)
          text += Array(String(Character(scalar)).utf8)
        }
      }
      return try Self.checked(text, file)
    }
  }

  private static func checked(_ bytes: [UInt8], _ file: String) throws(DiagnosticError) -> [UInt8] {
    guard isUTF8(bytes), !bytes.contains(0) else { throw ForeignFormat.error(bytes, file: file) }
    return bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// Whether bytes are UTF-8, looked at piece by piece: the whole text in other memory is nothing to wait for.
  private static func isUTF8(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      while start < bytes.count {
        var end = min(start + 1 << 20, bytes.count)
        // A piece ends before a character, whose bytes are four at most.
        for _ in 0..<3 where end < bytes.count && end > start + 1 && bytes[end] & 0xC0 == 0x80 { end -= 1 }
        let piece = UnsafeBufferPointer(rebasing: bytes[start..<end])
        guard BlockScan.scan(piece).isASCII || String(validating: piece, as: UTF8.self) != nil else { return false }
        start = end
      }
      return true
    }
  }

  private static func fromUTF16(_ bytes: [UInt8], _ file: String) throws(DiagnosticError) -> [UInt8] {
    let isBigEndian = bytes.starts(with: [0xFE, 0xFF])
    let start = isBigEndian || bytes.starts(with: [0xFF, 0xFE]) ? 2 : 0
    let units = stride(from: start, to: bytes.count - 1, by: 2).map { index in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isBigEndian ? first << 8 | second : second << 8 | first
    }
    guard (bytes.count - start) % 2 == 0, let text = String(validating: units, as: UTF16.self) else {
      throw DiagnosticError(
        code: "not-utf8", file: file, "the file is not text in UTF-16", remedy: "save it in UTF-8")
    }
    return try checked(Array(text.utf8), file)
  }
}
