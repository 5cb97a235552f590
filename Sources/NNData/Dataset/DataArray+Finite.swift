import NNCore
import NNKernels

extension DataArray {
  /// Throws a `DiagnosticError` that names the first sample with NaN or an infinite number. Bytes and labels have none.
  ///
  /// - Parameter file: what the message is about if the array has no file of its own.
  func requireFinite(file: String) throws {
    let index: Int?
    switch elements {
    case .bytes, .labels: return
    case .floats(let values): index = firstNonFinite(values)
    case .doubles(let values): index = firstNonFinite(values)
    case .stored(let numbers):
      index = numbers.rows.areFinite ? nil : firstNonFinite(numbers)
      if let failure = numbers.failure { throw failure }
    }
    guard let index else { return }
    let isNaN = value(index).isNaN
    throw DiagnosticError(
      code: "not-finite-data", file: self.file ?? file,
      "\(place(index)) of '\(name)' is \(isNaN ? "NaN, which is not a number" : "infinite")",
      remedy: isNaN
        ? "fill the gap or leave the sample out"
        : "numbers are finite, and in single precision not beyond 3.4e38; scale them, or use precision=\"double\"")
  }

  /// The place of an element in words: its sample and, where a sample has several, which it is; both counted from 1.
  package func place(_ index: Int) -> String {
    width == 1 ? "sample \(index + 1)" : "element \(index % width + 1) of sample \(index / width + 1)"
  }
}

/// Reads every number once, block by block.
private func firstNonFinite(_ numbers: StoredNumbers) -> Int? {
  var found: Int?
  numbers.forEachSample(of: Array(0..<Int32(clamping: numbers.sampleCount))) { place, values in
    found = values.firstIndex { !$0.isFinite }.map { place * numbers.width + $0 }
    return found == nil
  }
  return found
}

/// Reads every number once, at the memory's speed.
private func firstNonFinite<S: Scalar>(_ values: [S]) -> Int? {
  let isFinite = values.withUnsafeBufferPointer { values in
    values.baseAddress.map {
      S.isFinite(Buffer(base: UnsafeMutablePointer(mutating: $0), count: values.count), workers: WorkerPool(threads: 1))
    } ?? true
  }
  return isFinite ? nil : values.firstIndex { !$0.isFinite }
}
