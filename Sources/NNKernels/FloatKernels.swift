// `Float`'s kernels for products, activations, rows, reductions and updates: those of the selected level.
extension Float {
  public static func multiply(
    _ product: MatrixProduct, _ a: Buffer<Float>, _ b: Buffer<Float>, into c: Buffer<Float>, epilogue: Epilogue<Float>,
    workers: WorkerPool
  ) {
    KernelTable.current.multiply(product, a, b, c, epilogue, workers)
  }

  public static func packedCount(inner: Int, columns: Int) -> Int {
    KernelTable.current.packedCount(inner, columns)
  }

  public static func pack(_ b: Buffer<Float>, inner: Int, columns: Int, transposed: Bool, into packed: Buffer<Float>) {
    KernelTable.current.pack(b, inner, columns, transposed, packed)
  }

  public static func multiplyPacked(
    rows: Int, inner: Int, columns: Int, _ a: Buffer<Float>, _ packed: Buffer<Float>, into c: Buffer<Float>,
    epilogue: Epilogue<Float>, workers: WorkerPool
  ) {
    KernelTable.current.multiplyPacked(rows, inner, columns, a, packed, c, epilogue, workers)
  }

  public static func activate(_ activation: Activation, _ x: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool)
  {
    KernelTable.current.activate(activation, x, y, workers)
  }

  public static func activateBackward(
    _ activation: Activation, input: Buffer<Float>, output: Buffer<Float>, upstream: Buffer<Float>,
    downstream: Buffer<Float>, accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.activateBackward(activation, input, output, upstream, downstream, accumulate, workers)
  }

  public static func map(
    _ function: MathematicalFunction, _ x: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.map(function, x, y, workers)
  }

  public static func mapBackward(
    _ function: MathematicalFunction, input: Buffer<Float>, output: Buffer<Float>, upstream: Buffer<Float>,
    downstream: Buffer<Float>, accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.mapBackward(function, input, output, upstream, downstream, accumulate, workers)
  }

  public static func normalizeRows(
    _ rows: NormalizedRows<Float>, _ x: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.normalizeRows(rows, x, y, workers)
  }

  public static func normalizeRowsBackward(
    _ rows: NormalizedRows<Float>, _ x: Buffer<Float>, upstream: Buffer<Float>,
    gradients: NormalizedRowsGradients<Float>, workers: WorkerPool
  ) {
    KernelTable.current.normalizeRowsBackward(rows, x, upstream, gradients, workers)
  }

  public static func scale(
    _ x: Buffer<Float>, by scale: Float, into y: Buffer<Float>, accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.scale(x, scale, y, accumulate, workers)
  }

  public static func softmax(rows: Int, columns: Int, _ x: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool) {
    KernelTable.current.softmax(rows, columns, x, y, workers)
  }

  public static func softmaxBackward(
    rows: Int, columns: Int, output: Buffer<Float>, upstream: Buffer<Float>, downstream: Buffer<Float>,
    accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.softmaxBackward(rows, columns, output, upstream, downstream, accumulate, workers)
  }

  public static func logSoftmax(rows: Int, columns: Int, _ x: Buffer<Float>, into y: Buffer<Float>, workers: WorkerPool)
  {
    KernelTable.current.logSoftmax(rows, columns, x, y, workers)
  }

  public static func logSoftmaxBackward(
    rows: Int, columns: Int, output: Buffer<Float>, upstream: Buffer<Float>, downstream: Buffer<Float>,
    accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.logSoftmaxBackward(rows, columns, output, upstream, downstream, accumulate, workers)
  }

  public static func columnSums(
    rows: Int, columns: Int, _ x: Buffer<Float>, into sums: Buffer<Float>, accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.columnSums(rows, columns, x, sums, accumulate, workers)
  }

  public static func softmaxCrossEntropy(
    rows: Int, columns: Int, logits: Buffer<Float>, labels: Buffer<Float>, ignored: Float?,
    probabilities: Buffer<Float>, losses: Buffer<Float>, workers: WorkerPool
  ) {
    KernelTable.current.softmaxCrossEntropy(rows, columns, logits, labels, ignored, probabilities, losses, workers)
  }

  public static func softmaxCrossEntropyBackward(
    rows: Int, columns: Int, probabilities: Buffer<Float>, labels: Buffer<Float>, ignored: Float?, scale: Float,
    downstream: Buffer<Float>, accumulate: Bool, workers: WorkerPool
  ) {
    KernelTable.current.softmaxCrossEntropyBackward(
      rows, columns, probabilities, labels, ignored, scale, downstream, accumulate, workers)
  }

  public static func sum(_ x: Buffer<Float>, workers: WorkerPool) -> Double {
    KernelTable.current.sum(x, workers)
  }

  public static func sumOfSquares(_ x: Buffer<Float>, workers: WorkerPool) -> Double {
    KernelTable.current.sumOfSquares(x, workers)
  }

  public static func isFinite(_ x: Buffer<Float>, workers: WorkerPool) -> Bool {
    KernelTable.current.isFinite(x, workers)
  }

  public static func update(
    _ rule: UpdateRule, rate: Double, decay: Double, gradientScale: Double, gradientLimit: Double,
    parameters: Buffer<Float>, gradients: Buffer<Float>, first: Buffer<Float>, second: Buffer<Float>,
    starts: [Int], workers: WorkerPool
  ) {
    let (correction1, correction2) = rule.biasCorrections
    KernelTable.current.update(
      rule,
      UpdateSettings(
        rate: rate, decay: decay, gradientScale: gradientScale, gradientLimit: gradientLimit,
        correction1: correction1, correction2: correction2),
      UpdateArguments(parameters: parameters, gradients: gradients, first: first, second: second, starts: starts),
      workers)
  }
}

extension UpdateRule {
  /// Adam's bias corrections 1 - beta1^step and 1 - beta2^step; 1 for other rules.
  var biasCorrections: (Double, Double) {
    switch self {
    case .adam(let beta1, let beta2, _, let step), .adamW(let beta1, let beta2, _, let step):
      (1 - Double.pow(beta1, Double(step)), 1 - Double.pow(beta2, Double(step)))
    case .sgd, .rmsProp, .adaGrad: (1, 1)
    }
  }
}
