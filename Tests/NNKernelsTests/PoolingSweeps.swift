import NNKernels
import Testing

/// Pooling with any windows, any number of samples and numbers that are not finite.
struct PoolingSweeps {
  private static func random(_ numbers: inout TestNumbers) -> Pooling {
    while true {
      func extent(_ range: ClosedRange<Int>) -> Extent { Extent(numbers.integer(range), numbers.integer(range)) }
      let kernel = extent(1...5)
      let shape = Pooling(
        channels: numbers.integer(1...40), input: extent(1...40), kernel: kernel,
        stride: numbers.integer(0...1) == 0 ? kernel : extent(1...4),
        padding: Extent(numbers.integer(0...(kernel.height / 2)), numbers.integer(0...(kernel.width / 2))),
        roundsUp: numbers.integer(0...1) == 1, countsPadding: numbers.integer(0...1) == 1)
      let (height, width) = (
        shape.input.height + 2 * shape.padding.height, shape.input.width + 2 * shape.padding.width
      )
      if kernel.height <= height, kernel.width <= width { return shape }
    }
  }

  @Test(arguments: 0..<40) func windows(_ key: Int) {
    let pools = Pools()
    var numbers = TestNumbers(key)
    let shape = Self.random(&numbers)
    let batch = numbers.integer(0...6)
    let (inputs, outputs) = (batch * shape.channels * shape.input.area, batch * shape.channels * shape.output.area)
    let x = key % 4 == 1 ? numbers.specials(inputs, period: 60) : numbers.floats(inputs)
    let upstream = numbers.floats(outputs)
    let before = numbers.floats(inputs)
    let accumulate = key % 2 == 0
    KernelCall(
      name: "maximum, batch \(batch), \(shape)", arrays: [x, upstream, upstream], written: [1, 2], absolute: 0,
      relative: 0,
      float: { $0.maxPool(shape, batch, $1[0], $1[1], $1[2], $2) },
      double: { Double.maxPool(shape, batch: batch, $0[0], into: $0[1], positions: $0[2], workers: $1) }
    ).check(pools)
    // Positions inside of the windows.
    let (places, values) = (Storage<Double>(count: outputs), Storage<Double>(count: outputs))
    let exact = Storage(numbers.floats(inputs).map(Double.init))
    Double.maxPool(
      shape, batch: batch, exact.buffer, into: values.buffer, positions: places.buffer, workers: pools.all[0])
    KernelCall(
      name: "gradient of the maximum, batch \(batch), \(shape)",
      arrays: [places.buffer.array.map { Float($0) }, upstream, before], written: [2], absolute: 4e-6,
      float: { $0.maxPoolBackward(shape, batch, $1[0], $1[1], $1[2], accumulate, $2) },
      double: {
        Double.maxPoolBackward(
          shape, batch: batch, positions: $0[0], upstream: $0[1], downstream: $0[2], accumulate: accumulate, workers: $1
        )
      }
    ).check(pools)
    KernelCall(
      name: "average, batch \(batch), \(shape)", arrays: [x, upstream], written: [1], absolute: 4e-6,
      float: { $0.averagePool(shape, batch, $1[0], $1[1], $2) },
      double: { Double.averagePool(shape, batch: batch, $0[0], into: $0[1], workers: $1) }
    ).check(pools)
    KernelCall(
      name: "gradient of the average, batch \(batch), \(shape)", arrays: [upstream, before], written: [1],
      absolute: 4e-6,
      float: { $0.averagePoolBackward(shape, batch, $1[0], $1[1], accumulate, $2) },
      double: {
        Double.averagePoolBackward(
          shape, batch: batch, upstream: $0[0], downstream: $0[1], accumulate: accumulate, workers: $1)
      }
    ).check(pools)
  }
}
