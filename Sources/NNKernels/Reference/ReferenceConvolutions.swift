extension Scalar {
  public static func convolve(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, _ weight: Buffer<Self>, into y: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool
  ) {
    referenceConvolve(shape, batch: batch, x, weight, into: y, epilogue: epilogue, workers: workers)
  }

  public static func packedCount(_ shape: Convolution) -> Int { shape.outputChannels * shape.weightsPerOutput }

  public static func pack(
    _ shape: Convolution, _ weight: Buffer<Self>, into packed: Buffer<Self>, workers: WorkerPool
  ) {
    packed.copy(from: weight)
  }

  public static func convolvePacked(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, _ packed: Buffer<Self>, into y: Buffer<Self>,
    epilogue: Epilogue<Self>, workers: WorkerPool
  ) {
    referenceConvolve(shape, batch: batch, x, packed, into: y, epilogue: epilogue, workers: workers)
  }

  public static func poolsConvolution(_ shape: Convolution, _ pooling: Pooling) -> Bool { false }

  public static func convolvePooled(
    _ shape: Convolution, _ pooling: Pooling, batch: Int, _ x: Buffer<Self>, _ packed: Buffer<Self>,
    into y: Buffer<Self>, epilogue: Epilogue<Self>, workers: WorkerPool
  ) {
    referenceConvolvePooled(shape, pooling, batch: batch, x, packed, into: y, epilogue: epilogue, workers: workers)
  }

  public static func convolveBackwardData(
    _ shape: Convolution, batch: Int, upstream: Buffer<Self>, _ weight: Buffer<Self>, downstream: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool
  ) {
    referenceConvolveBackwardData(
      shape, batch: batch, upstream, weight, downstream, accumulate: accumulate, workers: workers)
  }

  public static func convolveBackwardWeights(
    _ shape: Convolution, batch: Int, _ x: Buffer<Self>, upstream: Buffer<Self>, weightGradient: Buffer<Self>,
    accumulate: Bool, workers: WorkerPool
  ) {
    referenceConvolveBackwardWeights(
      shape, batch: batch, x, upstream, weightGradient, accumulate: accumulate, workers: workers)
  }

  public static func channelSums(
    batch: Int, channels: Int, pixels: Int, _ x: Buffer<Self>, into sums: Buffer<Self>, accumulate: Bool,
    workers: WorkerPool
  ) {
    referenceChannelSums(batch, channels, pixels, x, sums, accumulate: accumulate, workers: workers)
  }
}

extension Convolution {
  /// The output indices i along one dimension for which tap `tap` reads inside of the input: 0 <= i stride + tap dilation -
  /// padding < input.
  @inline(__always)
  package static func validRange(
    tap: Int, dilation: Int, stride: Int, padding: Int, input: Int, output: Int
  ) -> Range<Int> {
    let offset = tap * dilation - padding
    let first = offset >= 0 ? 0 : (-offset + stride - 1) / stride
    let last = input - 1 - offset
    guard last >= 0 else { return 0..<0 }
    let end = min(output, last / stride + 1)
    return first < end ? first..<end : 0..<0
  }

  @inline(__always)
  package func validRows(_ u: Int) -> Range<Int> {
    Self.validRange(
      tap: u, dilation: dilation.height, stride: stride.height, padding: paddingBefore.height, input: input.height,
      output: output.height)
  }

  @inline(__always)
  package func validColumns(_ v: Int) -> Range<Int> {
    Self.validRange(
      tap: v, dilation: dilation.width, stride: stride.width, padding: paddingBefore.width, input: input.width,
      output: output.width)
  }
}

