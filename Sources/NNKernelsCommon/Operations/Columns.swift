/// Some columns of a matrix, in some of its rows: sets of numbers that lie side by side, such as the outputs of a dense
/// layer in all samples of a batch.
public struct Columns: Sendable, Hashable {
  /// The rows in which the columns are looked at.
  public var rows: Range<Int>
  /// The numbers of the columns.
  public var range: Range<Int>
  /// Scalars from the beginning of one row to that of the next.
  public var stride: Int

  public init(rows: Range<Int>, range: Range<Int>, stride: Int) {
    self.rows = rows
    self.range = range
    self.stride = stride
  }
}

/// scale (x - center) + shift, for each column its own function; each buffer holds a number for every column of the
/// matrix, or none at all in place of centers or shifts that are 0.
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

/// factor y + slope (x - center) + constant, for each column its own function; each buffer holds a number for every
/// column of the matrix.
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
