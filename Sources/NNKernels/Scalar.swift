#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number type that nets can compute in: `Float`, the fast one, and `Double`, the plain one that serves as its oracle.
///
/// Every kernel is a static requirement with a readable default implementation (in `Reference/`); `Double` uses the
/// defaults, `Float` replaces them. All kernels add in an order that depends on the shapes alone, so results do not
/// depend on the number of threads; in products, an element's order of addition does not depend on the number of rows
/// either, so a sample's result does not depend on its batch.
public protocol Scalar: BinaryFloatingPoint, BitwiseCopyable, Sendable, LosslessStringConvertible {
  /// The type's name in files.
  static var elementType: ElementType { get }

  // Scalar mathematics.

  static func exp(_ x: Self) -> Self
  static func log(_ x: Self) -> Self
  static func log1p(_ x: Self) -> Self
  static func expm1(_ x: Self) -> Self
  static func tanh(_ x: Self) -> Self
  static func erf(_ x: Self) -> Self
  static func sin(_ x: Self) -> Self
  static func cos(_ x: Self) -> Self
  static func pow(_ x: Self, _ y: Self) -> Self

  // Products.

  /// C = epilogue(A B). A, B and C do not overlap. With `inner == 0` the product is zero.
  static func multiply(
    _ product: MatrixProduct, _ a: Buffer<Self>, _ b: Buffer<Self>, into c: Buffer<Self>, epilogue: Epilogue<Self>,
    workers: WorkerPool)

  /// The scalars that `pack` writes for a right-hand side of the given size.
  static func packedCount(inner: Int, columns: Int) -> Int

  /// Rearranges a right-hand side (inner x columns, or its transpose when `transposed`) for `multiplyPacked`.
  static func pack(_ b: Buffer<Self>, inner: Int, columns: Int, transposed: Bool, into packed: Buffer<Self>)

  /// C = epilogue(A B) with dense row-major A (rows x inner) and C (rows x columns), and B from `pack`. The bits of a
  /// row of C depend on that row of A alone, and equal those of `multiply`.
  static func multiplyPacked(
    rows: Int, inner: Int, columns: Int, _ a: Buffer<Self>, _ packed: Buffer<Self>, into c: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool)

  // Elementwise functions.

