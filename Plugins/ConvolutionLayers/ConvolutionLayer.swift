import NNCore
import NNKernels

extension Convolution {
  /// The length of a convolved sequence of channels x steps. Throws an `ElementError` for images, and if another
  /// dimension counts the steps.
  func length(_ length: SequenceLength?, dimensions: Int, _ element: String) throws -> SequenceLength? {
    guard let length else { return nil }
    guard dimensions == 1 else { throw ElementError.length(element) }
    guard length.axis == 1 else {
      throw ElementError(
        code: "length-axis",
        "<\(element)> reads channels x steps, but the steps of its input are counted by dimension \(length.axis + 1)",
        remedy: "put <transpose/> before it")
    }
    return length.changed(
      by: .windows(
        kernel: kernel.width, stride: stride.width, padding: paddingBefore.width + paddingAfter.width,
        dilation: dilation.width))
  }
}

/// A layer that convolves images or sequences.
public protocol ConvolutionLayer: DeclaredLayer {
  /// The convolution of an input of the given shape; throws if it is no image or sequence.
  func convolution(_ input: Shape) throws -> Convolution
  /// The same for an input that the plan has accepted.
  func assumedConvolution(_ input: Shape) -> Convolution
  /// Whether the padding is `same`: the output is as large as the input.
  var keepsSize: Bool { get }
  /// Whether each channel has a bias.
  var hasBias: Bool { get }
  /// The initializer of the weights.
  var initializer: Initializer { get }
  /// Dimensions of an input besides the channels: 2, or 1 for sequences, which are images of height 1.
  var dimensions: Int { get }
  /// The same layer with a bias.
  var biased: Self { get }
}

extension ConvolutionLayer {
  /// States that it takes an epilogue and an addend, and the channels that maps of channels can be folded into.
  public var facts: LayerFacts {
    LayerFacts(
      acceptsEpilogue: true, acceptsAddend: true,
      outputChannels: .init(weight: 0, bias: hasBias ? 1 : nil, biased: hasBias ? nil : biased))
  }

  private func sizes(_ extent: Extent) -> [Int] {
    dimensions == 1 ? [extent.width] : [extent.height, extent.width]
  }

  private func text(_ extent: Extent) -> String { dimensions == 1 ? String(extent.width) : extent.text }

  /// Output channels x rows x columns of windows; `weight` of channels x (input channels / groups) x kernel, and
  /// `bias`. Throws an `ElementError` for a kernel or for groups that do not fit.
  public func plan(_ inputs: [Shape]) throws -> LayerPlan {
    let name = Self.schema.name
    let shape = try convolution(inputs[0])
    let (inputChannels, size) = (shape.inputChannels, shape.input)
    guard inputChannels % shape.groups == 0, shape.outputChannels % shape.groups == 0 else {
      throw ElementError(
        code: "shape-mismatch",
        "<\(name)> cannot cut \(inputChannels) input and \(shape.outputChannels) output channels into \(shape.groups) "
          + "equal groups", attribute: "groups")
    }
    if keepsSize, shape.stride != Extent(1, 1) {
      throw ElementError(
        code: "bad-value",
        "<\(name)> keeps the size of its input only with stride 1, but the stride is \(text(shape.stride))",
        remedy: "give padding as a number; \(text(shape.paddingBefore)) is what same would take", attribute: "padding")
    }
    guard shape.reach.height <= shape.padded.height, shape.reach.width <= shape.padded.width else {
      let dilated = shape.dilation == Extent(1, 1) ? "" : " (\(text(shape.reach)) with its gaps)"
      let padded = shape.padded == size ? "" : " (\(text(shape.padded)) with its padding)"
      throw ElementError.shape(
        "the kernel \(text(shape.kernel))\(dilated) of <\(name)> is larger than its input \(inputs[0])\(padded)",
        remedy: "make the kernel smaller or the padding larger")
    }
    guard let output = Shape([shape.outputChannels] + sizes(shape.output)) else {
      throw ElementError.shape("<\(name)> would make more than \(Shape.maximumElementCount) elements")
    }
    guard let weight = Shape([shape.outputChannels, shape.groupInputs] + sizes(shape.kernel)) else {
      throw ElementError(
        code: "too-many-parameters",
        "<\(name)> would need \(shape.outputChannels) x \(shape.groupInputs) x \(text(shape.kernel)) weights, more than the "
          + "\(Shape.maximumElementCount) that are possible", attribute: "channels")
    }
    var parameters = [
      ParameterPlan(
        "weight", weight, initializer: initializer, fanIn: shape.weightsPerOutput,
        fanOut: shape.groupOutputs * shape.kernel.area, decays: true)
    ]
    if hasBias {
      parameters.append(ParameterPlan("bias", Shape(shape.outputChannels), initializer: .zeros, decays: false))
    }
    let operations = Count.product(2, shape.weightsPerOutput, output.elementCount)
    let biasOperations = hasBias ? output.elementCount : 0
    return LayerPlan(
      outputs: [output], parameters: parameters, backwardNeeds: .inputs,
      window: LayerWindow(
        size: zip(sizes(shape.kernel), sizes(shape.dilation)).map { 1 + ($0 - 1) * $1 }, stride: sizes(shape.stride)),
      forwardOperations: operations + biasOperations, backwardOperations: 2 * operations + biasOperations)
  }

