import CPNG
import NNCore

/// Decodes a PNG file with libpng's simplified interface, which brings palettes, 16 bits and interlaced rows to 8 bits
/// of red, green and blue.
func decodePNG(_ bytes: [UInt8], file: String) throws -> PixelImage {
  var image = png_image()
  image.version = UInt32(PNG_IMAGE_VERSION)
  defer { png_image_free(&image) }
  return try bytes.withUnsafeBytes { source in
    guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0 else {
      throw PixelImage.damaged(file, reason(image))
    }
    let (width, height) = (Int(image.width), Int(image.height))
    try PixelImage.checkSize(width, height, file)
    // Red, green and blue without alpha; numbers of 16 bits mean what those of 8 bits do.
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
    image.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    var black = png_color(red: 0, green: 0, blue: 0)
    let isRead = pixels.withUnsafeMutableBytes {
      png_image_finish_read(&image, &black, $0.baseAddress, 0, nil) != 0
    }
    guard isRead, image.warning_or_error & 2 == 0 else { throw PixelImage.damaged(file, reason(image)) }
    return PixelImage(width: width, height: height, pixels: pixels)
  }
}

private func reason(_ image: png_image) -> String {
  let text = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  return text.isEmpty ? "libpng gives no reason" : text
}
