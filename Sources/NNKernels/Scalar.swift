#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A floating-point type that networks compute in: `Float`, with optimised kernels, and `Double`, with the reference kernels
/// that are the oracle of the tests.
///
/// Every kernel is a static requirement with a reference implementation as its default (in `Reference/`). `Double` uses the
/// defaults, `Float` replaces them. The order of additions depends on shapes alone, so results do not depend on the number
/// of threads. In products it does not depend on the number of rows either, so a sample's result does not depend on its
/// batch.
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

  /// C = epilogue(A B), see `MatrixProduct` and `Epilogue`. A, B and C do not overlap. With `inner == 0` the product is zero.
  static func multiply(
    _ product: MatrixProduct, _ a: Buffer<Self>, _ b: Buffer<Self>, into c: Buffer<Self>, epilogue: Epilogue<Self>,
    workers: WorkerPool)

  /// Scalars of a packed B of inner x columns.
  static func packedCount(inner: Int, columns: Int) -> Int

  /// Packs B, inner x columns or stored as columns x inner if `transposed`, for `multiplyPacked`.
  static func pack(_ b: Buffer<Self>, inner: Int, columns: Int, transposed: Bool, into packed: Buffer<Self>)

  /// C = epilogue(A B) with contiguous row-major A (rows x inner) and C (rows x columns), and B from `pack`. The bits of a
  /// row of C depend on B and that row of A alone, and equal those of `multiply`.
  static func multiplyPacked(
    rows: Int, inner: Int, columns: Int, _ a: Buffer<Self>, _ packed: Buffer<Self>, into c: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool)

  // Elementwise functions.

  /// y[i] = activation(x[i]). `y` may be `x`.
  static func activate(_ activation: Activation, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream[i] (+)= upstream[i] activation'. If `activation.gradientUsesOutput`, only `output` is read and `input` may
  /// be empty; otherwise only `input` is read. `downstream` may be `upstream` when not accumulating.
  static func activateBackward(
    _ activation: Activation, input: Buffer<Self>, output: Buffer<Self>, upstream: Buffer<Self>,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// y[i] = function(x[i]). `y` may be `x`.
  static func map(_ function: MathematicalFunction, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream[i] (+)= upstream[i] function'. If `function.gradientUsesOutput`, only `output` is read and `input` may be empty;
  /// otherwise only `input` is read. `downstream` may be `upstream` when not accumulating.
  static func mapBackward(
    _ function: MathematicalFunction, input: Buffer<Self>, output: Buffer<Self>, upstream: Buffer<Self>,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// Inverted dropout: y[i] (+)= x[i] / (1 - rate) with probability 1 - rate, else 0; `rate` is rounded, see `Dropping`. `y` may
  /// be `x` when not accumulating.
  ///
  /// The mask is a function of the stream and an element's index (a counter-based generator): the backward pass
  /// recomputes it instead of saving it, and every thread computes the same.
  static func drop(
    _ x: Buffer<Self>, into y: Buffer<Self>, rate: Double, _ random: RandomStream, accumulate: Bool,
    workers: WorkerPool)

  /// y[i] (+)= scale x[i]. `y` may be `x` when not accumulating.
  static func scale(
    _ x: Buffer<Self>, by scale: Self, into y: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// z[i] (+)= x[i] operation y[i]. `z` may be `x` or `y` when not accumulating.
  static func combine(
    _ operation: ElementOperation, _ x: Buffer<Self>, _ y: Buffer<Self>, into z: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool)

  /// Runs the steps of an element program over one block of at most `ElementStep.block` elements. Serial.
  ///
  /// `slots` are the addresses of the blocks and single numbers that the steps name; a target may be an operand of its
  /// step. Sums of a block are added to `sums`, which are not cleared.
  static func run(
    _ steps: UnsafeBufferPointer<ElementStep>, _ slots: UnsafePointer<UnsafeMutablePointer<Self>>,
    sums: UnsafeMutablePointer<Double>, count: Int)

  // Rows that are normalized, see `NormalizedRows`.

  /// y = w z + b for each row. `y` may be `x`.
  static func normalizeRows(
    _ rows: NormalizedRows<Self>, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// The gradients that are wanted. That of x may replace `upstream`.
  static func normalizeRowsBackward(
    _ rows: NormalizedRows<Self>, _ x: Buffer<Self>, upstream: Buffer<Self>, gradients: NormalizedRowsGradients<Self>,
    workers: WorkerPool)

  // Sets of elements, see `StridedSegments`. These kernels are serial, for layers that parallelise over sets.

  /// Mean and biased variance of a set of at least one element.
  static func moments(_ x: Buffer<Self>, _ set: StridedSegments) -> Moments

  /// The sums of y and of y (x - center) over a set.
  static func deviationSums(_ y: Buffer<Self>, _ x: Buffer<Self>, center: Self, _ set: StridedSegments) -> DeviationSums

  /// y[i] = map(x[i]) for the elements of a set, then max(y[i], 0) if `rectifies`. `y` may be `x`.
  static func map(
    _ x: Buffer<Self>, _ map: CenteredScale<Self>, _ set: StridedSegments, rectifies: Bool, into y: Buffer<Self>)

  /// result[i] (+)= combination(y[i], x[i]) for the elements of a set. `result` may be `y` when not accumulating.
  static func combine(
    _ y: Buffer<Self>, _ x: Buffer<Self>, _ combination: LinearCombination<Self>, _ set: StridedSegments,
    into result: Buffer<Self>, accumulate: Bool)

  // Local response normalization of [batch, channels, pixels].

  /// y = x s^-beta, see `LocalResponse`.
  static func localResponse(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= the gradient with respect to x. `products` is scratch memory of the size of x.
  static func localResponseBackward(
    _ window: LocalResponse, _ extent: ChannelExtent, _ x: Buffer<Self>, upstream: Buffer<Self>,
    products: Buffer<Self>, downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// y[i] = scale[i] bytes[i] + shift[i], serial. `scales` and `shifts` have one value for all elements, or one for each.
  static func convert(
    _ bytes: UnsafeBufferPointer<UInt8>, scales: Buffer<Self>, shifts: Buffer<Self>, into y: Buffer<Self>)

  // Columns of a matrix, see `Columns`. These kernels are serial, for layers that parallelise over columns or rows.

  /// Mean and biased variance of each column, of at least one row.
  static func columnMoments(
    _ x: Buffer<Self>, _ columns: Columns, means: Buffer<Self>, variances: Buffer<Self>)

  /// The sums of y and of y (x - center) of each column.
  static func columnDeviationSums(
    _ y: Buffer<Self>, _ x: Buffer<Self>, centers: Buffer<Self>, _ columns: Columns, sums: Buffer<Self>,
    products: Buffer<Self>)

  /// y = map(x) column by column, then max(y, 0) if `rectifies`. `y` may be `x`.
  static func mapColumns(
    _ x: Buffer<Self>, _ map: ColumnMap<Self>, _ columns: Columns, rectifies: Bool, into y: Buffer<Self>)

  /// result (+)= combination(y, x) column by column. `result` may be `y` when not accumulating.
  static func combineColumns(
    _ y: Buffer<Self>, _ x: Buffer<Self>, _ combination: ColumnCombination<Self>, _ columns: Columns,
    into result: Buffer<Self>, accumulate: Bool)

  // Rows of a matrix of rows x columns.

  /// Softmax of each row, of x minus the row's maximum. `y` may be `x`.
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

  /// sums[j] (+)= sum over i of x[i, j]: the gradient of a dense layer's bias.
  static func columnSums(
    rows: Int, columns: Int, _ x: Buffer<Self>, into sums: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  /// probabilities = softmax of each row, and losses[i] = -log(probabilities[i, labels[i]]), or 0 where the label equals
  /// `ignored`. Labels are integers in `0..<columns`, stored as scalars.
  static func softmaxCrossEntropy(
    rows: Int, columns: Int, logits: Buffer<Self>, labels: Buffer<Self>, ignored: Self?,
    probabilities: Buffer<Self>, losses: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= scale (probabilities - onehot(labels)), zero in rows whose label equals `ignored`.
  static func softmaxCrossEntropyBackward(
    rows: Int, columns: Int, probabilities: Buffer<Self>, labels: Buffer<Self>, ignored: Self?, scale: Self,
    downstream: Buffer<Self>, accumulate: Bool, workers: WorkerPool)

  // Convolutions; see `Convolution` for the layouts.

  /// y = epilogue(convolution of x with the weights); the epilogue's bias has one value per output channel.
  static func convolve(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, _ weight: Buffer<Self>, into y: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool)

  /// Scalars of the packed weights of a convolution.
  static func packedCount(_ shape: Convolution) -> Int

  /// Packs the weights of a convolution for `convolvePacked`.
  static func pack(_ shape: Convolution, _ weight: Buffer<Self>, into packed: Buffer<Self>, workers: WorkerPool)

  /// `convolve` with weights from `pack`; the same bits. The epilogue's scale is 1.
  static func convolvePacked(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, _ packed: Buffer<Self>, into y: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool)

  /// Whether `convolvePooled` is faster than a convolution followed by a maximum pooling.
  static func poolsConvolution(_ shape: Convolution, _ pooling: Pooling) -> Bool

  /// y = activation(maximum pooling of (convolution of x + bias)) with weights from `pack`. For a monotone activation the
  /// bits are those of convolution, activation and pooling in this order. Only for shapes that `poolsConvolution` accepts;
  /// the epilogue's scale is 1, and it does not accumulate.
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

  /// sums[c] (+)= sum over n, p of x[n, c, p], x being [batch, channels, pixels]: the gradient of a convolution's bias.
  static func channelSums(
    batch: Int, channels: Int, pixels: Int, _ x: Buffer<Self>, into sums: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool)

  // Pooling.

  /// The maximum of each window, the first of equal ones. `positions` gets its row-major index in the window for each
  /// output (argmax); it may be empty.
  static func maxPool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Self>, into y: Buffer<Self>, positions: Buffer<Self>,
    workers: WorkerPool)

  /// downstream (+)= upstream scattered to the positions that `maxPool` wrote, zero elsewhere.
  static func maxPoolBackward(
    _ shape: Pooling, batch: Int, positions: Buffer<Self>, upstream: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool)

  /// The mean of each window.
  static func averagePool(
    _ shape: Pooling, batch: Int, _ x: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// downstream (+)= each window's upstream gradient / divisor, scattered to the window's pixels.
  static func averagePoolBackward(
    _ shape: Pooling, batch: Int, upstream: Buffer<Self>, downstream: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool)

  // Sequences; see `Recurrence` and `Attention` for the layouts and formulas. `lengths` are the valid steps of each
  // sequence, nil if all have all steps. A sequence's output does not depend on the others, and padding is neither read nor
  // written unless a kernel says so.

  /// The hidden states of one direction of a recurrent layer, from the state 0. `saved` keeps for backward what
  /// `savedPerStep` counts for each step of each sequence; it may be empty. Padding of y is not written.
  static func recur(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ x: Buffer<Self>, _ weights: RecurrentWeights<Self>,
    saved: Buffer<Self>, into y: Buffer<Self>, workers: WorkerPool)

  /// Backpropagation through time: the gradients that are wanted, from those of y. It overwrites `saved`.
  static func recurBackward(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ weights: RecurrentWeights<Self>, saved: Buffer<Self>,
    upstream: Buffer<Self>, gradients: RecurrentGradients<Self>, workers: WorkerPool)

  /// Scalars of the packed weights of a recurrence.
  static func packedCount(_ recurrence: Recurrence) -> Int

  /// Packs weights for `recurPacked`.
  static func pack(
    _ recurrence: Recurrence, _ weights: RecurrentWeights<Self>, into packed: Buffer<Self>, workers: WorkerPool)

  /// `recur` with weights from `pack`, and nothing saved; the same bits. With `carried` each sequence begins with the state
  /// that is given, and its last one is left there: a sequence in pieces has the bits of the whole one.
  static func recurPacked(
    _ recurrence: Recurrence, lengths: Buffer<Int32>?, _ x: Buffer<Self>, _ packed: Buffer<Self>,
    into y: Buffer<Self>, carried: CarriedState<Self>?, workers: WorkerPool)

  /// o = softmax(q k^T / sqrt(width)) v; rows of o that are padding get 0. `logarithms` gets the logarithm of the sum of
  /// exponentials of each query, [batch, heads, queries]; it may be empty.
  static func attend(
    _ attention: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Self>, into o: Buffer<Self>,
    logarithms: Buffer<Self>, workers: WorkerPool)

  /// The gradients of q, k and v, in their layouts; those of padding are 0. `upstream` is that of o, in its layout.
  static func attendBackward(
    _ attention: Attention, _ lengths: AttentionLengths, _ arrays: AttentionArrays<Self>, output: Buffer<Self>,
    logarithms: Buffer<Self>, upstream: Buffer<Self>, gradients: AttentionArrays<Self>, workers: WorkerPool)

  // Reductions.

  /// The sum, in double precision in a fixed order.
  static func sum(_ x: Buffer<Self>, workers: WorkerPool) -> Double

  /// The sum of squares, in double precision in a fixed order.
  static func sumOfSquares(_ x: Buffer<Self>, workers: WorkerPool) -> Double

  /// Whether every scalar is finite.
  static func isFinite(_ x: Buffer<Self>, workers: WorkerPool) -> Bool

  // Optimizers.

  /// One optimizer step for equally long buffers of parameters, gradients and state, in one pass. `first` and `second` are
  /// the rule's state (see `UpdateRule.stateCount`), empty where the rule has none. Gradients are first multiplied by
  /// `gradientScale` and clamped to +-`gradientLimit`; weight decay follows as the rule says. `starts` are the offsets of
  /// the tensors that are concatenated in the buffers, the first at 0: work is partitioned tensor by tensor, which changes
  /// no bit.
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
