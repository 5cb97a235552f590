import NNKernels
import Testing

/// Kernels on images, at all edges of their sizes and channels.
struct ImageSweeps {
  /// Every size from 1 to 40 of each side and of the channels, with random sizes of the others.
  private static func convolutions(_ key: Int) -> [Convolution] {
    var numbers = TestNumbers(key)
    var result: [Convolution] = []
    for size in 1...40 {
      for place in 0..<4 {
        func side(_ own: Int) -> Int { own == place ? size : numbers.integer(1...12) }
        let kernel = [1, 2, 3, 3, 5, 5][numbers.integer(0...5)]
        let padding = numbers.integer(0...2)
        let groups = place == 3 && size % 4 == 0 ? 4 : 1
        var shape = Convolution(
          inputChannels: side(2) * groups, outputChannels: side(3),
          input: Extent(side(0), side(1)), kernel: Extent(kernel, kernel),
          stride: numbers.integer(0...2) == 0 ? Extent(2, 1) : Extent(1, 1), paddingBefore: Extent(padding, padding),
          paddingAfter: Extent(padding, numbers.integer(0...2)), groups: groups)
        shape.kernel.height = min(shape.kernel.height, shape.padded.height)
        shape.kernel.width = min(shape.kernel.width, shape.padded.width)
        result.append(shape)
      }
    }
    return result
  }

  @Test(arguments: 0..<4) func convolutions(_ key: Int) {
    let pools = Pools()
    for (index, shape) in Self.convolutions(key).enumerated() where index % 4 == key {
      var numbers = TestNumbers(index)
      let batch = index % 11 == 5 ? 0 : numbers.integer(1...5)
      let special = index % 5 == 0
      let accumulate = index % 3 == 0
      let inputs = batch * shape.inputCount
      let x = special ? numbers.specials(inputs, period: 300) : numbers.floats(inputs)
      let y = numbers.floats(batch * shape.outputCount)
      let weight = numbers.floats(shape.outputChannels * shape.weightsPerOutput)
      let bias = numbers.floats(shape.outputChannels)
      func tolerance(_ terms: Int) -> Double { 2e-6 * Double(8 + terms) }
      KernelCall(
        name: "convolution, batch \(batch), \(shape)", arrays: [x, weight, bias, y], written: [3],
        absolute: tolerance(shape.weightsPerOutput), spreads: true,
        float: {
          $0.convolve(
            shape, batch, $1[0], $1[1], $1[3],
            Epilogue(bias: $1[2], activation: accumulate ? .identity : .relu, accumulate: accumulate), $2)
        },
        double: {
          Double.convolve(
            shape, batch: batch, $0[0], $0[1], into: $0[3],
            epilogue: Epilogue(bias: $0[2], activation: accumulate ? .identity : .relu, accumulate: accumulate),
            workers: $1)
        }
      ).check(pools)
      KernelCall(
        name: "gradient of the input, batch \(batch), \(shape)", arrays: [y, weight, numbers.floats(inputs)],
        written: [2], absolute: tolerance(shape.groupOutputs * shape.kernel.area),
        float: { $0.convolveBackwardData(shape, batch, $1[0], $1[1], $1[2], accumulate, $2) },
        double: {
          Double.convolveBackwardData(
            shape, batch: batch, upstream: $0[0], $0[1], downstream: $0[2], accumulate: accumulate, workers: $1)
        }
      ).check(pools)
      KernelCall(
        name: "gradient of the weights, batch \(batch), \(shape)", arrays: [x, y, weight], written: [2],
        absolute: tolerance(batch * shape.output.area), spreads: true,
        float: { $0.convolveBackwardWeights(shape, batch, $1[0], $1[1], $1[2], accumulate, $2) },
        double: {
          Double.convolveBackwardWeights(
            shape, batch: batch, $0[0], upstream: $0[1], weightGradient: $0[2], accumulate: accumulate, workers: $1)
        }
      ).check(pools)
    }
  }

  @Test(arguments: [false, true], [false, true]) func channelSums(_ accumulate: Bool, _ special: Bool) {
    let pools = Pools()
    var numbers = TestNumbers(4)
    var shapes = [(3, 5, 5000), (40, 7, 900), (0, 3, 4)]
    for size in 1...40 {
      func other() -> Int { numbers.integer(1...12) }
      shapes += [(size, other(), other()), (other(), size, other()), (other(), other(), size)]
    }
    for (batch, channels, pixels) in shapes {
      let count = batch * channels * pixels
      KernelCall(
        name: "channel sums \(batch) x \(channels) x \(pixels), accumulate \(accumulate)",
        arrays: [special ? numbers.specials(count, period: 50) : numbers.floats(count), numbers.floats(channels)],
        written: [1], absolute: 1e-7 * Double(10 + batch * pixels),
        float: { $0.channelSums(batch, channels, pixels, $1[0], $1[1], accumulate, $2) },
        double: {
          Double.channelSums(
            batch: batch, channels: channels, pixels: pixels, $0[0], into: $0[1], accumulate: accumulate, workers: $1)
        }
      ).check(pools)
    }
  }

  /// Windows of 2 x 2 side by side, with and without positions, and the way back. Single precision has the bits of
  /// double precision's choice.
  @Test(arguments: [false, true]) func pairwiseMaximum(_ special: Bool) {
    let pools = Pools()
    var numbers = TestNumbers(5)
    for size in 2...40 {
      for (height, width) in [(size, numbers.integer(2...40)), (numbers.integer(2...40), size)] {
        let shape = Pooling(
          channels: numbers.integer(1...5), input: Extent(height, width), kernel: Extent(2, 2), stride: Extent(2, 2))
        let batch = size % 9 == 0 ? 0 : numbers.integer(1...9)
        let inputs = batch * shape.channels * height * width
        let outputs = batch * shape.channels * shape.output.area
        // Few values, so that there are equals.
        var x = (0..<inputs).map { _ in Float(numbers.integer(-3...3)) }
        if special {
          for i in x.indices where numbers.integer(1...20) == 1 { x[i] = [.nan, -.infinity][numbers.integer(0...1)] }
        }
        for keeps in [true, false] {
          KernelCall(
            name: "2 x 2 maximum, batch \(batch), \(shape)",
            arrays: [x, numbers.floats(outputs), keeps ? numbers.floats(outputs) : []], written: [1, 2], absolute: 0,
            relative: 0,
            float: { $0.maxPool(shape, batch, $1[0], $1[1], $1[2], $2) },
            double: { Double.maxPool(shape, batch: batch, $0[0], into: $0[1], positions: $0[2], workers: $1) }
          ).check(pools)
        }
        let positions = (0..<outputs).map { _ in Float(numbers.integer(0...3)) }
        for accumulate in [false, true] {
          KernelCall(
            name: "gradient of the 2 x 2 maximum, batch \(batch), \(shape), accumulate \(accumulate)",
            arrays: [positions, numbers.floats(outputs), numbers.floats(inputs)], written: [2],
            float: { $0.maxPoolBackward(shape, batch, $1[0], $1[1], $1[2], accumulate, $2) },
            double: {
              Double.maxPoolBackward(
                shape, batch: batch, positions: $0[0], upstream: $0[1], downstream: $0[2], accumulate: accumulate,
                workers: $1)
            }
          ).check(pools)
        }
      }
    }
  }
}
