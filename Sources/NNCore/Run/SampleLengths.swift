import NNKernels

/// The lengths of the samples of a net's batch: one array for each input whose samples have lengths, and one for each
/// other length that layers make of them. All are there from the start; setting them takes no memory.
struct SampleLengths: Sendable {
  private var lengths: [SequenceLength] = []
  private var arrays: [Storage<Int32>] = []

  /// The lengths of a net's values, for batches of up to `batch` samples that have all steps, or those of fixed elements,
  /// until they are set.
  init(_ plan: NetworkPlan, batch: Int) {
    let inputs = plan.definition.inputs
    for index in inputs.indices where inputs[index].hasLength { add(SequenceLength(input: index), batch, inputs) }
    for case let length? in plan.lengths.joined() { add(length, batch, inputs) }
  }

  private mutating func add(_ length: SequenceLength, _ batch: Int, _ inputs: [NetworkDefinition.Input]) {
    guard !lengths.contains(where: length.isEqual) else { return }
    lengths.append(length)
    arrays.append(Storage(count: batch))
    arrays[arrays.count - 1].buffer.fill(Int32(length.steps(inputs[length.input].steps)))
  }

  /// The array of a length, of all samples that there may be; nil for nil.
  func buffer(_ length: SequenceLength?) -> Buffer<Int32>? {
    guard let length, let index = lengths.firstIndex(where: length.isEqual) else { return nil }
    return arrays[index].buffer
  }

  /// Gives all samples of an input the same number of steps.
  func reset(_ input: Int, steps: Int) {
    for index in lengths.indices where lengths[index].input == input {
      arrays[index].buffer.fill(Int32(lengths[index].steps(steps)))
    }
  }

  /// Sets the lengths of an input's samples, and those that follow from them. Stops the program for one that leaves no
  /// step somewhere or is above `most`: kernels check no bounds.
  func set(_ input: Int, to given: Buffer<Int32>, most: Int) {
    for index in lengths.indices where lengths[index].input == input {
      let own = arrays[index].buffer
      for sample in 0..<given.count {
        let steps = lengths[index].steps(Int(given[sample]))
        precondition(steps >= 1 && given[sample] <= most, "a length outside what the net was planned for")
        own[sample] = Int32(steps)
      }
    }
  }
}