/// Direct convolution, plane by plane of the output; terms are added in the order of the weights.
@specialized(where S == Float)
@specialized(where S == Double)
package func referenceConvolve<S: Scalar>(
  _ shape: Convolution, batch: Int, _ x: Buffer<S>, _ weight: Buffer<S>, into y: Buffer<S>, epilogue: Epilogue<S>,
  workers: WorkerPool
) {
  let (inputArea, area, width) = (shape.input.area, shape.output.area, shape.output.width)
  let planes = batch * shape.outputChannels
  workers.run(count: planes, grain: max(1, 32768 / max(1, area * shape.weightsPerOutput))) { range in
    for plane in range {
      let (sample, channel) = (plane / shape.outputChannels, plane % shape.outputChannels)
      let target = y.slice(from: plane * area, count: area)
      if !epilogue.accumulate { target.fill(0) }
      let first = sample * shape.inputChannels + channel / shape.groupOutputs * shape.groupInputs
      for c in 0..<shape.groupInputs {
        let source = x.slice(from: (first + c) * inputArea, count: inputArea)
        for u in 0..<shape.kernel.height {
          for v in 0..<shape.kernel.width {
            let tap = (u * shape.kernel.width) + v
            let factor = epilogue.scale * weight[channel * shape.weightsPerOutput + c * shape.kernel.area + tap]
            let columns = shape.validColumns(v)
            for i in shape.validRows(u) {
              let row = i * shape.stride.height + u * shape.dilation.height - shape.paddingBefore.height
              let start = row * shape.input.width + v * shape.dilation.width - shape.paddingBefore.width
              for j in columns { target[i * width + j] += factor * source[start + j * shape.stride.width] }
            }
          }
        }
      }
      let bias = epilogue.bias.map { $0[channel] } ?? 0
      for i in 0..<area { target[i] = epilogue.activation.value(target[i] + bias) }
    }
  }
}

/// Convolution and maximum pooling, window by window.
@specialized(where S == Float)
@specialized(where S == Double)
package func referenceConvolvePooled<S: Scalar>(
  _ shape: Convolution, _ pooling: Pooling, batch: Int, _ x: Buffer<S>, _ weight: Buffer<S>, into y: Buffer<S>,
  epilogue: Epilogue<S>, workers: WorkerPool
) {
  let output = pooling.output
  let work = shape.output.area * shape.weightsPerOutput
  workers.run(count: batch * shape.outputChannels, grain: max(1, 32768 / max(1, work))) { range in
    for plane in range {
      let channel = plane % shape.outputChannels
      let bias = epilogue.bias.map { $0[channel] } ?? 0
      for i in 0..<output.height {
        for j in 0..<output.width {
          var best = -S.infinity
          for row in pooling.rows(i) {
            for column in pooling.columns(j) {
              let value = referencePixel(shape, plane, row, column, x, weight)
              if value > best || value.isNaN { best = value }
            }
          }
          y[plane * output.area + i * output.width + j] = epilogue.activation.value(best + bias)
        }
      }
    }
  }
}

/// One output pixel without bias; terms are added in the order of the weights.
@inline(__always)
private func referencePixel<S: Scalar>(
  _ shape: Convolution, _ plane: Int, _ i: Int, _ j: Int, _ x: Buffer<S>, _ weight: Buffer<S>
) -> S {
  let (sample, channel) = (plane / shape.outputChannels, plane % shape.outputChannels)
  let first = sample * shape.inputChannels + channel / shape.groupOutputs * shape.groupInputs
  var total: S = 0
  for c in 0..<shape.groupInputs {
    for u in 0..<shape.kernel.height {
      let row = i * shape.stride.height + u * shape.dilation.height - shape.paddingBefore.height
      guard row >= 0, row < shape.input.height else { continue }
      for v in 0..<shape.kernel.width {
        let column = j * shape.stride.width + v * shape.dilation.width - shape.paddingBefore.width
        guard column >= 0, column < shape.input.width else { continue }
        total +=
          weight[(channel * shape.groupInputs + c) * shape.kernel.area + u * shape.kernel.width + v]
          * x[(first + c) * shape.input.area + row * shape.input.width + column]
      }
    }
  }
  return total
}