  /// y = activation(x). `y` may be `x`.
  static func activate(_ activation: Activation, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= upstream * activation'. When `activation.gradientUsesOutput`, only `output` is read and `input`
  /// may be empty; otherwise only `input` is read. `downstream` may be `upstream` when not accumulating.
  static func activateBackward(
    _ activation: Activation, input: Buffer<Self>, output: Buffer<Self>, upstream: Buffer<Self>,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// y = function(x). `y` may be `x`.
  static func map(_ function: MathematicalFunction, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// y (+)= scale * x. `y` may be `x` when not accumulating.
  static func scale(
    _ x: Buffer<Self>, by scale: Self, into y: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// z (+)= x operation y, element by element. `z` may be `x` or `y` when not accumulating.
  static func combine(
    _ operation: ElementOperation, _ x: Buffer<Self>, _ y: Buffer<Self>, into z: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool)

  // Sets of elements, see `StridedSegments`: on the calling thread, for layers that share out sets among threads.

  /// Mean and biased variance of a set of at least one element.
  static func moments(_ x: Buffer<Self>, _ set: StridedSegments) -> Moments

  /// The sums of y and of y (x - center) over a set.
  static func deviationSums(_ y: Buffer<Self>, _ x: Buffer<Self>, center: Self, _ set: StridedSegments) -> DeviationSums

  /// y = the map of x over a set, and zero in place of negative numbers if it rectifies. `y` may be `x`.
  static func map(
    _ x: Buffer<Self>, _ map: CenteredScale<Self>, _ set: StridedSegments, rectifies: Bool, into y: Buffer<Self>)

  /// result (+)= the combination of y and x over a set. `result` may be `y` when not accumulating.
  static func combine(
    _ y: Buffer<Self>, _ x: Buffer<Self>, _ combination: LinearCombination<Self>, _ set: StridedSegments,
    into result: Buffer<Self>, accumulate: Bool)

  // Local response normalization of [batch, channels, pixels].

  /// y = x s^-beta; see `LocalResponse`.
  static func localResponse(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= the gradient with respect to x. `products` is memory of the same size, overwritten.
  static func localResponseBackward(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Self>, upstream: Buffer<Self>,
    products: Buffer<Self>, downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// y = scale * bytes + shift, on the calling thread: scales and shifts are one for all elements, or one for each.
  static func convert(
    _ bytes: UnsafeBufferPointer<UInt8>, scales: Buffer<Self>, shifts: Buffer<Self>, into y: Buffer<Self>)

  // Columns of a matrix, see `Columns`: on the calling thread, for layers that share out columns or rows among threads.

  /// Mean and biased variance of each column; at least one row.
  static func columnMoments(
    _ x: Buffer<Self>, _ columns: Columns, means: Buffer<Self>, variances: Buffer<Self>)

  /// For each column the sums of y and of y (x - center).
  static func columnDeviationSums(
    _ y: Buffer<Self>, _ x: Buffer<Self>, centers: Buffer<Self>, _ columns: Columns, sums: Buffer<Self>,
    products: Buffer<Self>)

  /// y = each column's map of x, and zero in place of negative numbers if it rectifies. `y` may be `x`.
  static func mapColumns(
    _ x: Buffer<Self>, _ map: ColumnMap<Self>, _ columns: Columns, rectifies: Bool, into y: Buffer<Self>)

  /// result (+)= each column's combination of y and x. `result` may be `y` when not accumulating.
  static func combineColumns(
    _ y: Buffer<Self>, _ x: Buffer<Self>, _ combination: ColumnCombination<Self>, _ columns: Columns,
    into result: Buffer<Self>, accumulate: Bool)

  // Rows: `x` holds `rows` rows of `columns` scalars.

  /// Softmax of each row, shifted by the row's maximum. `y` may be `x`.
  static func softmax(rows: Int, columns: Int, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= y (upstream - <upstream, y>) for each row.
  static func softmaxBackward(
    rows: Int, columns: Int, output: Buffer<Self>, upstream: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool)

  /// Logarithm of the softmax of each row. `y` may be `x`.
  static func logSoftmax(rows: Int, columns: Int, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= upstream - exp(y) sum(upstream) for each row.
  static func logSoftmaxBackward(
    rows: Int, columns: Int, output: Buffer<Self>, upstream: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool)

  /// sums (+)= the sum of each column: a bias's gradient.
  static func columnSums(
    rows: Int, columns: Int, _ x: Buffer<Self>, into sums: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// Softmax of each row into `probabilities`, and the cross-entropy with class labels into `losses` (one per row;
  /// zero where the label equals `ignored`). Labels are whole numbers in `0..<columns`, held as scalars.
  static func softmaxCrossEntropy(
    rows: Int, columns: Int, logits: Buffer<Self>, labels: Buffer<Self>, ignored: Self?,
    probabilities: Buffer<Self>, losses: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= scale (probabilities - onehot(labels)), zero in rows whose label equals `ignored`.
  static func softmaxCrossEntropyBackward(
    rows: Int, columns: Int, probabilities: Buffer<Self>, labels: Buffer<Self>, ignored: Self?, scale: Self,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  // Convolutions; see `Convolution` for the layouts.

  /// y = epilogue(convolution of x with the weights); the epilogue's bias has one value for each output channel.
  static func convolve(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, _ weight: Buffer<Self>, into y: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool)

  /// The scalars that `pack` writes for the weights of a convolution.
  static func packedCount(_ shape: Convolution) -> Int

  /// Rearranges the weights of a convolution for `convolvePacked`.
  static func pack(_ shape: Convolution, _ weight: Buffer<Self>, into packed: Buffer<Self>, workers: WorkerPool)

  /// As `convolve`, with weights from `pack` and with the same bits. The epilogue's scale is 1.
  static func convolvePacked(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, _ packed: Buffer<Self>, into y: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool)

  /// Whether `convolvePooled` is faster than a convolution and a maximum pooling of its output one after the other.
  static func poolsConvolution(_ shape: Convolution, _ pooling: Pooling) -> Bool

  /// y = activation(maximum pooling of (convolution of x + bias)), with weights from `pack` and, where the activation
  /// never decreases, the bits of a convolution, the activation and a pooling. Only for shapes that `poolsConvolution`
  /// accepts; the epilogue's scale is 1, and it does not accumulate.
  static func convolvePooled(
    _ shape: Convolution, _ pooling: Pooling, batch: Int, _ x: Buffer<Self>, _ packed: Buffer<Self>,
    into y: Buffer<Self>, epilogue: Epilogue<Self>, workers: WorkerPool)

  /// downstream (+)= the gradient with respect to the input.
  static func convolveBackwardData(
    _ shape: Convolution, batch: Int, upstream: Buffer<Self>, _ weight: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool)

  /// weightGradient (+)= the gradient with respect to the weights.
  static func convolveBackwardWeights(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, upstream: Buffer<Self>, weightGradient: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool)

  /// sums (+)= the sum of each channel of [batch, channels, pixels]: a convolution's bias gradient.
  static func channelSums(
    batch: Int, channels: Int, pixels: Int, _ x: Buffer<Self>, into sums: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool)

  // Pooling.

  /// The largest number of each window, the first among equals. `positions` gets its place in the window, counted row
  /// by row, for each output; it may be empty.
  static func maxPool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Self>, into y: Buffer<Self>, positions: Buffer<Self>,
    workers: WorkerPool)

  /// downstream (+)= upstream at the positions that `maxPool` wrote, zero elsewhere.
  static func maxPoolBackward(
    _ shape: Pooling, batch: Int, positions: Buffer<Self>, upstream: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool)

  /// The mean of each window.
  static func averagePool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= each window's upstream gradient in equal shares.
  static func averagePoolBackward(
    _ shape: Pooling, batch: Int, upstream: Buffer<Self>, downstream: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool)

  // Reductions.

  /// The sum, added in double precision in a fixed order.
  static func sum(_ x: Buffer<Self>, workers: WorkerPool) -> Double

  /// The sum of squares, added in double precision in a fixed order.
  static func sumOfSquares(_ x: Buffer<Self>, workers: WorkerPool) -> Double

  /// Whether every scalar is finite.
  static func isFinite(_ x: Buffer<Self>, workers: WorkerPool) -> Bool

  // Optimizers.

  /// One optimizer step over equally long spans of parameters, gradients and state, in one pass. `first` and `second`
  /// are the rule's state (see `UpdateRule.stateCount`) and empty where the rule has none. Gradients are multiplied by
  /// `gradientScale` and clamped to +-`gradientLimit` first, then `decay` times the parameter is added as the rule
  /// says. `starts` tells where the tensors begin that the spans consist of, the first at 0: work is shared out tensor by
  /// tensor, which changes no bit.
  static func update(
    _ rule: UpdateRule, rate: Double, decay: Double, gradientScale: Double, gradientLimit: Double,
    parameters: Buffer<Self>, gradients: Buffer<Self>, first: Buffer<Self>, second: Buffer<Self>, starts: [Int],
    workers: WorkerPool)
}

/// A scalar type's name and size in files.
public enum ElementType: String, Sendable, CaseIterable {
  case float32
  case float64

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .float32: 4
    case .float64: 8
    }
  }
}
