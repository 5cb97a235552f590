/// A small picture within a page: an uncompressed bitmap in a `data:` address.
package enum InlinePicture {
  /// The address of a picture.
  ///
  /// - Parameter pixels: height x width of red, green and blue, from the top.
  package static func address(width: Int, height: Int, _ pixels: [(UInt8, UInt8, UInt8)]) -> String {
    // Rows of a bitmap have a multiple of four bytes, blue first, from the bottom.
    let padding = (4 - width * 3 % 4) % 4
    let size = height * (width * 3 + padding)
    var bytes: [UInt8] = Array("BM".utf8)
    func add(_ value: Int, _ count: Int) { for place in 0..<count { bytes.append(UInt8(value >> (8 * place) & 255)) } }
    for (value, count) in [
      (54 + size, 4), (0, 4), (54, 4), (40, 4), (width, 4), (height, 4), (1, 2), (24, 2), (0, 4), (size, 4), (2835, 4),
      (2835, 4), (0, 4), (0, 4),
    ] { add(value, count) }
    for row in (0..<height).reversed() {
      for column in 0..<width {
        let (red, green, blue) = pixels[row * width + column]
        bytes += [blue, green, red]
      }
      add(0, padding)
    }
    return "data:image/bmp;base64," + base64(bytes)
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        text.append(place <= group.count ? digits[bits >> (6 * (3 - place)) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
