#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore
import NNKernels

/// Random inputs and targets of the right form, for measuring and for checking gradients without data.
public enum RandomData {
  /// Fills the net's inputs with normal numbers or indices (fixed values stay), draws lengths where samples have them, and
  /// fills its targets with random classes, or with
  /// numbers between 0 and 1 that add up to 1 over each sample, which every loss accepts.
  public static func fill<S: Scalar>(_ network: Network<S>, seed: UInt64) {
    let random = RandomStream(key: seed)
    var position: UInt64 = 0
    for index in network.plan.definition.freeInputs {
      let buffer = network.inputBuffer(index)
      let input = network.plan.definition.inputs[index]
      for i in 0..<buffer.count {
        buffer[i] = input.entries.map { S(random.integer(below: $0, at: position)) } ?? S(random.normal(position))
        position += 1
      }
      if input.hasLength { drawLengths(network, index, input.shape[0], random.derived(UInt64(index))) }
    }
    for (index, name) in network.targetNames.enumerated() {
      let buffer = network.targetBuffer(index)
      switch network.plan.targets[name] {
      case .classes(let count, _)?:
        for i in 0..<buffer.count {
          buffer[i] = S(random.integer(below: count, at: position))
          position += 1
        }
      case .values(let shape)?: fillDistributions(buffer, shape.elementCount, random, &position)
      case nil: break
      }
    }
  }

  /// Lengths from the fewest that the net can read to all steps.
  private static func drawLengths<S: Scalar>(_ network: Network<S>, _ input: Int, _ most: Int, _ random: RandomStream) {
    let least = network.plan.leastSteps(ofInput: input).steps
    let lengths = Storage<Int32>(count: network.batch)
    for sample in 0..<network.batch {
      lengths.buffer[sample] = Int32(least + random.integer(below: most - least + 1, at: UInt64(sample)))
    }
    network.setLengths(input, to: lengths.buffer)
  }

  private static func fillDistributions<S: Scalar>(
    _ buffer: Buffer<S>, _ width: Int, _ random: RandomStream, _ position: inout UInt64
  ) {
    for start in stride(from: 0, to: buffer.count, by: max(1, width)) {
      var total: S = 0
      for i in start..<min(buffer.count, start + width) {
        buffer[i] = S(0.1 + 0.8 * random.uniform(position))
        total += buffer[i]
        position += 1
      }
      if width > 1 {
        for i in start..<min(buffer.count, start + width) { buffer[i] /= total }
      }
    }
  }
}

/// Seconds on a clock that never goes back.
public func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
