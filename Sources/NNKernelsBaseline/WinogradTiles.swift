import NNKernelsCommon

/// The tiles of images of one size: where they lie, and how pixels come to their transforms and back.
struct WinogradTiles<Set: WinogradSet> {
  /// The convolution's output, which tiles cover, and its input.
  let output: Extent
  let input: Extent
  /// Rows above and columns to the left of the input that count as zero.
  let padding: Extent
  /// Tiles along a row and a column of an image.
  let across: Int
  let down: Int

  init(output: Extent, input: Extent, padding: Extent) {
    self.output = output
    self.input = input
    self.padding = padding
    across = (output.width + Set.tile - 1) / Set.tile
    down = (output.height + Set.tile - 1) / Set.tile
  }

  /// Pixels of a padded row.
  @inline(__always) var width: Int { across * Set.tile + Set.kernel - 1 }

  /// Scalars that a worker needs besides transformed arrays.
  var workCount: Int { Set.side * width * PixelVector.scalarCount + Set.positions * PixelVector.scalarCount + width }

  /// Whether tiles of outputs of this size are mostly full.
  static func isFull(_ output: Extent) -> Bool {
    let tiles = ((output.width + Set.tile - 1) / Set.tile) * ((output.height + Set.tile - 1) / Set.tile)
    return 10 * output.area >= 6 * Set.tile * Set.tile * tiles
  }

  /// Makes the zeros in `work` that stand for missing channels.
  @inline(__always)
  func prepare(_ work: UnsafeMutablePointer<Float>) { clearPixels(work + (workCount - width), width) }

  /// Transforms a line of images, tile by tile, with pixels of `size` and `L.inputs` rows for each tile.
  ///
  /// - Parameters:
  ///   - rows: rows of tiles, of all samples one after the other.
  ///   - channels: the number of channels of an image.
  ///   - before: the padding of these images.
  ///   - target: transformed tiles [position][tile][channel], `pitch` scalars from tile to tile and `step` from
  ///     position to position.
  ///   - work: `workCount` scalars, prepared.
  @inline(__always)
  func transform<L: WinogradLine>(
    _ line: L.Type, _ images: UnsafePointer<Float>, _ size: Extent, channels: Int, before: Extent, rows: Range<Int>,
    into target: UnsafeMutablePointer<Float>, pitch: Int, step: Int, work: UnsafeMutablePointer<Float>
  ) {
    let lanes = PixelVector.scalarCount
    let rowPitch = width * lanes
    let part = work + Set.side * rowPitch
    var channel = 0
    while channel < channels {
      for index in 0..<rows.count {
        let row = rows.lowerBound + index
        let (sample, top) = (row / down, row % down * Set.tile - before.height)
        let image = images + (sample * channels + channel) * size.area
        for i in 0..<L.inputs {
          turnLine(
            image, size, channels: channels - channel, row: top + i, before: before.width, into: work + i * rowPitch,
            work)
        }
        var to = target + (index * across * pitch + channel)
        var from = UnsafePointer(work)
        for _ in 0..<across {
          transformTile(
            L.self, from, WinogradSteps(row: rowPitch, column: lanes), part, to,
            WinogradSteps(row: Set.side * step, column: step))
          to += pitch
          from += Set.tile * lanes
        }
      }
      channel += lanes
    }
  }

  /// A row of an image, padded, channels side by side.
  @inline(__always)
  private func turnLine(
    _ image: UnsafePointer<Float>, _ size: Extent, channels: Int, row: Int, before: Int,
    into target: UnsafeMutablePointer<Float>, _ work: UnsafePointer<Float>
  ) {
    let lanes = PixelVector.scalarCount
    guard row >= 0, row < size.height else { return clearPixels(target, width * lanes) }
    let count = min(size.width, width - before)
    clearPixels(target, before * lanes)
    PlaneGroup(
      base: image + row * size.width, stride: size.area, count: min(channels, lanes), zeros: work + (workCount - width)
    ).transpose(count, into: target + before * lanes)
    clearPixels(target + (before + count) * lanes, (width - before - count) * lanes)
  }
}

/// Helpers for arrays whose rows are whole vectors of channels.
enum WinogradArrays {
  /// `count` rounded up to whole vectors.
  @inline(__always)
  static func wholeVectors(_ count: Int) -> Int {
    (count + PixelVector.scalarCount - 1) / PixelVector.scalarCount * PixelVector.scalarCount
  }

  /// At least `count`, and such that the same element of all positions lies in different sets of the first-level cache.
  @inline(__always)
  static func spread(_ count: Int) -> Int { (count + 1023 - 48) / 1024 * 1024 + 48 }

  /// Scalars of a chunk's transformed arrays, which are to stay in the second-level cache.
  static let largestBlock = 128 * 1024
}

/// Some rows and two vectors of one position's product.
struct WinogradProductTile: PixelTileUser {
  var a: UnsafePointer<Float>
  /// Scalars from row to row and from term to term.
  var rowStrideA: Int
  var innerStrideA: Int
  var first: UnsafePointer<Float>
  var second: UnsafePointer<Float>
  var pitchB: Int
  var inner: Int
  /// Whether the products are added to what is there.
  var accumulates: Bool
  var target: PixelTargets

  @inline(never)
  func use<T: PixelTile>(_ type: T.Type) {
    var tile = accumulates ? T.load(target) : T.zero
    var (a, first, second, left) = (a, first, second, inner)
    if rowStrideA == 1 {
      while left > 0 {
        tile.add(a, stride: 1, PixelPair(first, second))
        a += innerStrideA
        first += pitchB
        second += pitchB
        left -= 1
      }
    } else {
      let stride = rowStrideA
      while left > 0 {
        tile.add(a, stride: stride, PixelPair(first, second))
        a += 1
        first += pitchB
        second += pitchB
        left -= 1
      }
    }
    tile.store(target)
  }
}
