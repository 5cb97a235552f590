// Winograd's minimal filtering F(m, r) along one dimension (Lavin and Gray 2015), for a vector of channels at once.
// Input and weights are polynomials that are evaluated at n = m + r - 1 points; the products at the points are
// interpolated to the outputs: y = A^T [(G g) * (B^T d)]. In two dimensions a transform is applied to the columns, then
// to the rows.

/// One of the linear maps, for `inputs` vectors to `outputs` vectors.
protocol WinogradTransform {
  static var inputs: Int { get }
  static var outputs: Int { get }
  /// Transforms the vectors at from + i step to those at to + i pitch.
  static func apply(
    _ from: UnsafePointer<Float>, _ step: Int, _ to: UnsafeMutablePointer<Float>, _ pitch: Int)
}

/// The transforms of F(m x m, r x r).
protocol WinogradSet {
  /// B^T: an input tile to its transform.
  associatedtype Input: WinogradTransform
  /// G: a kernel to its transform.
  associatedtype Weights: WinogradTransform
  /// A^T: sums of products to an output tile.
  associatedtype Output: WinogradTransform
  /// A, the adjoint of `Output`: an output tile's gradient to that of the sums.
  associatedtype Upstream: WinogradTransform
  /// B, the adjoint of `Input`: a transformed tile's gradient to that of the input tile.
  associatedtype InputGradient: WinogradTransform
  /// G^T, the adjoint of `Weights`: a transformed kernel's gradient to that of the kernel.
  associatedtype WeightGradient: WinogradTransform
}

extension WinogradSet {
  /// n = m + r - 1: elements along a side of a transformed tile.
  @inline(__always) static var side: Int { Input.inputs }
  /// n^2: elements, or positions, of a transformed tile.
  @inline(__always) static var positions: Int { Input.inputs * Input.inputs }
  /// m: pixels along a side of an output tile.
  @inline(__always) static var tile: Int { Output.outputs }
  /// r: weights along a side of the kernel.
  @inline(__always) static var kernel: Int { Weights.inputs }
}

/// Scalars from one row, and from one column, of a tile to the next.
struct TileStrides {
  let row: Int
  let column: Int
}

/// Applies a transform to the columns and then to the rows of a tile. `half` holds the tile in between.
@inline(__always)
func transformTile<T: WinogradTransform>(
  _ transform: T.Type, _ from: UnsafePointer<Float>, _ fromStrides: TileStrides, _ half: UnsafeMutablePointer<Float>,
  _ to: UnsafeMutablePointer<Float>, _ toStrides: TileStrides
) {
  let lanes = Vector.scalarCount
  for j in 0..<T.inputs { T.apply(from + j * fromStrides.column, fromStrides.row, half + j * lanes, T.inputs * lanes) }
  for i in 0..<T.outputs {
    T.apply(half + i * T.inputs * lanes, lanes, to + i * toStrides.row, toStrides.column)
  }
}

/// x + k y.
@_transparent
func sum(_ x: Vector, _ k: Float, _ y: Vector) -> Vector {
  multiplyAdd(y, Vector(repeating: k), x)
}

// Loads and stores of adjacent elements of a tile's row or column.

@_transparent
func load3(_ from: UnsafePointer<Float>, _ step: Int) -> (Vector, Vector, Vector) {
  (loadVector(from), loadVector(from + step), loadVector(from + 2 * step))
}

@_transparent
func load4(_ from: UnsafePointer<Float>, _ step: Int) -> (Vector, Vector, Vector, Vector) {
  (loadVector(from), loadVector(from + step), loadVector(from + 2 * step), loadVector(from + 3 * step))
}

/// to = x + y, to + pitch = x - y: the elements of a pair of points p and -p, from their even and odd parts.
@_transparent
func storePair(_ x: Vector, _ y: Vector, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
  storeVector(x + y, to)
  storeVector(x - y, to + pitch)
}

/// to = x + k y, to + pitch = x - k y.
@_transparent
func storePair(_ x: Vector, _ k: Float, _ y: Vector, _ to: UnsafeMutablePointer<Float>, _ pitch: Int) {
  storeVector(sum(x, k, y), to)
  storeVector(sum(x, -k, y), to + pitch)
}
