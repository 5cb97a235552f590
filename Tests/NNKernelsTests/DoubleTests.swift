import NNKernels
import Testing

/// Products and convolutions in double precision against the plain implementation.
struct DoubleTests {
  private func numbers(_ count: Int, _ key: Int) -> [Double] {
    var numbers = TestNumbers(key)
    return (0..<count).map { _ in numbers.next() }
  }

  private func differs(_ found: Storage<Double>, _ wanted: Storage<Double>, _ scale: Int) -> Double {
    var worst = 0.0
    for i in 0..<found.buffer.count { worst = max(worst, (found.buffer[i] - wanted.buffer[i]).magnitude) }
    return worst / (1e-15 * Double(8 + scale))
  }

  @Test(arguments: [false, true], [false, true]) func products(_ transposeA: Bool, _ transposeB: Bool) {
    let sizes = [
      (1, 1, 1), (1, 40, 7), (5, 3, 0), (6, 8, 192), (7, 9, 193), (13, 33, 400), (64, 10, 100), (100, 70, 50),
    ]
    for (rows, columns, inner) in sizes {
      let product = MatrixProduct(
        rows: rows, columns: columns, inner: inner, transposeA: transposeA, transposeB: transposeB)
      let (a, b) = (Storage(numbers(rows * inner, 1)), Storage(numbers(inner * columns, 2)))
      let (bias, before) = (Storage(numbers(columns, 3)), numbers(rows * columns, 4))
      for accumulate in [false, true] {
        let epilogue = Epilogue<Double>(
          bias: accumulate ? nil : bias.buffer, activation: accumulate ? .identity : .tanh, scale: 0.5,
          accumulate: accumulate)
        let wanted = Storage(before)
        referenceMultiply(
          product, a.buffer, b.buffer, into: wanted.buffer, epilogue: epilogue, workers: WorkerPool(threads: 1))
        for table in tables {
          var bits: Set<[UInt64]> = []
          for threads in 1...3 {
            let found = Storage(before)
            table.multiplyDoubles(
              product, a.buffer, b.buffer, found.buffer, 0.5, accumulate, WorkerPool(threads: threads))
            bits.insert(found.buffer.array.map(\.bitPattern))
            if accumulate {
              #expect(differs(found, wanted, inner) < 1, "\(table.level), \(rows) x \(columns) x \(inner)")
            }
          }
          #expect(bits.count == 1)
        }
        let found = Storage(before)
        Double.multiply(
          product, a.buffer, b.buffer, into: found.buffer, epilogue: epilogue, workers: WorkerPool(threads: 2))
        #expect(differs(found, wanted, inner) < 1, "\(rows) x \(columns) x \(inner)")
      }
    }
  }

  private static let shapes: [Convolution] = [
    .init(inputChannels: 3, outputChannels: 5, input: Extent(9, 7), kernel: Extent(3, 3)),
    .init(
      inputChannels: 4, outputChannels: 6, input: Extent(8, 8), kernel: Extent(3, 2), stride: Extent(2, 1),
      paddingBefore: Extent(1, 0), paddingAfter: Extent(1, 2), groups: 2),
    .init(
      inputChannels: 2, outputChannels: 2, input: Extent(11, 10), kernel: Extent(3, 3), dilation: Extent(2, 3),
      paddingBefore: Extent(4, 4), paddingAfter: Extent(4, 4), groups: 2),
    .init(inputChannels: 64, outputChannels: 3, input: Extent(40, 40), kernel: Extent(5, 5), stride: Extent(3, 3)),
    // Rows that are cut into parts.
    .init(
      inputChannels: 6, outputChannels: 2, input: Extent(2, 2000), kernel: Extent(2, 9), stride: Extent(1, 2),
      dilation: Extent(1, 3), paddingBefore: Extent(1, 5), paddingAfter: Extent(0, 2), groups: 2),
    .init(inputChannels: 7, outputChannels: 1, input: Extent(1, 30), kernel: Extent(1, 1), stride: Extent(1, 4)),
  ]

  @Test(arguments: shapes, [false, true]) func convolutions(_ shape: Convolution, _ accumulate: Bool) {
    let (batch, one) = (3, WorkerPool(threads: 1))
    let x = Storage(numbers(batch * shape.inputCount, 1))
    let weight = Storage(numbers(shape.outputChannels * shape.weightsPerOutput, 2))
    let (bias, upstream) = (
      Storage(numbers(shape.outputChannels, 3)), Storage(numbers(batch * shape.outputCount, 4))
    )
    let epilogue = Epilogue<Double>(bias: bias.buffer, activation: .tanh, scale: 0.5, accumulate: accumulate)
    let terms = shape.weightsPerOutput + batch * shape.output.area + shape.outputChannels * shape.kernel.area
    let (y, dx, dw) = (
      Storage(numbers(upstream.buffer.count, 5)), Storage(numbers(x.buffer.count, 6)),
      Storage(numbers(weight.buffer.count, 7))
    )
    let wanted = [Storage(y.buffer.array), Storage(dx.buffer.array), Storage(dw.buffer.array)]
    referenceConvolve(
      shape, batch: batch, x.buffer, weight.buffer, into: wanted[0].buffer, epilogue: epilogue, workers: one)
    referenceConvolveBackwardData(
      shape, batch: batch, upstream.buffer, weight.buffer, wanted[1].buffer, accumulate: accumulate, workers: one)
    referenceConvolveBackwardWeights(
      shape, batch: batch, x.buffer, upstream.buffer, wanted[2].buffer, accumulate: accumulate, workers: one)
    var bits: Set<[UInt64]> = []
    for threads in 1...3 {
      let workers = WorkerPool(threads: threads)
      let found = [Storage(y.buffer.array), Storage(dx.buffer.array), Storage(dw.buffer.array)]
      Double.convolve(
        shape, batch: batch, x.buffer, weight.buffer, into: found[0].buffer, epilogue: epilogue, workers: workers)
      Double.convolveBackwardData(
        shape, batch: batch, upstream: upstream.buffer, weight.buffer, downstream: found[1].buffer,
        accumulate: accumulate, workers: workers)
      Double.convolveBackwardWeights(
        shape, batch: batch, x.buffer, upstream: upstream.buffer, weightGradient: found[2].buffer,
        accumulate: accumulate, workers: workers)
      for (own, other) in zip(found, wanted) { #expect(differs(own, other, terms) < 1) }
      bits.insert(found.flatMap { $0.buffer.array.map(\.bitPattern) })
    }
    #expect(bits.count == 1)
  }
}
