// Winograd's transforms along one dimension, for a vector of channels at once (Lavin and Gray 2015). Outputs are
// products of polynomials, evaluated at a few points and interpolated: a transformed line has one element for each
// point. In two dimensions a transform is applied to columns, then to rows.

/// One transform of a line.
protocol WinogradLine {
  /// Elements read and written.
  static var inputs: Int { get }
  static var outputs: Int { get }
  /// Transforms vectors that lie `step` scalars apart; the results lie `pitch` apart.
  static func apply(
    _ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int)
}

/// The transforms that belong to one size of tiles.
protocol WinogradSet {
  /// Pixels of an input tile to its transform.
  associatedtype Input: WinogradLine
  /// Weights to their transform.
  associatedtype Weights: WinogradLine
  /// Sums of products of both to pixels of an output tile.
  associatedtype Output: WinogradLine
  /// The adjoint of `Output`: gradients of pixels to gradients of sums.
  associatedtype Upstream: WinogradLine
  /// The adjoint of `Input`: gradients of transformed tiles to gradients of pixels.
  associatedtype InputGradient: WinogradLine
  /// The adjoint of `Weights`: gradients of transformed weights to gradients of weights.
  associatedtype WeightGradient: WinogradLine
}

extension WinogradSet {
  /// Elements along a side of a transformed tile.
  @inline(__always) static var side: Int { Input.inputs }
  /// Elements of a transformed tile.
  @inline(__always) static var positions: Int { Input.inputs * Input.inputs }
  /// Pixels along a side of an output tile.
  @inline(__always) static var tile: Int { Output.outputs }
  /// Weights along a side of the kernel.
  @inline(__always) static var kernel: Int { Weights.inputs }
}

/// A step between neighbouring columns and between neighbouring rows.
struct WinogradSteps {
  let row: Int
  let column: Int
}

/// Applies a transform to the columns and then to the rows of a tile. `part` holds the tile in between.
@inline(__always)
func transformTile<L: WinogradLine>(
  _ line: L.Type, _ from: UnsafePointer<Float>, _ steps: WinogradSteps, _ part: UnsafeMutablePointer<Float>,
  _ to: UnsafeMutablePointer<Float>, _ pitches: WinogradSteps
) {
  let lanes = Vector.scalarCount
  for j in 0..<L.inputs { L.apply(from + j * steps.column, steps.row, part + j * lanes, L.inputs * lanes) }
  for i in 0..<L.outputs { L.apply(part + i * L.inputs * lanes, lanes, to + i * pitches.row, pitches.column) }
}

/// x + k y.
@_transparent
func sum(_ x: Vector, _ k: Float, _ y: Vector) -> Vector {
  multiplyAdd(y, Vector(repeating: k), x)
}
