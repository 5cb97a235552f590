/// The scans of a JPEG file: a progressive one has several, each of which the decoder takes over the whole picture.
enum JPEGScans {
  /// The most scans that are decoded; usual files have about ten.
  static let most = 100
  /// The most pixels that all scans together may go over.
  static let mostPixels = 1 << 30

  /// How many scans there are. Walks over the segments' lengths and once over the compressed bytes.
  static func count(_ bytes: [UInt8]) -> Int {
    var scans = 0
    var place = 2
    while place + 1 < bytes.count {
      guard bytes[place] == 0xFF else {
        place += 1
        continue
      }
      switch bytes[place + 1] {
      case 0xFF: place += 1
      // An escaped byte, restart markers and others without a length.
      case 0x00, 0x01, 0xD0...0xD8: place += 2
      case 0xD9: return scans
      case let marker:
        if marker == 0xDA { scans += 1 }
        guard place + 3 < bytes.count else { return scans }
        place += 2 + max(2, Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
      }
    }
    return scans
  }
}
