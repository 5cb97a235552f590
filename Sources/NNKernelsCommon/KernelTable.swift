/// The single-precision kernels of one instruction-set level. Their meaning is documented at `Scalar`.
public struct KernelTable: Sendable {
  public typealias Vector = Buffer<Float>
  public typealias Multiply =
    @Sendable (MatrixProduct, _ a: Vector, _ b: Vector, _ c: Vector, Epilogue<Float>, WorkerPool) -> Void
  public typealias PackedCount = @Sendable (_ inner: Int, _ columns: Int) -> Int
  public typealias Pack =
    @Sendable (_ b: Vector, _ inner: Int, _ columns: Int, _ transposed: Bool, _ packed: Vector) -> Void
  public typealias MultiplyPacked =
    @Sendable (
      _ rows: Int, _ inner: Int, _ columns: Int, _ a: Vector, _ packed: Vector, _ c: Vector, Epilogue<Float>, WorkerPool
    ) -> Void
  public typealias MultiplyDoubles =
    @Sendable (
      MatrixProduct, _ a: Buffer<Double>, _ b: Buffer<Double>, _ c: Buffer<Double>, _ scale: Double, _ accumulate: Bool,
      WorkerPool
    ) -> Void
  public typealias Activate = @Sendable (Activation, _ x: Vector, _ y: Vector, WorkerPool) -> Void
  public typealias ActivateBackward =
    @Sendable (
      Activation, _ input: Vector, _ output: Vector, _ upstream: Vector, _ downstream: Vector, _ accumulate: Bool,
      WorkerPool
    ) -> Void
  public typealias Map = @Sendable (MathematicalFunction, _ x: Vector, _ y: Vector, WorkerPool) -> Void
  public typealias MapBackward =
    @Sendable (
      MathematicalFunction, _ input: Vector, _ output: Vector, _ upstream: Vector, _ downstream: Vector,
      _ accumulate: Bool, WorkerPool
    ) -> Void
  public typealias Scale = @Sendable (_ x: Vector, _ scale: Float, _ y: Vector, _ accumulate: Bool, WorkerPool) -> Void
  public typealias CombineElements =
    @Sendable (ElementOperation, _ x: Vector, _ y: Vector, _ z: Vector, _ accumulate: Bool, WorkerPool) -> Void
  public typealias RunSteps =
    @Sendable (
      UnsafePointer<ElementStep>, _ stepCount: Int, _ slots: UnsafePointer<UnsafeMutablePointer<Float>>,
      _ sums: UnsafeMutablePointer<Double>, _ count: Int
    ) -> Void
  public typealias Drop = @Sendable (_ x: Vector, _ y: Vector, Dropping, _ accumulate: Bool, WorkerPool) -> Void
  public typealias NormalizeRows = @Sendable (NormalizedRows<Float>, _ x: Vector, _ y: Vector, WorkerPool) -> Void
  public typealias NormalizeRowsBackward =
    @Sendable (
      NormalizedRows<Float>, _ x: Vector, _ upstream: Vector, NormalizedRowsGradients<Float>, WorkerPool
    ) -> Void
  public typealias ComputeMoments = @Sendable (_ x: Vector, StridedSegments) -> Moments
  public typealias SumDeviations =
    @Sendable (_ y: Vector, _ x: Vector, _ center: Float, StridedSegments) -> DeviationSums
  public typealias Affine =
    @Sendable (_ x: Vector, CenteredScale<Float>, StridedSegments, _ rectifies: Bool, _ y: Vector) -> Void
  public typealias CombineLinearly =
    @Sendable (
      _ y: Vector, _ x: Vector, LinearCombination<Float>, StridedSegments, _ result: Vector, _ accumulate: Bool
    ) -> Void
  public typealias ConvertBytes =
    @Sendable (UnsafeBufferPointer<UInt8>, _ scales: Vector, _ shifts: Vector, _ y: Vector) -> Void
  public typealias ColumnMoments = @Sendable (_ x: Vector, Columns, _ means: Vector, _ variances: Vector) -> Void
  public typealias SumColumnDeviations =
    @Sendable (_ y: Vector, _ x: Vector, _ centers: Vector, Columns, _ sums: Vector, _ products: Vector) -> Void
  public typealias MapColumns =
    @Sendable (_ x: Vector, ColumnMap<Float>, Columns, _ rectifies: Bool, _ y: Vector) -> Void
  public typealias CombineColumns =
    @Sendable (
      _ y: Vector, _ x: Vector, ColumnCombination<Float>, Columns, _ result: Vector, _ accumulate: Bool
    ) -> Void
  public typealias Respond = @Sendable (LocalResponse, ChannelExtent, _ x: Vector, _ y: Vector, WorkerPool) -> Void
  public typealias RespondBackward =
    @Sendable (
      LocalResponse, ChannelExtent, _ x: Vector, _ upstream: Vector, _ products: Vector, _ downstream: Vector,
      _ accumulate: Bool, WorkerPool
    ) -> Void
  public typealias Rows = @Sendable (_ rows: Int, _ columns: Int, _ x: Vector, _ y: Vector, WorkerPool) -> Void
  public typealias RowsBackward =
    @Sendable (
      _ rows: Int, _ columns: Int, _ output: Vector, _ upstream: Vector, _ downstream: Vector, _ accumulate: Bool,
      WorkerPool
    ) -> Void
  public typealias ColumnSums =
    @Sendable (_ rows: Int, _ columns: Int, _ x: Vector, _ sums: Vector, _ accumulate: Bool, WorkerPool) -> Void
  public typealias CrossEntropy =
    @Sendable (
      _ rows: Int, _ columns: Int, _ logits: Vector, _ labels: Vector, _ ignored: Float?, _ probabilities: Vector,
      _ losses: Vector, WorkerPool
    ) -> Void
  public typealias CrossEntropyBackward =
    @Sendable (
      _ rows: Int, _ columns: Int, _ probabilities: Vector, _ labels: Vector, _ ignored: Float?, _ scale: Float,
      _ downstream: Vector, _ accumulate: Bool, WorkerPool
    ) -> Void
  public typealias Convolve =
    @Sendable (
      Convolution, _ batch: Int, _ x: Vector, _ weight: Vector, _ y: Vector, Epilogue<Float>, WorkerPool
    ) -> Void
  public typealias PoolsConvolution = @Sendable (Convolution, Pooling) -> Bool
  public typealias ConvolvePooled =
    @Sendable (
      Convolution, Pooling, _ batch: Int, _ x: Vector, _ packed: Vector, _ y: Vector, Epilogue<Float>, WorkerPool
    ) -> Void
  public typealias ConvolutionPackedCount = @Sendable (Convolution) -> Int
  public typealias PackConvolution =
    @Sendable (Convolution, _ weight: Vector, _ packed: Vector, WorkerPool) -> Void
  public typealias ConvolveBackward =
    @Sendable (
      Convolution, _ batch: Int, _ first: Vector, _ second: Vector, _ gradient: Vector, _ accumulate: Bool, WorkerPool
    ) -> Void
  public typealias ChannelSums =
    @Sendable (
      _ batch: Int, _ channels: Int, _ pixels: Int, _ x: Vector, _ sums: Vector, _ accumulate: Bool, WorkerPool
    ) -> Void
  public typealias MaxPool =
    @Sendable (Pooling, _ batch: Int, _ x: Vector, _ y: Vector, _ positions: Vector, WorkerPool) -> Void
  public typealias MaxPoolBackward =
    @Sendable (
      Pooling, _ batch: Int, _ positions: Vector, _ upstream: Vector, _ downstream: Vector, _ accumulate: Bool,
      WorkerPool
    ) -> Void
  public typealias AveragePool = @Sendable (Pooling, _ batch: Int, _ x: Vector, _ y: Vector, WorkerPool) -> Void
  public typealias AveragePoolBackward =
    @Sendable (Pooling, _ batch: Int, _ upstream: Vector, _ downstream: Vector, _ accumulate: Bool, WorkerPool) -> Void
  public typealias Recur =
    @Sendable (
      Recurrence, _ lengths: Buffer<Int32>?, _ x: Vector, RecurrentWeights<Float>, _ saved: Vector, _ y: Vector,
      WorkerPool
    ) -> Void
  public typealias RecurBackward =
    @Sendable (
      Recurrence, _ lengths: Buffer<Int32>?, RecurrentWeights<Float>, _ saved: Vector, _ upstream: Vector,
      RecurrentGradients<Float>, WorkerPool
    ) -> Void
  public typealias RecurrencePackedCount = @Sendable (Recurrence) -> Int
  public typealias PackRecurrence =
    @Sendable (Recurrence, RecurrentWeights<Float>, _ packed: Vector, WorkerPool) -> Void
  public typealias RecurPacked =
    @Sendable (
      Recurrence, _ lengths: Buffer<Int32>?, _ x: Vector, _ packed: Vector, _ y: Vector, CarriedState<Float>?,
      WorkerPool
    ) -> Void
  public typealias Attend =
    @Sendable (Attention, AttentionLengths, AttentionArrays<Float>, _ o: Vector, _ logarithms: Vector, WorkerPool) ->
    Void
  public typealias AttendBackward =
    @Sendable (
      Attention, AttentionLengths, AttentionArrays<Float>, _ output: Vector, _ logarithms: Vector, _ upstream: Vector,
      _ gradients: AttentionArrays<Float>, WorkerPool
    ) -> Void
  public typealias Reduce = @Sendable (_ x: Vector, WorkerPool) -> Double
  public typealias Test = @Sendable (_ x: Vector, WorkerPool) -> Bool
  public typealias Update = @Sendable (UpdateRule, UpdateSettings, UpdateArguments, WorkerPool) -> Void
  public typealias SpendOperations = @Sendable (_ rounds: Int) -> Int

