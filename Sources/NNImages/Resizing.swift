/// How a picture comes to another size.
package enum ResizeMode: String, Sendable, CaseIterable {
  /// Width and height each by what they need.
  case stretch
  /// The largest middle part of the wanted aspect is kept.
  case crop
}

extension PixelImage {
  /// The picture in another size: a bilinear mean of what lies around each new pixel; where the picture shrinks, of as
  /// many old pixels as go into a new one, so that nothing flickers.
  ///
  /// A new pixel is the weighted mean of the old ones within one (new) pixel's distance, the weights falling linearly
  /// with distance; rows after columns. The sums are in whole numbers of 22 bits, so results are exact on any machine.
  package func resized(width newWidth: Int, height newHeight: Int, mode: ResizeMode) -> PixelImage {
    if newWidth == width, newHeight == height { return self }
    var (left, top) = (0.0, 0.0)
    var (usedWidth, usedHeight) = (Double(width), Double(height))
    if mode == .crop {
      let scale = min(usedWidth / Double(newWidth), usedHeight / Double(newHeight))
      (usedWidth, usedHeight) = (scale * Double(newWidth), scale * Double(newHeight))
      (left, top) = ((Double(width) - usedWidth) / 2, (Double(height) - usedHeight) / 2)
    }
    let columns = Self.weights(from: left, length: usedWidth, old: width, new: newWidth)
    let rows = Self.weights(from: top, length: usedHeight, old: height, new: newHeight)
    var narrow = [UInt8](repeating: 0, count: 3 * newWidth * height)
    for y in 0..<height {
      for x in 0..<newWidth {
        for channel in 0..<3 {
          var sum = Self.half
          for (index, weight) in columns[x].weights.enumerated() {
            sum += weight * Int(pixels[3 * (y * width + columns[x].first + index) + channel])
          }
          narrow[3 * (y * newWidth + x) + channel] = Self.byte(sum)
        }
      }
    }
    var result = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
    for y in 0..<newHeight {
      for x in 0..<(3 * newWidth) {
        var sum = Self.half
        for (index, weight) in rows[y].weights.enumerated() {
          sum += weight * Int(narrow[(rows[y].first + index) * 3 * newWidth + x])
        }
        result[y * 3 * newWidth + x] = Self.byte(sum)
      }
    }
    return PixelImage(width: newWidth, height: newHeight, pixels: result)
  }

  private static let bits = 22
  private static let half = 1 << (bits - 1)

  private static func byte(_ sum: Int) -> UInt8 { UInt8(clamping: sum >> bits) }

  /// For each new pixel along one side: the first old pixel that it takes, and how much of each.
  private static func weights(
    from start: Double, length: Double, old: Int, new: Int
  ) -> [(first: Int, weights: [Int])] {
    let scale = length / Double(new)
    let reach = max(scale, 1)
    return (0..<new).map { index in
      let centre = start + (Double(index) + 0.5) * scale
      let first = max(0, Int(centre - reach + 0.5))
      let last = max(min(old, Int(centre + reach + 0.5)), first + 1)
      var weights: [Double] = []
      for place in first..<last {
        weights.append(max(0, 1 - ((Double(place) + 0.5 - centre) / reach).magnitude))
      }
      let total = weights.reduce(0, +)
      guard total > 0 else { return (min(first, old - 1), [1 << bits]) }
      return (first, weights.map { Int(($0 / total * Double(1 << bits)).rounded()) })
    }
  }
}
