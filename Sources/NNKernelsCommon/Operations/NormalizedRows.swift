/// The normalization of the rows of a matrix x:
///
///     y = w z + b, z = (x - mean) r, r = 1 / sqrt(variance + epsilon)
///
/// Where rows are not centred, mean is 0 and the variance is the mean of x^2.
public struct NormalizedRows<Element: BitwiseCopyable>: Sendable {
  public var rows: Int
  public var columns: Int
  /// Whether the mean is subtracted.
  public var centers: Bool
  public var epsilon: Double
  /// w, one number for each column; 1 if empty.
  public var weight: Buffer<Element>
  /// b, one number for each column; 0 if empty.
  public var bias: Buffer<Element>
  /// Mean and r of each row: forward writes them unless it is empty, backward reads them.
  public var statistics: Buffer<Element>

  public init(
    rows: Int, columns: Int, centers: Bool, epsilon: Double, weight: Buffer<Element>, bias: Buffer<Element>,
    statistics: Buffer<Element>
  ) {
    self.rows = rows
    self.columns = columns
    self.centers = centers
    self.epsilon = epsilon
    self.weight = weight
    self.bias = bias
    self.statistics = statistics
  }

  /// Rows of a block: the gradients of w and b are summed block by block. A function of the shape alone.
  package var blockRows: Int { max(16, (rows + 15) / 16) }
}

/// The gradients of `NormalizedRows` that are wanted; nil if not.
public struct NormalizedRowsGradients<Element: BitwiseCopyable>: Sendable {
  public var x: GradientTarget<Element>?
  public var weight: GradientTarget<Element>?
  public var bias: GradientTarget<Element>?

  public init(
    x: GradientTarget<Element>?, weight: GradientTarget<Element>?, bias: GradientTarget<Element>?
  ) {
    self.x = x
    self.weight = weight
    self.bias = bias
  }
}
