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

  /// Scalars from one row of transposed pixels to the next: between the rows there is room for the pixels that
  /// `PlaneGroup` and `PlaneTargets` touch besides those asked for.
  @inline(__always) var rowPitch: Int { (width + Vector.scalarCount) * Vector.scalarCount }

  /// Scalars that a worker needs besides transformed arrays: zeros, rows of transposed pixels, and these rows transformed
  /// along the columns.
  @inline(__always) var workCount: Int { Vector.scalarCount * (1 + Vector.scalarCount) + 2 * Set.side * rowPitch }

  /// Whether tiles of outputs of this size are mostly full.
  static func isFull(_ output: Extent) -> Bool {
    let tiles = ((output.width + Set.tile - 1) / Set.tile) * ((output.height + Set.tile - 1) / Set.tile)
    return 10 * output.area >= 6 * Set.tile * Set.tile * tiles
  }

  /// Where rows of transposed pixels begin in a worker's memory.
  @inline(__always) var rowsStart: Int { Vector.scalarCount * (1 + Vector.scalarCount) }
  /// Where these rows begin once they are transformed along the columns.
  @inline(__always) var partStart: Int { rowsStart + Set.side * rowPitch }

  /// Makes the zeros in `work` that stand for missing channels.
  @inline(__always)
  func prepare(_ work: UnsafeMutablePointer<Float>) { storeVector(.zero, work) }

  /// Transforms a line of images, tile by tile, with pixels of `size` and `L.inputs` rows for each tile.
  ///
  /// Rows that two tiles share are transposed once, and columns that they share are transformed once.
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
    let lanes = Vector.scalarCount
    let (lines, part) = (work + rowsStart, work + partStart)
    let columns = (across - 1) * Set.tile + L.inputs
    let shared = L.inputs - Set.tile
    var channel = 0
    while channel < channels {
      for index in 0..<rows.count {
        let row = rows.lowerBound + index
        let (sample, top) = (row / down, row % down * Set.tile - before.height)
        let planes = PlaneGroup(
          base: images + (sample * channels + channel) * size.area, stride: size.area,
          count: min(channels - channel, lanes), readable: size.area, zeros: UnsafePointer(work))
        var first = 0
        if index > 0, row % down > 0, shared > 0 {
          for i in 0..<shared {
            copyVectors(lines + (i + Set.tile) * rowPitch, lines + i * rowPitch, columns)
          }
          first = shared
        }
        for i in first..<L.inputs {
          turnLine(planes, size, row: top + i, before: before.width, columns: columns, into: lines + i * rowPitch)
        }
        for column in 0..<columns { L.apply(lines + column * lanes, rowPitch, part + column * lanes, rowPitch) }
        var to = target + (index * across * pitch + channel)
        var from = UnsafePointer(part)
        for _ in 0..<across {
          for i in 0..<L.outputs { L.apply(from + i * rowPitch, lanes, to + i * (Set.side * step), step) }
          to += pitch
          from += Set.tile * lanes
        }
      }
      channel += lanes
    }
  }

  /// `columns` pixels of a row of an image, padded, channels side by side.
  @inline(__always)
  private func turnLine(
    _ planes: PlaneGroup, _ size: Extent, row: Int, before: Int, columns: Int, into target: UnsafeMutablePointer<Float>
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

  /// At least `count`, and such that the same element of all positions lies in different sets of the first-level cache.
  @inline(__always)
  static func spread(_ count: Int) -> Int { (count + 1023 - 48) / 1024 * 1024 + 48 }

  /// Scalars of a chunk's transformed arrays, which are to stay in the second-level cache.
  static let largestBlock = 128 * 1024
}
