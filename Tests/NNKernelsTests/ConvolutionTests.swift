import NNKernels
import Testing

/// Convolutions of all levels against the plain ones in double precision.
struct ConvolutionTests {
  private static func random(_ numbers: inout TestNumbers) -> Convolution {
    while true {
      let groups = [1, 1, 2, 3][numbers.integer(0...3)]
      let isPlain = numbers.integer(0...2) == 0
      func extent(_ range: ClosedRange<Int>) -> Extent { Extent(numbers.integer(range), numbers.integer(range)) }
      let shape = Convolution(
        inputChannels: groups * numbers.integer(1...14), outputChannels: groups * numbers.integer(1...27),
        input: extent(1...20), kernel: extent(1...5), stride: isPlain ? Extent(1, 1) : extent(1...3),
        dilation: isPlain ? Extent(1, 1) : extent(1...3), paddingBefore: isPlain ? Extent(0, 0) : extent(0...4),
        paddingAfter: isPlain ? Extent(0, 0) : extent(0...4), groups: groups)
      if shape.reach.height <= shape.padded.height, shape.reach.width <= shape.padded.width { return shape }
    }
  }

  private static func compare(
    _ found: Buffer<Float>, _ expected: Buffer<Double>, terms: Int, _ what: String,
    _ location: SourceLocation = #_sourceLocation
  ) {
    var worst = 0.0
    for i in 0..<found.count { worst = max(worst, (Double(found[i]) - expected[i]).magnitude) }
    let tolerance = Double(Float.ulpOfOne) * (8 + Double(terms))
    #expect(worst <= tolerance, "\(what): error \(worst)", sourceLocation: location)
  }

  /// Every channel by itself.
  private static func depthwise(_ numbers: inout TestNumbers) -> Convolution {
    while true {
      func extent(_ range: ClosedRange<Int>) -> Extent { Extent(numbers.integer(range), numbers.integer(range)) }
      let channels = numbers.integer(1...9)
      let kernel = numbers.integer(0...1) == 0 ? Extent(3, 3) : extent(1...7)
      let shape = Convolution(
        inputChannels: channels, outputChannels: channels,
        input: Extent(numbers.integer(1...70), numbers.integer(3...45)),
        kernel: kernel, stride: extent(1...2), paddingBefore: extent(0...4), paddingAfter: extent(0...4),
        groups: channels)
      if shape.reach.height <= shape.padded.height, shape.reach.width <= shape.padded.width { return shape }
    }
  }

  /// Strides of 2 and 3 in rows of several vectors; most windows do not overlap, and many leave pixels out.
  private static func strided(_ numbers: inout TestNumbers) -> Convolution {
    while true {
      let (high, wide) = (numbers.integer(1...3), numbers.integer(2...3))
      let shape = Convolution(
        inputChannels: numbers.integer(1...8), outputChannels: numbers.integer(1...14),
        input: Extent(numbers.integer(1...9), numbers.integer(1...75)),
        kernel: Extent(numbers.integer(1...high), numbers.integer(1...(wide + numbers.integer(0...1)))),
        stride: Extent(high, wide), paddingBefore: Extent(numbers.integer(0...2), numbers.integer(0...2)),
        paddingAfter: Extent(numbers.integer(0...2), numbers.integer(0...2)))
      if shape.reach.height <= shape.padded.height, shape.reach.width <= shape.padded.width { return shape }
    }
  }

