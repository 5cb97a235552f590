import CPNG
import NNCore

/// Decodes a PNG file with libpng's simplified interface, which brings palettes, grey pixels, few bits and interlaced
/// rows to red, green and blue.
///
/// The numbers are those of the file, as Pillow's convert("RGB") gives them: chunks about gamma and colour profiles change
/// nothing, transparency is left out, and of 16 bits the upper eight count. (Of 16 bits with transparency libpng gives the
/// nearest number of eight bits, which is the same or one more.)
func decodePNG(_ bytes: [UInt8], file: String) throws -> PixelImage {
  guard let chunks = PNGChunks(bytes) else { throw PixelImage.damaged(file, "it ends early") }
  try PixelImage.checkSize(chunks.width, chunks.height, file)
  guard chunks.fits(bytes.count) else {
    throw PixelImage.cannotHold(file, bytes, chunks.width, chunks.height)
  }
  var image = png_image()
  image.version = UInt32(PNG_IMAGE_VERSION)
  defer { png_image_free(&image) }
  return try chunks.essential.withUnsafeBytes { source in
    guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
      throw PixelImage.damaged(file, reason(image))
    }
    let (width, height) = (Int(image.width), Int(image.height))
    try PixelImage.checkSize(width, height, file)
    let hasAlpha = image.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
    if chunks.depth == 16, !hasAlpha {
      // Numbers of 16 bits without a word about gamma come through as they are.
      image.format = UInt32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_LINEAR)
      var wide = [UInt16](repeating: 0, count: 3 * width * height)
      try wide.withUnsafeMutableBytes { try finish(&image, into: $0, file) }
      return PixelImage(width: width, height: height, pixels: wide.map { UInt8(truncatingIfNeeded: $0 >> 8) })
    }
    // Numbers of 16 bits mean what those of 8 bits do. With alpha among the channels nothing is blended.
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    let channels = hasAlpha ? 4 : 3
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0))
    var pixels = [UInt8](repeating: 0, count: channels * width * height)
    try pixels.withUnsafeMutableBytes { try finish(&image, into: $0, file) }
    return PixelImage(width: width, height: height, pixels: hasAlpha ? withoutAlpha(pixels) : pixels)
  }
}

private func finish(_ image: inout png_image, into pixels: UnsafeMutableRawBufferPointer, _ file: String) throws {
  let isRead = png_image_finish_read(&image, nil, pixels.baseAddress, 0, nil) != 0
  guard isRead, image.warning_or_error & 2 == 0 else { throw PixelImage.damaged(file, reason(image)) }
}

/// The first three bytes of every four.
private func withoutAlpha(_ pixels: [UInt8]) -> [UInt8] {
  var result = [UInt8](repeating: 0, count: pixels.count / 4 * 3)
  for place in 0..<(pixels.count / 4) {
    for channel in 0..<3 { result[3 * place + channel] = pixels[4 * place + channel] }
  }
  return result
}

private func reason(_ image: png_image) -> String {
  let text = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  return text.isEmpty ? "libpng gives no reason" : text
}