  public let level: KernelLevel
  public let multiply: Multiply
  public let packedCount: PackedCount
  public let pack: Pack
  public let multiplyPacked: MultiplyPacked
  public let multiplyDoubles: MultiplyDoubles
  public let activate: Activate
  public let activateBackward: ActivateBackward
  public let map: Map
  public let mapBackward: MapBackward
  public let scale: Scale
  public let combineElements: CombineElements
  public let runSteps: RunSteps
  public let drop: Drop
  public let normalizeRows: NormalizeRows
  public let normalizeRowsBackward: NormalizeRowsBackward
  public let moments: ComputeMoments
  public let deviationSums: SumDeviations
  public let affine: Affine
  public let combineLinearly: CombineLinearly
  public let convertBytes: ConvertBytes
  public let columnMoments: ColumnMoments
  public let columnDeviationSums: SumColumnDeviations
  public let mapColumns: MapColumns
  public let combineColumns: CombineColumns
  public let localResponse: Respond
  public let localResponseBackward: RespondBackward
  public let softmax: Rows
  public let softmaxBackward: RowsBackward
  public let logSoftmax: Rows
  public let logSoftmaxBackward: RowsBackward
  public let columnSums: ColumnSums
  public let softmaxCrossEntropy: CrossEntropy
  public let softmaxCrossEntropyBackward: CrossEntropyBackward
  public let convolve: Convolve
  public let convolutionPackedCount: ConvolutionPackedCount
  public let packConvolution: PackConvolution
  public let convolvePacked: Convolve
  public let poolsConvolution: PoolsConvolution
  public let convolvePooled: ConvolvePooled
  public let convolveBackwardData: ConvolveBackward
  public let convolveBackwardWeights: ConvolveBackward
  public let channelSums: ChannelSums
  public let maxPool: MaxPool
  public let maxPoolBackward: MaxPoolBackward
  public let averagePool: AveragePool
  public let averagePoolBackward: AveragePoolBackward
  public let recur: Recur
  public let recurBackward: RecurBackward
  public let recurrencePackedCount: RecurrencePackedCount
  public let packRecurrence: PackRecurrence
  public let recurPacked: RecurPacked
  public let attend: Attend
  public let attendBackward: AttendBackward
  public let sum: Reduce
  public let sumOfSquares: Reduce
  public let isFinite: Test
  public let update: Update
  /// Runs rounds of multiply-adds between registers, at the highest rate the core has, and returns the floating-point
  /// operations done: a yardstick for products.
  public let spendOperations: SpendOperations

