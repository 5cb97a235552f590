/// The three transforms of F(4 x 4, 3 x 3), along one dimension and for a vector of tiles or weights at once: Lavin and
/// Gray 2015, with the points 0, 1, -1, 2, -2 and infinity. In two dimensions each is applied to columns, then rows.
enum Winograd {
  /// Pixels along a side of an output tile.
  static let outputs = 4
  /// Pixels along a side of an input tile, and of the transformed arrays.
  static let inputs = 6
  /// Elements of a transformed tile.
  static let positions = 36

  typealias Six = (PixelVector, PixelVector, PixelVector, PixelVector, PixelVector, PixelVector)

  /// Six pixels of an input tile.
  @_transparent
  static func input(_ d: Six) -> Six {
    let a = d.4 - d.2 * 4
    let b = d.3 - d.1 * 4
    let c = d.4 - d.2
    let e = (d.3 - d.1) * 2
    return (d.0 * 4 - d.2 * 5 + d.4, a + b, a - b, c + e, c - e, d.1 * 4 - d.3 * 5 + d.5)
  }

  /// Three weights.
  @_transparent
  static func weights(_ g0: PixelVector, _ g1: PixelVector, _ g2: PixelVector) -> Six {
    let even = (g0 + g2) * (-1 / 6)
    let odd = g1 * (-1 / 6)
    let far = g0 * (1 / 24) + g2 * (1 / 6)
    let step = g1 * (1 / 12)
    return (g0 * 0.25, even + odd, even - odd, far + step, far - step, g2)
  }

  /// Four pixels of an output tile from six sums.
  @_transparent
  static func output(_ m: Six) -> (PixelVector, PixelVector, PixelVector, PixelVector) {
    let (a, b) = (m.1 + m.2, m.1 - m.2)
    let (c, d) = (m.3 + m.4, m.3 - m.4)
    return (m.0 + a + c, b + d * 2, a + c * 4, b + d * 8 + m.5)
  }

  /// Six vectors that lie `stride` apart.
  @_transparent
  static func load(_ source: UnsafePointer<Float>, _ stride: Int) -> Six {
    (
      loadPixels(source), loadPixels(source + stride), loadPixels(source + 2 * stride),
      loadPixels(source + 3 * stride), loadPixels(source + 4 * stride), loadPixels(source + 5 * stride)
    )
  }

  @_transparent
  static func store(_ six: Six, _ target: UnsafeMutablePointer<Float>, _ stride: Int) {
    storePixels(six.0, target)
    storePixels(six.1, target + stride)
    storePixels(six.2, target + 2 * stride)
    storePixels(six.3, target + 3 * stride)
    storePixels(six.4, target + 4 * stride)
    storePixels(six.5, target + 5 * stride)
  }
}
