// `Double`'s kernels for products and convolutions: those of the selected level. All others are the reference kernels.
extension Double {
  public static func multiply(
    _ product: MatrixProduct, _ a: Buffer<Double>, _ b: Buffer<Double>, into c: Buffer<Double>,
    epilogue: Epilogue<Double>, workers: WorkerPool
  ) {
    KernelTable.current.multiplyDoubles(product, a, b, c, epilogue.scale, epilogue.accumulate, workers)
    guard epilogue.bias != nil || epilogue.activation != .identity else { return }
    workers.run(count: product.rows, grain: max(1, 4096 / max(1, product.columns))) { rows in
      for i in rows {
        let row = c.slice(from: i * product.strideC, count: product.columns)
        if let bias = epilogue.bias {
          for j in 0..<product.columns { row[j] += bias[j] }
        }
        if epilogue.activation != .identity {
          for j in 0..<product.columns { row[j] = epilogue.activation.value(row[j]) }
        }
      }
    }
  }

  public static func multiplyPacked(
    rows: Int, inner: Int, columns: Int, _ a: Buffer<Double>, _ packed: Buffer<Double>, into c: Buffer<Double>,
    epilogue: Epilogue<Double>, workers: WorkerPool
  ) {
    multiply(
      MatrixProduct(rows: rows, columns: columns, inner: inner), a, packed, into: c, epilogue: epilogue,
      workers: workers)
  }

  public static func convolve(
    _ shape: Convolution, batch: Int, _ x: Buffer<Double>, _ weight: Buffer<Double>, into y: Buffer<Double>,
    epilogue: Epilogue<Double>, workers: WorkerPool
  ) {
    ColumnConvolution(shape).forward(batch, x, weight, y, epilogue, workers)
  }

  public static func convolvePacked(
    _ shape: Convolution, batch: Int, _ x: Buffer<Double>, _ packed: Buffer<Double>, into y: Buffer<Double>,
    epilogue: Epilogue<Double>, workers: WorkerPool
  ) {
    ColumnConvolution(shape).forward(batch, x, packed, y, epilogue, workers)
  }

  public static func convolveBackwardData(
    _ shape: Convolution, batch: Int, upstream: Buffer<Double>, _ weight: Buffer<Double>, downstream: Buffer<Double>,
    accumulate: Bool, workers: WorkerPool
  ) {
    ColumnConvolution(shape).backwardData(batch, upstream, weight, downstream, accumulate, workers)
  }

  public static func convolveBackwardWeights(
    _ shape: Convolution, batch: Int, _ x: Buffer<Double>, upstream: Buffer<Double>, weightGradient: Buffer<Double>,
    accumulate: Bool, workers: WorkerPool
  ) {
    ColumnConvolution(shape).backwardWeights(batch, x, upstream, weightGradient, accumulate, workers)
  }
}