/// The input gradient, plane by plane of the input: each output pixel is scattered to its window.
@specialized(where S == Float)
@specialized(where S == Double)
package func referenceConvolveBackwardData<S: Scalar>(
  _ shape: Convolution, batch: Int, _ upstream: Buffer<S>, _ weight: Buffer<S>, _ downstream: Buffer<S>,
  accumulate: Bool, workers: WorkerPool
) {
  let (inputArea, area, width) = (shape.input.area, shape.output.area, shape.output.width)
  let planes = batch * shape.inputChannels
  let work = shape.groupOutputs * shape.kernel.area * area
  workers.run(count: planes, grain: max(1, 32768 / max(1, work))) { range in
    for plane in range {
      let (sample, channel) = (plane / shape.inputChannels, plane % shape.inputChannels)
      let target = downstream.slice(from: plane * inputArea, count: inputArea)
      if !accumulate { target.fill(0) }
      let group = channel / shape.groupInputs
      let c = channel % shape.groupInputs
      for o in (group * shape.groupOutputs)..<((group + 1) * shape.groupOutputs) {
        let source = upstream.slice(from: (sample * shape.outputChannels + o) * area, count: area)
        for u in 0..<shape.kernel.height {
          for v in 0..<shape.kernel.width {
            let tap = (u * shape.kernel.width) + v
            let factor = weight[o * shape.weightsPerOutput + c * shape.kernel.area + tap]
            let columns = shape.validColumns(v)
            for i in shape.validRows(u) {
              let row = i * shape.stride.height + u * shape.dilation.height - shape.paddingBefore.height
              let start = row * shape.input.width + v * shape.dilation.width - shape.paddingBefore.width
              for j in columns { target[start + j * shape.stride.width] += factor * source[i * width + j] }
            }
          }
        }
      }
    }
  }
}

/// The weight gradient: a correlation of input and upstream gradient, weight by weight; terms are added sample by sample,
/// row by row.
@specialized(where S == Float)
@specialized(where S == Double)
package func referenceConvolveBackwardWeights<S: Scalar>(
  _ shape: Convolution, batch: Int, _ x: Buffer<S>, _ upstream: Buffer<S>, _ weightGradient: Buffer<S>,
  accumulate: Bool, workers: WorkerPool
) {
  let (inputArea, area, width) = (shape.input.area, shape.output.area, shape.output.width)
  let work = batch * shape.weightsPerOutput * area
  workers.run(count: shape.outputChannels, grain: max(1, 32768 / max(1, work))) { range in
    for o in range {
      let first = o / shape.groupOutputs * shape.groupInputs
      for c in 0..<shape.groupInputs {
        for u in 0..<shape.kernel.height {
          for v in 0..<shape.kernel.width {
            let tap = (u * shape.kernel.width) + v
            let index = o * shape.weightsPerOutput + c * shape.kernel.area + tap
            let (rows, columns) = (shape.validRows(u), shape.validColumns(v))
            var total: S = 0
            for sample in 0..<batch {
              let source = (sample * shape.inputChannels + first + c) * inputArea
              let above = (sample * shape.outputChannels + o) * area
              for i in rows {
                let row = i * shape.stride.height + u * shape.dilation.height - shape.paddingBefore.height
                let start = source + row * shape.input.width + v * shape.dilation.width - shape.paddingBefore.width
                for j in columns { total += upstream[above + i * width + j] * x[start + j * shape.stride.width] }
              }
            }
            weightGradient[index] = accumulate ? weightGradient[index] + total : total
          }
        }
      }
    }
  }
}

@specialized(where S == Float)
@specialized(where S == Double)
package func referenceChannelSums<S: Scalar>(
  _ batch: Int, _ channels: Int, _ pixels: Int, _ x: Buffer<S>, _ sums: Buffer<S>, accumulate: Bool,
  workers: WorkerPool
) {
  workers.run(count: channels, grain: max(1, 32768 / max(1, batch * pixels))) { range in
    for channel in range {
      var total: S = 0
      for sample in 0..<batch {
        let start = (sample * channels + channel) * pixels
        var part: S = 0
        for i in start..<(start + pixels) { part += x[i] }
        total += part
      }
      sums[channel] = accumulate ? sums[channel] + total : total
    }
  }
}
