import CTurboJPEG
import NNCore

/// Decodes a JPEG file with libjpeg-turbo.
func decodeJPEG(_ bytes: [UInt8], file: String) throws -> PixelImage {
  guard let decoder = tjInitDecompress() else { throw PixelImage.damaged(file, "libjpeg-turbo cannot be started") }
  defer { tjDestroy(decoder) }
  func reason() -> String { tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "libjpeg-turbo gives no reason" }
  var (width, height, subsampling, colours): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
  return try bytes.withUnsafeBufferPointer { source in
    let count = CUnsignedLong(source.count)
    guard tjDecompressHeader3(decoder, source.baseAddress, count, &width, &height, &subsampling, &colours) == 0 else {
      throw PixelImage.damaged(file, reason())
    }
    try PixelImage.checkSize(Int(width), Int(height), file)
    // A block of 64 pixels takes at least a bit; the files of one colour that encoders write take more.
    guard Int(width) * Int(height) <= 1024 * bytes.count else {
      throw PixelImage.cannotHold(file, bytes, width, height)
    }
    let scans = JPEGScans.count(bytes)
    guard scans <= JPEGScans.most, scans * Int(width) * Int(height) <= JPEGScans.mostPixels else {
      throw DiagnosticError(
        code: "picture-too-large", file: file,
        "a JPEG file of \(scans) scans over \(width) x \(height) pixels is more than is decoded here",
        remedy: "save it again, not progressive or as PNG")
    }
    let isPrint = colours == TJCS_CMYK.rawValue || colours == TJCS_YCCK.rawValue
    let size = Int(width) * Int(height)
    var pixels = [UInt8](repeating: 0, count: (isPrint ? 4 : 3) * size)
    let format = isPrint ? TJPF_CMYK.rawValue : TJPF_RGB.rawValue
    let status = pixels.withUnsafeMutableBufferPointer {
      tjDecompress2(
        decoder, source.baseAddress, count, $0.baseAddress, width, 0, height, Int32(format), TJFLAG_ACCURATEDCT)
    }
    // Bytes after the picture do no harm; a picture that ends early does.
    guard status == 0 || tjGetErrorCode(decoder) == TJERR_WARNING.rawValue && !isSerious(reason()) else {
      throw PixelImage.damaged(file, reason())
    }
    return PixelImage(width: Int(width), height: Int(height), pixels: isPrint ? fromPrint(pixels) : pixels)
  }
}

private func isSerious(_ warning: String) -> Bool {
  let words = warning.lowercased()
  return words.contains("premature") || words.contains("corrupt")
}

/// Red, green and blue of cyan, magenta, yellow and black, which files hold inverted; rounded as Pillow does.
private func fromPrint(_ inks: [UInt8]) -> [UInt8] {
  var pixels = [UInt8](repeating: 0, count: inks.count / 4 * 3)
  for place in 0..<(inks.count / 4) {
    let light = Int(inks[4 * place + 3])
    for channel in 0..<3 {
      let product = (255 - Int(inks[4 * place + channel])) * light + 128
      pixels[3 * place + channel] = UInt8(clamping: light - ((product >> 8) + product) >> 8)
    }
  }
  return pixels
}