  public init(
    level: KernelLevel, multiply: @escaping Multiply, packedCount: @escaping PackedCount, pack: @escaping Pack,
    multiplyPacked: @escaping MultiplyPacked, multiplyDoubles: @escaping MultiplyDoubles, activate: @escaping Activate,
    activateBackward: @escaping ActivateBackward, map: @escaping Map,
    mapBackward: @escaping MapBackward, scale: @escaping Scale,
    combineElements: @escaping CombineElements, runSteps: @escaping RunSteps, drop: @escaping Drop,
    normalizeRows: @escaping NormalizeRows,
    normalizeRowsBackward: @escaping NormalizeRowsBackward, moments: @escaping ComputeMoments,
    deviationSums: @escaping SumDeviations, affine: @escaping Affine, combineLinearly: @escaping CombineLinearly,
    convertBytes: @escaping ConvertBytes, columnMoments: @escaping ColumnMoments,
    columnDeviationSums: @escaping SumColumnDeviations,
    mapColumns: @escaping MapColumns, combineColumns: @escaping CombineColumns, localResponse: @escaping Respond,
    localResponseBackward: @escaping RespondBackward,
    softmax: @escaping Rows,
    softmaxBackward: @escaping RowsBackward, logSoftmax: @escaping Rows, logSoftmaxBackward: @escaping RowsBackward,
    columnSums: @escaping ColumnSums, softmaxCrossEntropy: @escaping CrossEntropy,
    softmaxCrossEntropyBackward: @escaping CrossEntropyBackward, convolve: @escaping Convolve,
    convolutionPackedCount: @escaping ConvolutionPackedCount, packConvolution: @escaping PackConvolution,
    convolvePacked: @escaping Convolve,
    poolsConvolution: @escaping PoolsConvolution,
    convolvePooled: @escaping ConvolvePooled,
    convolveBackwardData: @escaping ConvolveBackward, convolveBackwardWeights: @escaping ConvolveBackward,
    channelSums: @escaping ChannelSums, maxPool: @escaping MaxPool,
    maxPoolBackward: @escaping MaxPoolBackward, averagePool: @escaping AveragePool,
    averagePoolBackward: @escaping AveragePoolBackward, recur: @escaping Recur,
    recurBackward: @escaping RecurBackward, recurrencePackedCount: @escaping RecurrencePackedCount,
    packRecurrence: @escaping PackRecurrence, recurPacked: @escaping RecurPacked, attend: @escaping Attend,
    attendBackward: @escaping AttendBackward, sum: @escaping Reduce, sumOfSquares: @escaping Reduce,
    isFinite: @escaping Test, update: @escaping Update, spendOperations: @escaping SpendOperations
  ) {
    self.level = level
    self.multiply = multiply
    self.packedCount = packedCount
    self.pack = pack
    self.multiplyPacked = multiplyPacked
    self.multiplyDoubles = multiplyDoubles
    self.activate = activate
    self.activateBackward = activateBackward
    self.map = map
    self.mapBackward = mapBackward
    self.scale = scale
    self.combineElements = combineElements
    self.runSteps = runSteps
    self.drop = drop
    self.normalizeRows = normalizeRows
    self.normalizeRowsBackward = normalizeRowsBackward
    self.moments = moments
    self.deviationSums = deviationSums
    self.affine = affine
    self.combineLinearly = combineLinearly
    self.convertBytes = convertBytes
    self.columnMoments = columnMoments
    self.columnDeviationSums = columnDeviationSums
    self.mapColumns = mapColumns
    self.combineColumns = combineColumns
    self.localResponse = localResponse
    self.localResponseBackward = localResponseBackward
    self.softmax = softmax
    self.softmaxBackward = softmaxBackward
    self.logSoftmax = logSoftmax
    self.logSoftmaxBackward = logSoftmaxBackward
    self.columnSums = columnSums
    self.softmaxCrossEntropy = softmaxCrossEntropy
    self.softmaxCrossEntropyBackward = softmaxCrossEntropyBackward
    self.convolve = convolve
    self.convolutionPackedCount = convolutionPackedCount
    self.packConvolution = packConvolution
    self.convolvePacked = convolvePacked
    self.poolsConvolution = poolsConvolution
    self.convolvePooled = convolvePooled
    self.convolveBackwardData = convolveBackwardData
    self.convolveBackwardWeights = convolveBackwardWeights
    self.channelSums = channelSums
    self.maxPool = maxPool
    self.maxPoolBackward = maxPoolBackward
    self.averagePool = averagePool
    self.averagePoolBackward = averagePoolBackward
    self.recur = recur
    self.recurBackward = recurBackward
    self.recurrencePackedCount = recurrencePackedCount
    self.packRecurrence = packRecurrence
    self.recurPacked = recurPacked
    self.attend = attend
    self.attendBackward = attendBackward
    self.sum = sum
    self.sumOfSquares = sumOfSquares
    self.isFinite = isFinite
    self.update = update
    self.spendOperations = spendOperations
  }
}
