import NNKernels
import Testing

/// Products against the plain product in double precision.
struct ProductTests {
  /// One random product, with or without an epilogue, computed at all levels.
  struct Case {
    var product: MatrixProduct
    var epilogue: Bool
    var offset = 0
    var threads = 1
    var key = 1

    /// The largest error relative to what rounding each of the `inner` additions may cause.
    func check(_ location: SourceLocation = #_sourceLocation) {
      var numbers = TestNumbers(key)
      let p = product
      let countA = (p.transposeA ? p.inner : p.rows) * p.strideA
      let countB = (p.transposeB ? p.columns : p.inner) * p.strideB
      let a = numbers.floats(countA)
      let b = numbers.floats(countB)
      let c = numbers.floats(p.rows * p.strideC)
      let bias = numbers.floats(p.columns)
      let expected = Storage(c.map(Double.init))
      let (a64, b64, bias64) = (
        Storage(a.map(Double.init)), Storage(b.map(Double.init)), Storage(bias.map(Double.init))
      )
      let serial = WorkerPool(threads: 1)
      Double.multiply(
        p, a64.buffer, b64.buffer, into: expected.buffer,
        epilogue: epilogue
          ? Epilogue(bias: bias64.buffer, activation: .relu, scale: 0.75, accumulate: true) : Epilogue(),
        workers: serial)
      let (storageA, viewA) = Storage.unaligned(a, offset: offset)
      let (storageB, viewB) = Storage.unaligned(b, offset: offset)
      let (storageBias, viewBias) = Storage.unaligned(bias, offset: offset)
      let workers = WorkerPool(threads: threads)
      for table in tables {
        let (storageC, viewC) = Storage.unaligned(c, offset: offset)
        table.multiply(
          p, viewA, viewB, viewC,
          epilogue ? Epilogue(bias: viewBias, activation: .relu, scale: 0.75, accumulate: true) : Epilogue(), workers)
        let tolerance = Float.ulpOfOne * (8 + Float(p.inner))
        var worst: Float = 0
        for i in 0..<viewC.count { worst = max(worst, abs(viewC[i] - Float(expected.buffer[i]))) }
        #expect(
          worst <= tolerance, "\(table.level) \(p) epilogue \(epilogue) error \(worst)", sourceLocation: location)
        withExtendedLifetime((storageA, storageB, storageBias, storageC)) {}
      }
    }
  }

  static let layouts = [(false, false), (false, true), (true, false), (true, true)]

  @Test(arguments: layouts)
  func smallEdges(layout: (Bool, Bool)) {
    var numbers = TestNumbers(7)
    for rows in 1...40 {
      for columns in 1...40 where rows <= 14 || columns % 3 == rows % 3 {
        let inner = numbers.integer(1...40)
        let product = MatrixProduct(
          rows: rows, columns: columns, inner: inner, transposeA: layout.0, transposeB: layout.1)
        Case(product: product, epilogue: columns % 2 == 0, offset: rows % 4, key: rows * 100 + columns).check()
      }
    }
  }

  @Test(arguments: layouts)
  func largeShapes(layout: (Bool, Bool)) {
    let shapes = [
      (64, 100, 784), (200, 33, 800), (1, 300, 1000), (97, 270, 130), (13, 530, 500), (260, 68, 40), (141, 37, 70),
      (100, 300, 64), (64, 100, 10),
    ]
    for (rows, columns, inner) in shapes {
      for epilogue in [false, true] {
        var product = MatrixProduct(
          rows: rows, columns: columns, inner: inner, transposeA: layout.0, transposeB: layout.1)
        Case(product: product, epilogue: epilogue, offset: 1, threads: 2).check()
        product.strideA += 3
        product.strideB += 5
        product.strideC += 7
        Case(product: product, epilogue: epilogue, threads: 3).check()
      }
    }
  }

  /// A result that leaves the caches is computed in longer blocks of inner indices than a small one.
  @Test(arguments: layouts)
  func largeResults(layout: (Bool, Bool)) {
    let product = MatrixProduct(
      rows: 400, columns: 660, inner: 530, transposeA: layout.0, transposeB: layout.1)
    Case(product: product, epilogue: layout.0, offset: 1, threads: 2).check()
  }

  @Test func emptyProducts() {
    let workers = WorkerPool(threads: 2)
    for table in tables {
      let c = Storage<Float>([1, 2, 3, 4, 5, 6])
      let none = Storage<Float>(count: 0)
      let bias = Storage<Float>([1, 2, 3])
      table.multiply(
        MatrixProduct(rows: 2, columns: 3, inner: 0), none.buffer, none.buffer, c.buffer,
        Epilogue(bias: bias.buffer), workers)
      #expect(c.buffer.array == [1, 2, 3, 1, 2, 3])
      table.multiply(
        MatrixProduct(rows: 0, columns: 3, inner: 2), none.buffer, c.buffer, none.buffer, Epilogue(), workers)
      table.multiply(
        MatrixProduct(rows: 2, columns: 0, inner: 2), c.buffer, none.buffer, none.buffer, Epilogue(), workers)
    }
  }

  /// The bits of an element depend on its row of A, its column of B and the inner size alone.
  @Test(arguments: [
    (37, 61, 300), (64, 100, 784), (5, 10, 100), (30, 512, 900), (260, 68, 40), (100, 300, 64), (64, 100, 10),
    (61, 98, 300), (50, 65, 90), (49, 131, 257), (13, 36, 70), (400, 660, 530),
  ])
  func bitsDependOnNothingElse(shape: (Int, Int, Int)) {
    let (rows, columns, inner) = shape
    var numbers = TestNumbers(3)
    let a = Storage(numbers.floats(rows * inner))
    let turned = Storage<Float>(count: rows * inner)
    for row in 0..<rows { for k in 0..<inner { turned.buffer[k * rows + row] = a.buffer[row * inner + k] } }
    let b = Storage(numbers.floats(columns * inner))
    let bias = Storage(numbers.floats(columns))
    let epilogue = Epilogue(bias: bias.buffer, activation: .relu, scale: 0.5)
    for table in tables {
      for transposed in [false, true] {
        let product = MatrixProduct(rows: rows, columns: columns, inner: inner, transposeB: transposed)
        let packed = Storage<Float>(count: table.packedCount(inner, columns))
        table.pack(b.buffer, inner, columns, transposed, packed.buffer)
        var reference: [UInt32] = []
        for threads in 1...4 {
          let workers = WorkerPool(threads: threads)
          let c = Storage<Float>(count: rows * columns)
          table.multiply(product, a.buffer, b.buffer, c.buffer, epilogue, workers)
          if threads == 1 { reference = c.buffer.array.bits }
          #expect(c.buffer.array.bits == reference)
          c.buffer.fill(0)
          var other = product
          (other.transposeA, other.strideA) = (true, rows)
          table.multiply(other, turned.buffer, b.buffer, c.buffer, epilogue, workers)
          #expect(c.buffer.array.bits == reference)
          c.buffer.fill(0)
          table.multiplyPacked(rows, inner, columns, a.buffer, packed.buffer, c.buffer, epilogue, workers)
          #expect(c.buffer.array.bits == reference)
        }
        let workers = WorkerPool(threads: 1)
        for count in [1, 2, 3, 5, 8, 13] where count <= rows {
          let c = Storage<Float>(count: count * columns)
          let first = rows - count
          table.multiplyPacked(
            count, inner, columns, a.buffer.slice(from: first * inner, count: count * inner), packed.buffer, c.buffer,
            epilogue, workers)
          #expect(c.buffer.array.bits == Array(reference[(first * columns)...]))
          let part = MatrixProduct(rows: count, columns: columns, inner: inner, transposeB: transposed)
          table.multiply(
            part, a.buffer.slice(from: first * inner, count: count * inner), b.buffer, c.buffer, epilogue, workers)
          #expect(c.buffer.array.bits == Array(reference[(first * columns)...]))
        }
      }
    }
  }

  @Test func specialValuesPass() {
    let workers = WorkerPool(threads: 1)
    for table in tables {
      let a = Storage<Float>(count: 7 * 5)
      a.buffer.fill(1)
      a.buffer[2 * 5 + 3] = .nan
      a.buffer[4 * 5 + 1] = .infinity
      let b = Storage<Float>(count: 5 * 19)
      b.buffer.fill(1)
      let c = Storage<Float>(count: 7 * 19)
      table.multiply(MatrixProduct(rows: 7, columns: 19, inner: 5), a.buffer, b.buffer, c.buffer, Epilogue(), workers)
      for j in 0..<19 {
        #expect(c.buffer[2 * 19 + j].isNaN)
        #expect(c.buffer[4 * 19 + j] == .infinity)
        #expect(c.buffer[3 * 19 + j] == 5)
      }
    }
  }
}
