/// A block of a row-major matrix that is reduced or mapped column by column, such as the outputs of a dense layer
/// (columns) for all samples of a batch (rows).
public struct Columns: Sendable, Hashable {
  /// The rows of the block.
  public var rows: Range<Int>
  /// The columns of the block.
  public var range: Range<Int>
  /// The leading dimension: scalars from the start of one row to the start of the next.
  public var stride: Int

  public init(rows: Range<Int>, range: Range<Int>, stride: Int) {
    self.rows = rows
    self.range = range
    self.stride = stride
  }
}

/// y = scale[c] (x - center[c]) + shift[c] for column c. Each buffer has one number per column of the matrix; an empty
/// buffer of centers or shifts stands for zeros.
public struct ColumnMap<Element: BitwiseCopyable & Sendable>: Sendable {
  public var center: Buffer<Element>
  public var scale: Buffer<Element>
  public var shift: Buffer<Element>

  public init(center: Buffer<Element>, scale: Buffer<Element>, shift: Buffer<Element>) {
    self.center = center
    self.scale = scale
    self.shift = shift
  }
}

/// result = factor[c] y + slope[c] (x - center[c]) + constant[c] for column c. Each buffer has one number per column of
/// the matrix.
public struct ColumnCombination<Element: BitwiseCopyable & Sendable>: Sendable {
  public var factor: Buffer<Element>
  public var slope: Buffer<Element>
  public var center: Buffer<Element>
  public var constant: Buffer<Element>

  public init(factor: Buffer<Element>, slope: Buffer<Element>, center: Buffer<Element>, constant: Buffer<Element>) {
    self.factor = factor
    self.slope = slope
    self.center = center
    self.constant = constant
  }
}