  @Test(arguments: 0..<150) func randomShapes(_ key: Int) {
    var numbers = TestNumbers(key)
    let shape =
      key < 60 ? Self.random(&numbers) : key < 100 ? Self.depthwise(&numbers) : Self.strided(&numbers)
    let batch = numbers.integer(1...9)
    let accumulate = numbers.integer(0...1) == 1
    let activation: Activation = [.identity, .relu, .tanh][numbers.integer(0...2)]
    let x = numbers.floats(batch * shape.inputCount)
    let y = numbers.floats(batch * shape.outputCount)
    let weight = numbers.floats(shape.outputChannels * shape.weightsPerOutput)
    let bias = numbers.floats(shape.outputChannels)
    func wide(_ values: [Float]) -> Storage<Double> { Storage(values.map(Double.init)) }
    let (x64, y64, weight64, bias64) = (wide(x), wide(y), wide(weight), wide(bias))
    let (forward, data, weights) = (wide(y), wide(x), wide(weight))
    let serial = WorkerPool(threads: 1)
    Double.convolve(
      shape, batch: batch, x64.buffer, weight64.buffer, into: forward.buffer,
      epilogue: Epilogue(bias: bias64.buffer, activation: activation, accumulate: accumulate), workers: serial)
    Double.convolveBackwardData(
      shape, batch: batch, upstream: y64.buffer, weight64.buffer, downstream: data.buffer, accumulate: accumulate,
      workers: serial)
    Double.convolveBackwardWeights(
      shape, batch: batch, x64.buffer, upstream: y64.buffer, weightGradient: weights.buffer, accumulate: accumulate,
      workers: serial)
    for table in tables {
      for threads in [1, 3] {
        let workers = WorkerPool(threads: threads)
        let (ownX, ownY) = (Storage.unaligned(x, offset: 3), Storage.unaligned(y, offset: 1))
        let (ownWeight, ownBias) = (Storage.unaligned(weight, offset: 5), Storage.unaligned(bias, offset: 2))
        let (result, gradient) = (Storage.unaligned(y, offset: 7), Storage.unaligned(x, offset: 6))
        let weightGradient = Storage.unaligned(weight, offset: 3)
        let what = "\(table.level), \(threads) threads, batch \(batch), \(shape), accumulate \(accumulate)"
        table.convolve(
          shape, batch, ownX.1, ownWeight.1, result.1,
          Epilogue(bias: ownBias.1, activation: activation, accumulate: accumulate), workers)
        Self.compare(result.1, forward.buffer, terms: shape.weightsPerOutput, "forward \(what)")
        let packed = Storage<Float>(count: table.convolutionPackedCount(shape))
        table.packConvolution(shape, ownWeight.1, packed.buffer, workers)
        let again = Storage.unaligned(y, offset: 4)
        table.convolvePacked(
          shape, batch, ownX.1, packed.buffer, again.1,
          Epilogue(bias: ownBias.1, activation: activation, accumulate: accumulate), workers)
        #expect(again.1.array == result.1.array, "packed \(what)")
        table.convolveBackwardData(shape, batch, ownY.1, ownWeight.1, gradient.1, accumulate, workers)
        Self.compare(gradient.1, data.buffer, terms: shape.groupOutputs * shape.kernel.area, "data \(what)")
        table.convolveBackwardWeights(shape, batch, ownX.1, ownY.1, weightGradient.1, accumulate, workers)
        Self.compare(weightGradient.1, weights.buffer, terms: batch * shape.output.area, "weights \(what)")
        withExtendedLifetime((ownX, ownY, ownWeight, ownBias, result, again, gradient, weightGradient)) {}
      }
    }
  }

  /// A sample's bits do not depend on its batch, on the threads, or on how its rows are cut into chunks.
  @Test(arguments: 0..<40) func bitsOfASample(_ key: Int) {
    var numbers = TestNumbers(key + 100)
    let shape = key < 20 ? Self.random(&numbers) : key < 30 ? Self.depthwise(&numbers) : Self.strided(&numbers)
    let batch = 9
    let x = Storage(numbers.floats(batch * shape.inputCount))
    let weight = Storage(numbers.floats(shape.outputChannels * shape.weightsPerOutput))
    for table in tables {
      let all = Storage<Float>(count: batch * shape.outputCount)
      table.convolve(shape, batch, x.buffer, weight.buffer, all.buffer, Epilogue(), WorkerPool(threads: 3))
      for sample in 0..<batch {
        let one = Storage<Float>(count: shape.outputCount)
        let own = x.buffer.slice(from: sample * shape.inputCount, count: shape.inputCount)
        table.convolve(shape, 1, own, weight.buffer, one.buffer, Epilogue(), WorkerPool(threads: 2))
        let expected = all.buffer.slice(from: sample * shape.outputCount, count: shape.outputCount)
        #expect(one.buffer.array.bits == expected.array.bits, "\(table.level) \(shape)")
      }
    }
  }

