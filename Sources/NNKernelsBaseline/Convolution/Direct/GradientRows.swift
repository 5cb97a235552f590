import NNKernelsCommon

/// The layout of an upstream gradient whose rows are padded with zeros to whole vectors.
struct GradientRows {
  /// Whether the gradient has this layout already.
  let isDirect: Bool
  /// Scalars from one row to the next.
  let pitch: Int
  let rows: Int
  /// Scalars of a padded plane: whole vectors.
  let area: Int

  init(_ output: Extent) {
    let lanes = Vector.scalarCount
    let pitch = (output.width + lanes - 1) / lanes * lanes
    self.init(isDirect: output.width % lanes == 0, pitch: pitch, rows: output.height, area: pitch * output.height)
  }

  /// Rows padded to the pitch of `planes`, the image that they are multiplied with, if that takes fewer vectors:
  /// gradient and image are then contiguous rows. The padding is multiplied with what follows the image's rows,
  /// `ImagePlanes.slack` scalars at most; they must exist.
  init(_ output: Extent, matching planes: ImagePlanes) {
    let lanes = Vector.scalarCount
    let whole = (planes.pitch * output.height + lanes - 1) / lanes * lanes
    guard !planes.isDirect, planes.pitch - output.width + lanes <= ImagePlanes.slack,
      whole < (output.width + lanes - 1) / lanes * lanes * output.height
    else {
      self.init(output)
      return
    }
    self.init(isDirect: false, pitch: planes.pitch, rows: output.height, area: whole)
  }

  private init(isDirect: Bool, pitch: Int, rows: Int, area: Int) {
    self.isDirect = isDirect
    self.pitch = pitch
    self.rows = rows
    self.area = area
  }

  /// Rows of a loop over whole vectors: one if rows are contiguous.
  @inline(__always) var vectorRows: Int { pitch % Vector.scalarCount == 0 ? rows : 1 }
  /// Vectors of such a row.
  @inline(__always) var vectors: Int { area / vectorRows / Vector.scalarCount }

  /// Scalars of the copies of `channels` planes.
  func size(_ channels: Int) -> Int { isDirect ? 0 : channels * area }

  /// Copies `channels` planes with their padding; channel c goes to target + c spacing.
  @inline(never)
  func pack(
    _ target: UnsafeMutablePointer<Float>, from source: UnsafePointer<Float>, channels: Int, width: Int, spacing: Int
  ) {
    for c in 0..<channels {
      var to = target + c * spacing
      var from = source + c * rows * width
      if isDirect {
        copyPixels(from, to, area)
        continue
      }
      for _ in 0..<rows {
        copyPixels(from, to, width)
        clearPixels(to + width, pitch - width)
        to += pitch
        from += width
      }
      clearPixels(to, area - rows * pitch)
    }
  }
}
