/// The shape and layout of a product C = A B, all matrices row-major.
///
/// `A` is rows x inner, stored so when `transposeA` is false and as inner x rows when it is true; `B` is
/// inner x columns, stored as columns x inner when `transposeB` is true. Leading dimensions count scalars from the
/// start of one stored row to the start of the next.
public struct MatrixProduct: Sendable, Hashable {
  public var rows: Int
  public var columns: Int
  public var inner: Int
  public var transposeA: Bool
  public var transposeB: Bool
  public var strideA: Int
  public var strideB: Int
  public var strideC: Int

  /// A product of densely stored matrices.
  public init(rows: Int, columns: Int, inner: Int, transposeA: Bool = false, transposeB: Bool = false) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
    self.transposeA = transposeA
    self.transposeB = transposeB
    strideA = transposeA ? rows : inner
    strideB = transposeB ? inner : columns
    strideC = columns
  }

  /// Multiplications and additions, each counted as one operation.
  public var operations: Int { 2 * rows * columns * inner }
}

/// What is done to a product's elements before they are stored: C = activation(scale A B + bias [+ C]).
public struct Epilogue<S: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
  /// One value per column, or none.
  public var bias: Buffer<S>?
  /// The elementwise function applied last.
  public var activation: Activation
  /// Factor on the product.
  public var scale: S
  /// Whether the product is added to what C holds (before the activation) instead of replacing it.
  public var accumulate: Bool

  /// An epilogue; without arguments, C simply becomes the product.
  public init(bias: Buffer<S>? = nil, activation: Activation = .identity, scale: S = 1, accumulate: Bool = false) {
    self.bias = bias
    self.activation = activation
    self.scale = scale
    self.accumulate = accumulate
  }
}
