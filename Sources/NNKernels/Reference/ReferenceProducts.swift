extension Scalar {
  public static func multiply(
    _ product: MatrixProduct, _ a: Buffer<Self>, _ b: Buffer<Self>, into c: Buffer<Self>, epilogue: Epilogue<Self>,
    workers: WorkerPool
  ) {
    referenceMultiply(product, a, b, into: c, epilogue: epilogue, workers: workers)
  }

  public static func packedCount(inner: Int, columns: Int) -> Int { inner * columns }

  public static func pack(
    _ b: Buffer<Self>, inner: Int, columns: Int, transposed: Bool, into packed: Buffer<Self>
  ) {
    referencePack(b, inner: inner, columns: columns, transposed: transposed, into: packed)
  }

  public static func multiplyPacked(
    rows: Int, inner: Int, columns: Int, _ a: Buffer<Self>, _ packed: Buffer<Self>, into c: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool
  ) {
    let product = MatrixProduct(rows: rows, columns: columns, inner: inner)
    referenceMultiply(product, a, packed, into: c, epilogue: epilogue, workers: workers)
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referencePack<S: Scalar>(
  _ b: Buffer<S>, inner: Int, columns: Int, transposed: Bool, into packed: Buffer<S>
) {
  for k in 0..<inner {
    for n in 0..<columns { packed[k * columns + n] = transposed ? b[n * inner + k] : b[k * columns + n] }
  }
}

/// The product by three loops, parallel over rows: each element adds its terms in the order of the inner index.
@specialized(where S == Float)
@specialized(where S == Double)
package func referenceMultiply<S: Scalar>(
  _ p: MatrixProduct, _ a: Buffer<S>, _ b: Buffer<S>, into c: Buffer<S>, epilogue: Epilogue<S>, workers: WorkerPool
) {
  workers.run(count: p.rows, grain: max(1, 32768 / max(1, p.columns * p.inner))) { rows in
    for i in rows {
      let row = c.slice(from: i * p.strideC, count: p.columns)
      if !epilogue.accumulate { row.fill(0) }
      for k in 0..<p.inner {
        let left = epilogue.scale * (p.transposeA ? a[k * p.strideA + i] : a[i * p.strideA + k])
        if p.transposeB {
          for j in 0..<p.columns { row[j] += left * b[j * p.strideB + k] }
        } else {
          for j in 0..<p.columns { row[j] += left * b[k * p.strideB + j] }
        }
      }
      if let bias = epilogue.bias {
        for j in 0..<p.columns { row[j] += bias[j] }
      }
      if epilogue.activation != .identity {
        for j in 0..<p.columns { row[j] = epilogue.activation.value(row[j]) }
      }
    }
  }
}
