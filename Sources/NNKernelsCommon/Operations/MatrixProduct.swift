/// The shape and layout of a matrix product C = A B: C[m, n] = sum over k of A[m, k] B[k, n] with m < rows,
/// n < columns and k < inner.
///
/// All matrices are row-major. A is stored as rows x inner, or as inner x rows if `transposeA`. B is stored as
/// inner x columns, or as columns x inner if `transposeB`. The strides are leading dimensions: scalars from the start of
/// one stored row to the start of the next.
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

  /// Floating-point operations: 2 rows columns inner, additions and multiplications counted separately.
  public var operations: Int { 2 * rows * columns * inner }
}

/// The epilogue of a product, applied to each element before it is stored: C = activation(scale A B + bias [+ C]).
public struct Epilogue<S: BinaryFloatingPoint & BitwiseCopyable & Sendable>: Sendable {
  /// One value per column of C, or none.
  public var bias: Buffer<S>?
  /// The activation, applied last.
  public var activation: Activation
  /// The factor of the product.
  public var scale: S
  /// Whether C's previous value is added, before the activation.
  public var accumulate: Bool

  /// An epilogue; without arguments, C = A B.
  public init(bias: Buffer<S>? = nil, activation: Activation = .identity, scale: S = 1, accumulate: Bool = false) {
    self.bias = bias
    self.activation = activation
    self.scale = scale
    self.accumulate = accumulate
  }
}
