// `Float`'s kernels are those of the instruction-set level in use.
extension Float {
  public static func multiply(
    _ product: MatrixProduct, _ a: Buffer<Float>, _ b: Buffer<Float>, into c: Buffer<Float>, epilogue: Epilogue<Float>,
    workers: WorkerPool
  ) {
    var plain = epilogue
    plain.activation = .identity
    KernelTable.current.multiply(product, a, b, c, plain, workers)
    apply(epilogue.activation, rows: product.rows, columns: product.columns, stride: product.strideC, c)
  }

  public static func packedCount(inner: Int, columns: Int) -> Int { KernelTable.current.packedCount(inner, columns) }

  public static func pack(
    _ b: Buffer<Float>, inner: Int, columns: Int, transposed: Bool, into packed: Buffer<Float>
  ) {
    KernelTable.current.pack(b, inner, columns, transposed, packed)
  }

  public static func multiplyPacked(
    rows: Int, inner: Int, columns: Int, _ a: Buffer<Float>, _ packed: Buffer<Float>, into c: Buffer<Float>,
    epilogue: Epilogue<Float>, workers: WorkerPool
  ) {
    var plain = epilogue
    plain.activation = .identity
    KernelTable.current.multiplyPacked(rows, inner, columns, a, packed, c, plain, workers)
    apply(epilogue.activation, rows: rows, columns: columns, stride: columns, c)
  }

  private static func apply(_ activation: Activation, rows: Int, columns: Int, stride: Int, _ c: Buffer<Float>) {
    guard activation != .identity else { return }
    for row in 0..<rows {
      for j in (row * stride)..<(row * stride + columns) { c[j] = activation.value(c[j]) }
    }
  }
}
