/// What a PNG file says before its pixels, and the file without what is not needed for them.
///
/// W3C, "Portable Network Graphics (PNG) Specification", second edition, 2003.
struct PNGChunks {
  /// Pixels in a row.
  let width: Int
  /// Rows.
  let height: Int
  /// Bits of a channel.
  let depth: Int
  /// The signature and the critical chunks, which hold size, palette and pixels. Ancillary ones tell how colours should
  /// look on a screen; the numbers of pixels are what they are without them, as in other readers.
  let essential: [UInt8]
  /// Bits of a pixel.
  let pixelBits: Int

  /// Nil if the file does not begin with a header.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 33, bytes[12..<16].elementsEqual("IHDR".utf8) else { return nil }
    func number(_ place: Int) -> Int { bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) } }
    width = number(16)
    height = number(20)
    depth = Int(bytes[24])
    let channels = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][bytes[25]] ?? 1
    pixelBits = depth * channels
    var essential = Array(bytes[..<8])
    essential.reserveCapacity(bytes.count)
    var place = 8
    while place + 12 <= bytes.count {
      let end = place + 12 + number(place)
      // A chunk that the file ends in is left to the decoder to complain about.
      guard end <= bytes.count else { break }
      // The first letter of a critical chunk's name is a capital.
      if bytes[place + 4] & 0x20 == 0 { essential += bytes[place..<end] }
      place = end
    }
    essential += bytes[place...]
    self.essential = essential
  }

  /// Whether so many bytes can hold the pixels at all: compression makes data at most 1032 times smaller.
  func fits(_ count: Int) -> Bool {
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    return !overflow && pixels / 8 * pixelBits <= 1032 * count
  }
}
