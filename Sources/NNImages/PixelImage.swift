import NNCore

/// A picture of 8-bit channels: height x width x 3, red, green and blue.
package struct PixelImage: Sendable {
  /// The number of pixels in a row.
  package let width: Int
  /// The number of rows.
  package let height: Int
  /// height x width x 3 bytes, row-major.
  package let pixels: [UInt8]

  /// The most pixels that a file may have: 384 MiB in memory.
  static let mostPixels = 1 << 27

  init(width: Int, height: Int, pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// Whether a file begins as one of the formats that can be read.
  package static func isImage(_ bytes: [UInt8]) -> Bool { isPNG(bytes) || isJPEG(bytes) }

  /// Whether a file's name says that it is a picture.
  package static func isImage(path: String) -> Bool {
    let name = path.lowercased()
    return [".png", ".jpg", ".jpeg"].contains { name.hasSuffix($0) }
  }

  static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) }
  static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// Decodes a PNG or JPEG file. Transparency is left out; what a camera says about the orientation changes nothing.
  ///
  /// Throws a `DiagnosticError` that names the file: it is of another format, damaged, ends early, or is too large.
  package init(_ bytes: [UInt8], file: String) throws {
    if Self.isPNG(bytes) {
      self = try decodePNG(bytes, file: file)
    } else if Self.isJPEG(bytes) {
      self = try decodeJPEG(bytes, file: file)
    } else {
      throw DiagnosticError(
        code: "not-a-picture", file: file, "this is neither a PNG nor a JPEG file",
        remedy: "convert it to one of them")
    }
  }

  /// The picture as a net reads it: channels x height x width. One channel is the brightness of ITU-R BT.601,
  /// 0.299 red + 0.587 green + 0.114 blue; otherwise there are three.
  package func planes(channels: Int) -> [UInt8] {
    let count = width * height
    var planes = [UInt8](repeating: 0, count: channels * count)
    for place in 0..<count {
      let (red, green, blue) = (pixels[3 * place], pixels[3 * place + 1], pixels[3 * place + 2])
      if channels == 1 {
        // In fixed point with 16 fractional bits, rounded: the weights add up to 2^16.
        let sum = 19595 * Int(red) + 38470 * Int(green) + 7471 * Int(blue) + 32768
        planes[place] = UInt8(truncatingIfNeeded: sum >> 16)
      } else {
        planes[place] = red
        planes[count + place] = green
        planes[2 * count + place] = blue
      }
    }
    return planes
  }

  static func damaged(_ file: String, _ reason: String) -> DiagnosticError {
    DiagnosticError(code: "damaged-picture", file: file, "the picture cannot be decoded: \(reason)")
  }

  /// What to say of a file that promises more pixels than its bytes can be.
  static func cannotHold(
    _ file: String, _ bytes: [UInt8], _ width: some BinaryInteger, _ height: some BinaryInteger
  ) -> DiagnosticError {
    damaged(file, "\(bytes.count) bytes cannot hold the \(width) x \(height) pixels that it promises")
  }

  static func checkSize(_ width: Int, _ height: Int, _ file: String) throws {
    guard width > 0, height > 0 else { throw damaged(file, "it has no pixels") }
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= mostPixels else {
      throw DiagnosticError(
        code: "picture-too-large", file: file,
        "a picture of \(width) x \(height) pixels has more than the \(mostPixels) that are accepted here",
        remedy: "make it smaller")
    }
  }
}