  /// 3 x 3 and 5 x 5 with many channels: the gradient of the weights is computed in transformed tiles.
  @Test(arguments: 0..<16) func transformedWeightGradients(_ key: Int) {
    var numbers = TestNumbers(key + 300)
    let kernel = key % 2 == 0 ? 3 : 5
    let shape = Convolution(
      inputChannels: numbers.integer(12...40), outputChannels: numbers.integer(12...40),
      input: Extent(numbers.integer(7...22), numbers.integer(6...33)), kernel: Extent(kernel, kernel),
      paddingBefore: Extent(numbers.integer(0...2), numbers.integer(0...3)),
      paddingAfter: Extent(numbers.integer(0...2), numbers.integer(0...3)))
    let batch = numbers.integer(16...40)
    let accumulate = key % 4 < 2
    let (x, y) = (numbers.floats(batch * shape.inputCount), numbers.floats(batch * shape.outputCount))
    let weight = numbers.floats(shape.outputChannels * shape.weightsPerOutput)
    let expected = Storage(weight.map(Double.init))
    let (x64, y64) = (Storage(x.map(Double.init)), Storage(y.map(Double.init)))
    Double.convolveBackwardWeights(
      shape, batch: batch, x64.buffer, upstream: y64.buffer, weightGradient: expected.buffer, accumulate: accumulate,
      workers: WorkerPool(threads: 1))
    let size = expected.buffer.array.map(\.magnitude).max() ?? 0
    for table in tables {
      let own = (Storage(x), Storage(y))
      var bits: [[UInt32]] = []
      for threads in [1, 3] {
        let found = Storage(weight)
        table.convolveBackwardWeights(
          shape, batch, own.0.buffer, own.1.buffer, found.buffer, accumulate, WorkerPool(threads: threads))
        let worst = zip(found.buffer.array, expected.buffer.array).map { (Double($0) - $1).magnitude }.max() ?? 0
        #expect(worst <= 2e-5 * size, "\(table.level), batch \(batch), \(shape): error \(worst / size)")
        bits.append(found.buffer.array.bits)
      }
      #expect(bits[0] == bits[1], "\(table.level), \(shape)")
    }
  }

  /// 3 x 3 and 5 x 5 with many channels, which is computed in transformed tiles: the largest error against the largest
  /// result.
  @Test(arguments: 0..<24) func transformedTiles(_ key: Int) {
    var numbers = TestNumbers(key + 200)
    let padding = Extent(numbers.integer(0...2), numbers.integer(0...2))
    // The transforms for 5 x 5 multiply by larger numbers; see `WinogradConvolution` for both bounds.
    let (kernel, tolerance) = key < 12 ? (3, 2e-5) : (5, 1e-4)
    let shape = Convolution(
      inputChannels: numbers.integer(12...40), outputChannels: numbers.integer(12...40),
      input: Extent(numbers.integer(8...22), numbers.integer(8...33)), kernel: Extent(kernel, kernel),
      paddingBefore: padding, paddingAfter: padding)
    let batch = numbers.integer(1...5)
    let accumulate = key % 2 == 1
    let activation: Activation = [.identity, .relu, .tanh][key % 3]
    let (x, y) = (numbers.floats(batch * shape.inputCount), numbers.floats(batch * shape.outputCount))
    let weight = numbers.floats(shape.outputChannels * shape.weightsPerOutput, -0.1, 0.1)
    let bias = numbers.floats(shape.outputChannels)
    func wide(_ values: [Float]) -> Storage<Double> { Storage(values.map(Double.init)) }
    let (x64, y64, weight64, bias64) = (wide(x), wide(y), wide(weight), wide(bias))
    let (forward, data) = (wide(y), wide(x))
    let serial = WorkerPool(threads: 1)
    Double.convolve(
      shape, batch: batch, x64.buffer, weight64.buffer, into: forward.buffer,
      epilogue: Epilogue(bias: bias64.buffer, activation: activation, accumulate: accumulate), workers: serial)
    Double.convolveBackwardData(
      shape, batch: batch, upstream: y64.buffer, weight64.buffer, downstream: data.buffer, accumulate: accumulate,
      workers: serial)
    func check(_ found: Buffer<Float>, _ expected: Buffer<Double>, _ what: String) {
      var (worst, size) = (0.0, 0.0)
      for i in 0..<found.count {
        worst = max(worst, (Double(found[i]) - expected[i]).magnitude)
        size = max(size, expected[i].magnitude)
      }
      #expect(worst <= tolerance * size, "\(what): error \(worst / size)")
    }
    for table in tables {
      let own = (Storage(x), Storage(y), Storage(weight), Storage(bias))
      var bits: [[UInt32]] = []
      for threads in [1, 3] {
        let workers = WorkerPool(threads: threads)
        let (result, gradient) = (Storage(y), Storage(x))
        table.convolve(
          shape, batch, own.0.buffer, own.2.buffer, result.buffer,
          Epilogue(bias: own.3.buffer, activation: activation, accumulate: accumulate), workers)
        check(result.buffer, forward.buffer, "forward \(table.level) \(threads) \(batch) \(shape)")
        table.convolveBackwardData(
          shape, batch, own.1.buffer, own.2.buffer, gradient.buffer, accumulate, workers)
        check(gradient.buffer, data.buffer, "data \(table.level) \(threads) \(batch) \(shape)")
        bits.append(result.buffer.array.bits + gradient.buffer.array.bits)
      }
      #expect(bits[0] == bits[1])
    }
  }
}
