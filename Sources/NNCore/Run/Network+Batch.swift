import NNKernels

extension Tensor {
  /// Points the tensor to other memory of the same shape.
  mutating func rebase(_ base: UnsafeMutablePointer<S>) { buffer = Buffer(base: base, count: buffer.count) }
}

extension Network {
  /// One node at run time: its contexts, ready to be handed to its layer.
  struct Runtime {
    let layer: any Layer
    let savedPerSample: Int
    let scratchFixed: Int
    let scratchPerSample: Int
    /// The padding that is cleared after a pass, of each output and of each downstream gradient.
    let outputPadding: [Padding?]
    let inputPadding: [Padding?]
    var forward: ForwardContext<S>
    var backward: BackwardContext<S>
  }
}

extension Network.Runtime {
  mutating func setBatch(_ count: Int) {
    forward.batch = count
    backward.batch = count
    for slot in forward.inputs.indices {
      forward.inputs[slot].setBatch(count)
      backward.inputs[slot].setBatch(count)
      backward.downstream[slot].tensor.setBatch(count)
    }
    for output in forward.outputs.indices {
      forward.outputs[output].setBatch(count)
      backward.outputs[output].setBatch(count)
    }
    for slot in forward.inputLengths.indices {
      guard let lengths = forward.inputLengths[slot] else { continue }
      forward.inputLengths[slot] = Buffer(base: lengths.base, count: count)
      backward.inputLengths[slot] = forward.inputLengths[slot]
    }
    for output in forward.outputLengths.indices {
      guard let lengths = forward.outputLengths[output] else { continue }
      forward.outputLengths[output] = Buffer(base: lengths.base, count: count)
      backward.outputLengths[output] = forward.outputLengths[output]
    }
    for output in backward.upstream.indices { backward.upstream[output].setBatch(count) }
    if var target = backward.target {
      target.setBatch(count)
      forward.target = target
      backward.target = target
    }
    if forward.saved.count > 0 || savedPerSample > 0 {
      let saved = Buffer(base: forward.saved.base, count: forward.saved.count == 0 ? 0 : savedPerSample * count)
      forward.saved = saved
      backward.saved = saved
    }
    let scratch = Buffer(base: forward.scratch.base, count: scratchFixed + scratchPerSample * count)
    forward.scratch = scratch
    backward.scratch = scratch
  }
}