  /// Makes sequences shorter or longer by the rule of windows, in which the zeros behind a sequence stand for padding.
  /// Images have no steps.
  public func lengths(_ lengths: [SequenceLength?], inputs: [Shape]) throws -> [SequenceLength?] {
    [try assumedConvolution(inputs[0]).length(lengths[0], dimensions: dimensions, Self.schema.name)]
  }

  /// The convolution on weights that are rearranged or transformed once; nil if they would be too large.
  public func packed<S: Scalar>(_ inputs: [Shape], for scalar: S.Type) -> (any PackedLayer)? {
    guard let plan = try? plan(inputs) else { return nil }
    let shape = assumedConvolution(inputs[0])
    let count = S.packedCount(shape)
    guard count <= NetworkPlan.maximumParameterCount / 16 else { return nil }
    return PackedConvolution(
      shape, output: plan.outputs[0], hasBias: hasBias, packedCount: count, operations: plan.forwardOperations)
  }

  /// y[o] = b[o] + the sum over c of w[o,c] correlated with x[c], then the epilogue.
  public func forward<S: Scalar>(_ context: ForwardContext<S>) {
    S.convolve(
      assumedConvolution(context.input.shape.sample), batch: context.batch, context.input.buffer,
      context.parameters[0].buffer, into: context.output.buffer,
      epilogue: Epilogue(
        bias: hasBias ? context.parameters[1].buffer : nil, activation: context.epilogue,
        accumulate: context.addsToOutput),
      workers: context.workers)
  }

  /// The gradients of the weights, of the bias and of the input, each by its kernel.
  public func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let shape = assumedConvolution(context.downstream[0].tensor.shape.sample)
    let upstream = context.upstream[0].buffer
    let weightGradient = context.parameterGradients[0]
    if weightGradient.isWanted {
      S.convolveBackwardWeights(
        shape, batch: context.batch, context.inputs[0].buffer, upstream: upstream,
        weightGradient: weightGradient.tensor.buffer, accumulate: weightGradient.accumulates, workers: context.workers)
    }
    if hasBias, context.parameterGradients[1].isWanted {
      let biasGradient = context.parameterGradients[1]
      S.channelSums(
        batch: context.batch, channels: shape.outputChannels, pixels: shape.output.area, upstream,
        into: biasGradient.tensor.buffer, accumulate: biasGradient.accumulates, workers: context.workers)
    }
    let downstream = context.downstream[0]
    if downstream.isWanted {
      S.convolveBackwardData(
        shape, batch: context.batch, upstream: upstream, context.parameters[0].buffer,
        downstream: downstream.tensor.buffer, accumulate: downstream.accumulates, workers: context.workers)
    }
  }
}
