import NNKernelsCommon

// The choice of F(4 x 4, 3 x 3), F(4 x 4, 5 x 5) or neither. Each function returns false, or nil, for neither.

/// As `convolve`, or as `convolvePooled` if there is a pooling, which is of 2 x 2 pixels with stride 2.
func winogradConvolve(
  _ shape: Convolution, pooling: Pooling? = nil, _ batch: Int, _ x: Buffer<Float>, _ weights: ConvolutionWeights,
  _ y: Buffer<Float>, _ epilogue: Epilogue<Float>, _ workers: WorkerPool
) -> Bool {
  func run<Set: WinogradSet>(_ set: Set.Type) -> Bool {
    guard WinogradConvolution<Set>.suits(shape) else { return false }
    let rectifies = epilogue.activation == .relu && !epilogue.accumulate
    let convolution = WinogradConvolution<Set>(
      inputChannels: shape.inputChannels, outputChannels: shape.outputChannels,
      tiles: WinogradTiles(shape), batch: batch,
      x: UnsafePointer(x.base), y: y.base, bias: epilogue.bias.map { UnsafePointer($0.base) }, rectifies: rectifies,
      accumulate: epilogue.accumulate, poolsPairs: pooling != nil)
    switch weights {
    case .plain(let weight): convolution.run(.init(forward: shape, weight), workers)
    case .packed(let packed): convolution.run(weights: UnsafePointer(packed.base), workers)
    }
    if epilogue.activation != .identity, !rectifies { activate(epilogue.activation, y, y, workers) }
    return true
  }
  return run(WinogradFour3.self) || run(WinogradFour5.self)
}

/// As `convolutionPackedCount`.
func winogradPackedCount(_ shape: Convolution) -> Int? {
  func count<Set: WinogradSet>(_ set: Set.Type) -> Int? {
    guard WinogradConvolution<Set>.suits(shape) else { return nil }
    return WinogradWeights<Set>(inputChannels: shape.inputChannels, outputChannels: shape.outputChannels).count
  }
  return count(WinogradFour3.self) ?? count(WinogradFour5.self)
}

/// As `packConvolution`.
func winogradPack(
  _ shape: Convolution, _ weight: Buffer<Float>, into packed: Buffer<Float>, _ workers: WorkerPool
) -> Bool {
  func run<Set: WinogradSet>(_ set: Set.Type) -> Bool {
    guard WinogradConvolution<Set>.suits(shape) else { return false }
    WinogradWeights<Set>(inputChannels: shape.inputChannels, outputChannels: shape.outputChannels)
      .transform(.init(forward: shape, weight), into: packed.base, workers)
    return true
  }
  return run(WinogradFour3.self) || run(WinogradFour5.self)
}

/// As `convolveBackwardData`: the adjoint of the forward pass, or the convolution of the upstream gradient with the
/// rotated weights.
func winogradBackwardData(
  _ shape: Convolution, _ batch: Int, _ upstream: Buffer<Float>, _ weight: Buffer<Float>, _ downstream: Buffer<Float>,
  _ accumulate: Bool, _ workers: WorkerPool
) -> Bool {
  func run<Set: WinogradSet>(_ set: Set.Type) -> Bool {
    if WinogradBackwardData<Set>.suits(shape) {
      WinogradBackwardData<Set>(
        shape: shape, batch: batch, upstream: UnsafePointer(upstream.base), downstream: downstream.base,
        accumulate: accumulate, tiles: WinogradTiles(shape)
      ).run(weight, workers)
      return true
    }
    let last = Set.kernel - 1
    guard WinogradConvolution<Set>.suits(shape), WinogradTiles<Set>.isFull(shape.input),
      shape.paddingBefore.height <= last, shape.paddingBefore.width <= last, shape.paddingAfter.height <= last,
      shape.paddingAfter.width <= last
    else { return false }
    WinogradConvolution<Set>(
      inputChannels: shape.outputChannels, outputChannels: shape.inputChannels,
      tiles: WinogradTiles(
        output: shape.input, input: shape.output,
        padding: Extent(last - shape.paddingBefore.height, last - shape.paddingBefore.width)), batch: batch,
      x: UnsafePointer(upstream.base), y: downstream.base, bias: nil, rectifies: false, accumulate: accumulate
    ).run(
      .init(
        base: UnsafePointer(weight.base), count: weight.count, outputStep: shape.kernel.area,
        inputStep: shape.weightsPerOutput, isRotated: true), workers)
    return true
  }
  return run(WinogradFour3.self) || run(WinogradFour5.self)
}

/// As `convolveBackwardWeights`, always accumulating.
func winogradBackwardWeights(
  _ shape: Convolution, _ batch: Int, _ x: Buffer<Float>, _ upstream: Buffer<Float>, _ weightGradient: Buffer<Float>,
  _ workers: WorkerPool
) -> Bool {
  func run<Set: WinogradSet>(_ set: Set.Type) -> Bool {
    guard WinogradBackwardWeights<Set>.suits(shape, batch: batch) else { return false }
    WinogradBackwardWeights<Set>(
      shape: shape, batch: batch, x: UnsafePointer(x.base), upstream: UnsafePointer(upstream.base),
      weightGradient: weightGradient.base, tiles: WinogradTiles(shape)
    ).run(workers)
    return true
  }
  return run(WinogradFour3.self) || run(WinogradFour5.self)
}
