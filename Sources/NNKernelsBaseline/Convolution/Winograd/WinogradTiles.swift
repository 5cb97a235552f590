import NNKernelsCommon

/// The tiling of images of one size into m x m output tiles and n x n input tiles, which overlap by r - 1 pixels (the
/// halo), and the transform of input tiles.
struct WinogradTiles<Set: WinogradSet> {
  /// The convolution's output, which the tiles cover.
  let output: Extent
  /// The convolution's input.
  let input: Extent
  /// Rows above and columns to the left of the input that count as zero.
  let padding: Extent
  /// Tiles of a tile row.
  let across: Int
  /// Tile rows of an image.
  let down: Int

  init(output: Extent, input: Extent, padding: Extent) {
    self.output = output
    self.input = input
    self.padding = padding
    across = (output.width + Set.tile - 1) / Set.tile
    down = (output.height + Set.tile - 1) / Set.tile
  }

  /// The tiling of a convolution's output.
  init(_ shape: Convolution) {
    self.init(output: shape.output, input: shape.input, padding: shape.paddingBefore)
  }

  /// Pixels of a padded row.
  @inline(__always) var width: Int { across * Set.tile + Set.kernel - 1 }

  /// Scalars from one row of channel-blocked pixels to the next, with room for the whole blocks that `ChannelBlock`
  /// writes and `ChannelBlockTarget` reads.
  @inline(__always) var rowPitch: Int { (width + Vector.scalarCount) * Vector.scalarCount }

  /// Scalars of a worker's memory besides transformed arrays: a vector of zeros; room for a block before the first row,
  /// which also holds a vector of biases; n rows of channel-blocked pixels; these rows transformed along the columns.
  @inline(__always) var workCount: Int { Vector.scalarCount * (1 + Vector.scalarCount) + 2 * Set.side * rowPitch }

  /// Whether at least 60 % of the pixels of the tiles are outputs.
  static func isFull(_ output: Extent) -> Bool {
    let tiles = ((output.width + Set.tile - 1) / Set.tile) * ((output.height + Set.tile - 1) / Set.tile)
    return 10 * output.area >= 6 * Set.tile * Set.tile * tiles
  }

  /// The offset of the rows of channel-blocked pixels in a worker's memory.
  @inline(__always) var rowsStart: Int { Vector.scalarCount * (1 + Vector.scalarCount) }
  /// The offset of the rows that are transformed along the columns.
  @inline(__always) var halfStart: Int { rowsStart + Set.side * rowPitch }

  /// Writes the zeros that stand for missing channels.
  @inline(__always)
  func prepare(_ work: UnsafeMutablePointer<Float>) { storeVector(.zero, work) }

  /// Transforms the tiles of the tile rows `rows`, each of T.inputs x T.inputs pixels, m pixels apart.
  ///
  /// Pixel rows that two tile rows share are transposed once, and columns that two tiles share are transformed once.
  ///
  /// - Parameters:
  ///   - images: [sample][channel][pixel], planes of `size` pixels.
  ///   - before: the padding of the images.
  ///   - rows: tile rows, counted through all samples.
  ///   - target: transformed tiles [position][tile][channel], `pitch` scalars from tile to tile and `step` from
  ///     position to position.
  ///   - work: `workCount` scalars, prepared.
  @inline(__always)
  func transform<T: WinogradTransform>(
    _ transform: T.Type, _ images: UnsafePointer<Float>, _ size: Extent, channels: Int, before: Extent,
    rows: Range<Int>,
    into target: UnsafeMutablePointer<Float>, pitch: Int, step: Int, work: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    let (pixels, half) = (work + rowsStart, work + halfStart)
    let columns = (across - 1) * Set.tile + T.inputs
    let shared = T.inputs - Set.tile
    var channel = 0
    while channel < channels {
      for index in 0..<rows.count {
        let row = rows.lowerBound + index
        let (sample, top) = (row / down, row % down * Set.tile - before.height)
        let planes = ChannelBlock(
          base: images + (sample * channels + channel) * size.area, stride: size.area,
          count: min(channels - channel, lanes), readable: size.area, zeros: UnsafePointer(work))
        var first = 0
        if index > 0, row % down > 0, shared > 0 {
          for i in 0..<shared {
            copyVectors(pixels + (i + Set.tile) * rowPitch, pixels + i * rowPitch, columns)
          }
          first = shared
        }
        for i in first..<T.inputs {
          transposeRow(planes, size, row: top + i, before: before.width, columns: columns, into: pixels + i * rowPitch)
        }
        for column in 0..<columns { T.apply(pixels + column * lanes, rowPitch, half + column * lanes, rowPitch) }
        var to = target + (index * across * pitch + channel)
        var from = UnsafePointer(half)
        for _ in 0..<across {
          for i in 0..<T.outputs { T.apply(from + i * rowPitch, lanes, to + i * (Set.side * step), step) }
          to += pitch
          from += Set.tile * lanes
        }
      }
      channel += lanes
    }
  }

  /// `columns` channel-blocked pixels of a padded row.
  @inline(__always)
  private func transposeRow(
    _ planes: ChannelBlock, _ size: Extent, row: Int, before: Int, columns: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let lanes = Vector.scalarCount
    guard row >= 0, row < size.height else { return clearVectors(target, columns) }
    let count = max(0, min(size.width, columns - before))
    planes.transpose(row * size.width, count, into: target + before * lanes)
    clearVectors(target, min(before, columns))
    clearVectors(target + (before + count) * lanes, columns - before - count)
  }
}

/// Sets `count` vectors to zero.
@inline(__always)
func clearVectors(_ target: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    storeVector(.zero, target + i * Vector.scalarCount)
    i += 1
  }
}

/// Copies `count` vectors, from the first on.
@inline(__always)
func copyVectors(_ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  for i in 0..<count { storeVector(loadVector(source + i * Vector.scalarCount), target + i * Vector.scalarCount) }
}

/// Helpers for arrays whose rows are whole vectors of channels.
enum WinogradArrays {
  /// `count` rounded up to whole vectors.
  @inline(__always)
  static func wholeVectors(_ count: Int) -> Int {
    (count + Vector.scalarCount - 1) / Vector.scalarCount * Vector.scalarCount
  }

  /// At least `count`, and such that the arrays of successive positions start in different sets of the first-level
  /// cache: 48 modulo 1024 scalars.
  @inline(__always)
  static func unaliased(_ count: Int) -> Int { (count + 1023 - 48) / 1024 * 1024 + 48 }

  /// Scalars of a chunk's transformed arrays that fit into the second-level cache.
  static let largestBlock = 128 * 1024
}
