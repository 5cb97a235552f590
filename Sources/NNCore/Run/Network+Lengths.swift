import NNKernels

extension Network {
  /// Sets the lengths of an input's samples, one for each sample of the batch, each from 1 to the shape's steps; nil for
  /// all steps, as at first. They hold until they are set again. An input that has no lengths has nothing to set.
  public func setLengths(_ input: Int, to lengths: Buffer<Int32>?) {
    let declared = plan.definition.inputs[input]
    guard declared.hasLength else { return }
    guard let lengths else { return sampleLengths.reset(input, steps: declared.steps) }
    precondition(lengths.count >= batch, "fewer lengths than samples in the batch")
    sampleLengths.set(input, to: lengths.slice(from: 0, count: batch), most: declared.shape[0])
  }

  /// The lengths of a value's samples; nil if all have the shape's steps.
  public func lengths(of value: NetworkDefinition.Value) -> Buffer<Int32>? {
    sampleLengths.buffer(plan.length(of: value))?.slice(from: 0, count: batch)
  }

  /// Copies the valid steps of the bound inputs that have lengths into memory whose padding is 0. What callers' buffers
  /// hold beyond a sample's length reaches no layer.
  @specialized(where S == Float)
  func admitInputs() {
    for index in admittedInputs.indices {
      guard let own = admittedInputs[index], let padding = inputPadding[index],
        let lengths = inputLengths[index]
      else { continue }
      padding.copy(
        inputBuffer(index), lengths: lengths.slice(from: 0, count: batch), into: own.buffer, workers: workers)
    }
  }
}

extension Network.Runtime {
  /// Fills the padding of the outputs with 0.
  func clearOutputs() {
    for slot in outputPadding.indices {
      guard let padding = outputPadding[slot], let lengths = forward.outputLengths[slot] else { continue }
      padding.clear(forward.outputs[slot].buffer, lengths: lengths)
    }
  }

  /// Fills the padding of the downstream gradients with 0.
  func clearDownstream() {
    for slot in inputPadding.indices where backward.downstream[slot].isWanted {
      guard let padding = inputPadding[slot], let lengths = backward.inputLengths[slot] else { continue }
      padding.clear(backward.downstream[slot].tensor.buffer, lengths: lengths)
    }
  }
}
