import NNKernels

/// An affine map from coordinates of the result to coordinates of the source, in pixels from the picture's middle:
/// (x', y') = (xx x + xy y + x0, yx x + yy y + y0), rows counting downwards; x0 and y0 are the members `x` and `y`.
struct AffineTransform {
  var xx: Double
  var xy: Double
  var yx: Double
  var yy: Double
  var x: Double
  var y: Double
}

/// Resamples a picture in place by bilinear interpolation; the source is zero beyond its edges.
///
/// Some twenty operations for each pixel and channel.
@specialized(where S == Float)
@specialized(where S == Double)
func resample<S: Scalar>(_ picture: Buffer<S>, _ size: ImageSize, _ map: AffineTransform, scratch: Buffer<S>) {
  let (height, width) = (size.height, size.width)
  let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
  scratch.copy(from: picture)
  for y in 0..<height {
    for x in 0..<width {
      let (u, v) = (Double(x) - middleX, Double(y) - middleY)
      let fromX = map.xx * u + map.xy * v + map.x + middleX
      let fromY = map.yx * u + map.yy * v + map.y + middleY
      let (left, top) = (fromX.rounded(.down), fromY.rounded(.down))
      let place = y * width + x
      guard left > -2, top > -2, left < Double(width), top < Double(height) else {
        for channel in 0..<size.channels { picture[channel * height * width + place] = 0 }
        continue
      }
      let (shareX, shareY) = (S(fromX - left), S(fromY - top))
      let (column, row) = (Int(left), Int(top))
      for channel in 0..<size.channels {
        let start = channel * height * width
        func pixel(_ row: Int, _ column: Int) -> S {
          row >= 0 && row < height && column >= 0 && column < width ? scratch[start + row * width + column] : 0
        }
        let above = pixel(row, column) * (1 - shareX) + pixel(row, column + 1) * shareX
        let below = pixel(row + 1, column) * (1 - shareX) + pixel(row + 1, column + 1) * shareX
        picture[start + place] = above * (1 - shareY) + below * shareY
      }
    }
  }
}
