import NNKernels
import Testing

/// Convolutions whose pixels are pooled before they come to memory.
struct PooledConvolutionTests {
  /// A convolution and a pooling of its output that are computed together, the direct way or in transformed tiles.
  private static func shapes(_ numbers: inout TestNumbers, transformed: Bool) -> (Convolution, Pooling) {
    while true {
      func extent(_ range: ClosedRange<Int>) -> Extent { Extent(numbers.integer(range), numbers.integer(range)) }
      func pair(_ range: ClosedRange<Int>) -> Extent {
        let side = numbers.integer(range)
        return Extent(side, side)
      }
      let groups = transformed ? 1 : numbers.integer(1...2)
      let channels = transformed ? 12...40 : 1...14
      let padding = numbers.integer(0...2)
      let convolution = Convolution(
        inputChannels: groups * numbers.integer(channels), outputChannels: groups * numbers.integer(channels),
        input: numbers.integer(0...3) == 0 ? pair(8...33) : extent(transformed ? 8...26 : 3...40),
        kernel: transformed ? [Extent(3, 3), Extent(5, 5)][numbers.integer(0...1)] : extent(1...5),
        stride: transformed || numbers.integer(0...3) > 0 ? Extent(1, 1) : extent(1...2),
        dilation: transformed || numbers.integer(0...4) > 0 ? Extent(1, 1) : extent(1...2),
        paddingBefore: Extent(padding, numbers.integer(0...2)), paddingAfter: pair(0...2), groups: groups)
      guard convolution.reach.height <= convolution.padded.height,
        convolution.reach.width <= convolution.padded.width
      else { continue }
      let kernel = transformed || numbers.integer(0...1) == 0 ? Extent(2, 2) : extent(1...3)
      let pooling = Pooling(
        channels: convolution.outputChannels, input: convolution.output, kernel: kernel,
        stride: kernel == Extent(2, 2) ? kernel : extent(2...3),
        padding: transformed || numbers.integer(0...1) == 0
          ? Extent(0, 0)
          : Extent(numbers.integer(0...(kernel.height / 2)), numbers.integer(0...(kernel.width / 2))),
        roundsUp: numbers.integer(0...3) == 0)
      let padded = Extent(
        convolution.output.height + 2 * pooling.padding.height, convolution.output.width + 2 * pooling.padding.width)
      guard kernel.height <= padded.height, kernel.width <= padded.width,
        Float.poolsConvolution(convolution, pooling)
      else { continue }
      return (convolution, pooling)
    }
  }

  @Test(arguments: 0..<60) func randomShapes(_ key: Int) {
    var numbers = TestNumbers(key + 900)
    let (shape, pooling) = Self.shapes(&numbers, transformed: key >= 40)
    let batch = key % 13 == 5 ? 0 : numbers.integer(1...6)
    let special = key % 5 == 0
    let activation: Activation = [.identity, .relu, .tanh][key % 3]
    let inputs = batch * shape.inputCount
    let x = special ? numbers.specials(inputs, period: 200) : numbers.floats(inputs)
    let weight = numbers.floats(shape.outputChannels * shape.weightsPerOutput, -0.3, 0.3)
    let bias = numbers.floats(shape.outputChannels)
    let outputs = batch * pooling.channels * pooling.output.area
    func packed(_ table: KernelTable, _ weight: Buffer<Float>) -> Storage<Float> {
      let packed = Storage<Float>(count: table.convolutionPackedCount(shape))
      table.packConvolution(shape, weight, packed.buffer, WorkerPool(threads: 1))
      return packed
    }
    let name = "batch \(batch), \(shape), \(pooling)"
    KernelCall(
      name: name, arrays: [x, weight, bias, numbers.floats(outputs)], written: [3],
      // Through tiles, the bound of `WinogradConvolution` for sums that are about as large as the root of their terms'
      // number.
      absolute: key < 40
        ? 2e-6 * Double(8 + shape.weightsPerOutput) : 1e-5 * Double(shape.weightsPerOutput).squareRoot(),
      spreads: true,
      float: { table, arrays, workers in
        let packed = packed(table, arrays[1])
        withExtendedLifetime(packed) {
          table.convolvePooled(
            shape, pooling, batch, arrays[0], packed.buffer, arrays[3],
            Epilogue(bias: arrays[2], activation: activation), workers)
        }
      },
      double: {
        Double.convolvePooled(
          shape, pooling, batch: batch, $0[0], $0[1], into: $0[3],
          epilogue: Epilogue(bias: $0[2], activation: activation), workers: $1)
      }
    ).check(Pools())

    // One after the other.
    guard !special, activation != .tanh else { return }
    let own = (Storage(x), Storage(weight), Storage(bias))
    for table in tables {
      let packed = packed(table, own.1.buffer)
      let pixels = Storage<Float>(count: batch * shape.outputCount)
      let (expected, found) = (Storage<Float>(count: outputs), Storage<Float>(count: outputs))
      let epilogue = Epilogue(bias: own.2.buffer, activation: activation)
      let workers = WorkerPool(threads: 2)
      table.convolvePacked(shape, batch, own.0.buffer, packed.buffer, pixels.buffer, epilogue, workers)
      table.maxPool(pooling, batch, pixels.buffer, expected.buffer, Storage<Float>(count: 0).buffer, workers)
      table.convolvePooled(shape, pooling, batch, own.0.buffer, packed.buffer, found.buffer, epilogue, workers)
      #expect(found.buffer.array.bits == expected.buffer.array.bits, "\(table.level): \(name)")
    }
  }

  /// Large images, which are cut into pieces that share rows.
  @Test func largeImages() {
    var numbers = TestNumbers(77)
    for (channels, kernel, size, padding) in [(3, 5, 150, 0), (2, 3, 97, 1), (1, 4, 64, 0), (1, 3, 131, 2)] {
      let shape = Convolution(
        inputChannels: channels, outputChannels: 13, input: Extent(size, size + 9), kernel: Extent(kernel, kernel),
        paddingBefore: Extent(padding, padding), paddingAfter: Extent(padding, padding))
      let x = Storage(numbers.floats(2 * shape.inputCount))
      let weight = Storage(numbers.floats(shape.outputChannels * shape.weightsPerOutput))
      for (kernel, stride) in [(2, 2), (3, 2), (3, 3)] {
        let pooling = Pooling(
          channels: 13, input: shape.output, kernel: Extent(kernel, kernel), stride: Extent(stride, stride))
        #expect(Float.poolsConvolution(shape, pooling))
        let outputs = 2 * 13 * pooling.output.area
        for table in tables {
          let packed = Storage<Float>(count: table.convolutionPackedCount(shape))
          let pixels = Storage<Float>(count: 2 * shape.outputCount)
          let expected = Storage<Float>(count: outputs)
          for threads in [1, 3] {
            let workers = WorkerPool(threads: threads)
            table.packConvolution(shape, weight.buffer, packed.buffer, workers)
            table.convolvePacked(shape, 2, x.buffer, packed.buffer, pixels.buffer, Epilogue(), workers)
            table.maxPool(pooling, 2, pixels.buffer, expected.buffer, Storage<Float>(count: 0).buffer, workers)
            let found = Storage<Float>(count: outputs)
            table.convolvePooled(shape, pooling, 2, x.buffer, packed.buffer, found.buffer, Epilogue(), workers)
            #expect(found.buffer.array.bits == expected.buffer.array.bits, "\(table.level): \(shape), \(pooling)")
          }
        }
      }
    }
  }
}
