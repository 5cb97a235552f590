import NNCore
import NNKernels

/// What predicts batches of samples.
public protocol BatchPredictor<S> {
  /// The floating-point type that it computes with.
  associatedtype S: Scalar
  /// Scalars of one sample, for each free input of the net in their order.
  var inputCounts: [Int] { get }
  /// For each free input, the lengths that a sample may have; nil where all samples have the shape's steps.
  var lengthRanges: [ClosedRange<Int>?] { get }
  /// Scalars of one sample's prediction.
  var outputCount: Int { get }
  /// Predicts `count` samples: for each free input at least so many, one after the other; `outputs` has room for as many
  /// predictions. `lengths` has for each input those of its samples, or nil where all have the shape's steps; it may be
  /// empty.
  func predict(_ inputs: [Buffer<S>], lengths: [Buffer<Int32>?], count: Int, into outputs: Buffer<S>)
}

extension BatchPredictor {
  /// Predicts `count` samples that all have the shape's steps.
  public func predict(_ inputs: [Buffer<S>], count: Int, into outputs: Buffer<S>) {
    predict(inputs, lengths: [], count: count, into: outputs)
  }

  /// Predicts samples of a net with a single free input; a convenience that takes memory.
  ///
  /// - Parameter samples: whole samples, one after the other.
  /// - Returns: the predictions, one sample after the other.
  /// - Throws: a `DiagnosticError` if the net has several free inputs or these are no whole samples.
  public func predict(_ samples: [S]) throws -> [S] { try predict(inputs: [samples]) }

  /// Predicts samples; a convenience that takes memory.
  ///
  /// - Parameters:
  ///   - inputs: for each free input, in their order, whole samples, one after the other; as many for each.
  ///   - lengths: for each free input, the steps of each sample, or nil where all have the shape's; may be empty.
  /// - Returns: the predictions, one sample after the other.
  /// - Throws: a `DiagnosticError` if these are no whole samples for each input, or a length is out of range.
  public func predict(inputs: [[S]], lengths: [[Int]?] = []) throws -> [S] {
    let count = try sampleCount(inputs)
    for (given, range) in zip(lengths, lengthRanges) {
      guard let given else { continue }
      guard let range, given.count == count, given.allSatisfy(range.contains) else {
        throw DiagnosticError(
          code: "length-out-of-range",
          range.map { "\(count) lengths from \($0.lowerBound) to \($0.upperBound) are needed" }
            ?? "lengths are given for an input that has none")
      }
    }
    let storages = inputs.map { Storage($0) }
    let lengthStorages = lengths.map { $0.map { Storage($0.map { Int32($0) }) } }
    let output = Storage<S>(count: count * outputCount)
    return withExtendedLifetime((storages, lengthStorages)) {
      predict(
        storages.map(\.buffer), lengths: lengthStorages.map { $0?.buffer }, count: count, into: output.buffer)
      return output.array
    }
  }

  private func sampleCount(_ inputs: [[S]]) throws -> Int {
    guard let first = inputs.first, let width = inputCounts.first, inputs.count == inputCounts.count,
      zip(inputs, inputCounts).allSatisfy({ $0.count % $1 == 0 && $0.count / $1 == first.count / width })
    else {
      let needed = inputCounts.map(String.init).joined(separator: " and ")
      throw DiagnosticError(
        code: "shape-mismatch",
        "arrays of \(inputs.map { String($0.count) }.joined(separator: " and ")) numbers are no whole samples: the net "
          + "reads " + (inputCounts.isEmpty ? "none, all its inputs are fixed" : "\(needed) numbers for each"))
    }
    return first.count / width
  }

  /// Stops the program unless the buffers hold the samples: kernels check no bounds.
  func requireRoom(_ inputs: [Buffer<S>], _ lengths: [Buffer<Int32>?], count: Int, _ outputs: Buffer<S>) {
    precondition(count >= 0 && inputs.count == inputCounts.count, "a predictor needs a buffer for each free input")
    precondition(outputs.count >= count * outputCount, "the room for predictions is smaller than the samples need")
    for index in inputs.indices {
      precondition(inputs[index].count >= count * inputCounts[index], "an input's buffer is shorter than the samples")
    }
    for index in lengths.indices {
      precondition(lengths[index]?.count ?? count >= count, "there are fewer lengths than samples")
    }
  }
}
