import NNKernels
import Testing

/// Pooling of all levels against the plain one in double precision, which the layers' tests compare with PyTorch.
struct PoolingTests {
  private static func random(_ numbers: inout TestNumbers) -> Pooling {
    while true {
      func extent(_ range: ClosedRange<Int>) -> Extent { Extent(numbers.integer(range), numbers.integer(range)) }
      let kernel = extent(1...5)
      let stride = numbers.integer(0...2) == 0 ? kernel : extent(1...4)
      let padding = Extent(numbers.integer(0...(kernel.height / 2)), numbers.integer(0...(kernel.width / 2)))
      let shape = Pooling(
        channels: numbers.integer(1...3), input: Extent(numbers.integer(1...20), numbers.integer(1...45)),
        kernel: kernel, stride: stride, padding: padding, roundsUp: numbers.integer(0...1) == 1,
        countsPadding: numbers.integer(0...1) == 1)
      if kernel.height <= shape.input.height + 2 * padding.height,
        kernel.width <= shape.input.width + 2 * padding.width
      {
        return shape
      }
    }
  }

  /// Whole numbers, so that there are equal ones in a window and sums are exact; and some that are none.
  private static func floats(_ numbers: inout TestNumbers, _ count: Int, strange: Bool) -> [Float] {
    (0..<count).map { _ in
      if strange, numbers.integer(0...30) == 0 { return [.nan, .infinity, -.infinity][numbers.integer(0...2)] }
      return Float(numbers.integer(-4...4))
    }
  }

  private func expectSame(_ found: Buffer<Float>, _ expected: Buffer<Double>, _ what: Comment) {
    let place = (0..<found.count).first { i in
      found[i] != Float(expected[i]) && !(found[i].isNaN && expected[i].isNaN)
    }
    #expect(place == nil, what)
  }

  @Test(arguments: 0..<80) func largestOfRandomWindows(_ key: Int) {
    var numbers = TestNumbers(key)
    let shape = Self.random(&numbers)
    let (batch, accumulate) = (numbers.integer(1...4), numbers.integer(0...1) == 1)
    let (inputs, outputs) = (
      batch * shape.channels * shape.input.area, batch * shape.channels * shape.output.area
    )
    var x = Self.floats(&numbers, inputs, strange: key % 2 == 1)
    if key % 8 == 3 { x = x.map { _ in -.infinity } }
    let (before, upstream) = (
      Self.floats(&numbers, inputs, strange: false), Self.floats(&numbers, outputs, strange: false)
    )
    func wide(_ values: [Float]) -> Storage<Double> { Storage(values.map(Double.init)) }
    let (x64, upstream64, down64) = (wide(x), wide(upstream), wide(before))
    let (y64, positions64) = (Storage<Double>(count: outputs), Storage<Double>(count: outputs))
    let serial = WorkerPool(threads: 1)
    Double.maxPool(
      shape, batch: batch, x64.buffer, into: y64.buffer, positions: positions64.buffer, workers: serial)
    Double.maxPoolBackward(
      shape, batch: batch, positions: positions64.buffer, upstream: upstream64.buffer, downstream: down64.buffer,
      accumulate: accumulate, workers: serial)
    for table in tables {
      for threads in [1, 3] {
        let workers = WorkerPool(threads: threads)
        let what: Comment = "\(table.level), \(threads) threads, batch \(batch), \(shape)"
        let (ownX, ownY) = (Storage.unaligned(x, offset: 3), Storage.unaligned(upstream, offset: 1))
        let (positions, down) = (Storage.unaligned(upstream, offset: 5), Storage.unaligned(before, offset: 7))
        table.maxPool(shape, batch, ownX.1, ownY.1, positions.1, workers)
        expectSame(ownY.1, y64.buffer, what)
        expectSame(positions.1, positions64.buffer, what)
        let none = Storage.unaligned(upstream, offset: 2)
        table.maxPool(shape, batch, ownX.1, none.1, Buffer(base: none.1.base, count: 0), workers)
        expectSame(none.1, y64.buffer, what)
        let up = Storage.unaligned(upstream, offset: 4)
        table.maxPoolBackward(shape, batch, positions.1, up.1, down.1, accumulate, workers)
        expectSame(down.1, down64.buffer, what)
        withExtendedLifetime((ownX, ownY, positions, down, none, up)) {}
      }
    }
  }

  @Test(arguments: 0..<60) func meansOfRandomWindows(_ key: Int) {
    var numbers = TestNumbers(key + 1000)
    let shape = Self.random(&numbers)
    let (batch, accumulate) = (numbers.integer(1...4), numbers.integer(0...1) == 1)
    let (x, upstream) = (
      numbers.floats(batch * shape.channels * shape.input.area),
      numbers.floats(batch * shape.channels * shape.output.area)
    )
    func wide(_ values: [Float]) -> Storage<Double> { Storage(values.map(Double.init)) }
    let (x64, upstream64, y64, down64) = (wide(x), wide(upstream), wide(upstream), wide(x))
    let serial = WorkerPool(threads: 1)
    Double.averagePool(shape, batch: batch, x64.buffer, into: y64.buffer, workers: serial)
    Double.averagePoolBackward(
      shape, batch: batch, upstream: upstream64.buffer, downstream: down64.buffer, accumulate: accumulate,
      workers: serial)
    for table in tables {
      for threads in [1, 3] {
        let workers = WorkerPool(threads: threads)
        let what: Comment = "\(table.level), \(threads) threads, batch \(batch), \(shape)"
        let (ownX, y) = (Storage.unaligned(x, offset: 3), Storage.unaligned(upstream, offset: 1))
        let (up, down) = (Storage.unaligned(upstream, offset: 5), Storage.unaligned(x, offset: 7))
        table.averagePool(shape, batch, ownX.1, y.1, workers)
        RowTests.expectClose(y.1, y64.buffer, what)
        table.averagePoolBackward(shape, batch, up.1, down.1, accumulate, workers)
        RowTests.expectClose(down.1, down64.buffer, what)
        withExtendedLifetime((ownX, y, up, down)) {}
      }
    }
  }
}
