import NNCore

extension DataArray {
  /// The array as sequences: sample i has `lengths[i]` steps of the first dimension. What lies beyond becomes 0, whatever it
  /// is.
  ///
  /// - Throws: a `DiagnosticError` that names `file`: there is not one length for each sample, or one is not from 1 to the
  ///   steps that there are.
  public func sequences(lengths: [Int], file: String) throws -> DataArray {
    let place = self.file ?? file
    guard lengths.count == sampleCount else {
      throw DiagnosticError(
        code: "sample-count", file: place,
        "'\(name)' has \(sampleCount) samples, but there are \(lengths.count) lengths")
    }
    let steps = form.shape.rank == 0 ? 1 : form.shape[0]
    if let wrong = lengths.firstIndex(where: { !(1...steps).contains($0) }) {
      throw DiagnosticError(
        code: "length-out-of-range", file: place,
        "sample \(wrong + 1) of '\(name)' has the length \(lengths[wrong]), but lengths go from 1 to \(steps) here",
        remedy: lengths[wrong] == 0 ? "leave samples without any step out" : nil)
    }
    var result = self
    result.lengths = lengths.map { Int32($0) }
    result.elements = elements.resized(from: steps, to: steps, features: width / steps, lengths: lengths)
    return result
  }

  /// The number of valid elements of a sample, which are its first.
  func validWidth(_ row: Int) -> Int {
    guard let lengths else { return width }
    return Int(lengths[row]) * (width / form.shape[0])
  }

  /// The sequences with room for another number of steps; those that are longer are cut.
  func resized(to steps: Int) -> DataArray {
    guard let shape = Shape([steps] + form.shape.dimensions.dropFirst()) else { return self }
    let own = form.shape[0]
    let lengths =
      lengths.map { $0.map { min(Int($0), steps) } } ?? [Int](repeating: min(own, steps), count: sampleCount)
    var result = self
    result.lengths = lengths.map { Int32($0) }
    result.elements = elements.resized(from: own, to: steps, features: width / own, lengths: lengths)
    switch form {
    case .classes(let count, _): result.form = .classes(count: count, shape: shape)
    case .values: result.form = .values(shape)
    }
    return result
  }
}

extension DataArray.Elements {
  /// Samples of so many steps of features, with room for another number of steps, and 0 beyond the lengths.
  fileprivate func resized(from own: Int, to steps: Int, features: Int, lengths: [Int]) -> DataArray.Elements {
    func resized<T: ExpressibleByIntegerLiteral>(_ values: [T]) -> [T] {
      var result = [T](repeating: 0, count: lengths.count * steps * features)
      for (sample, length) in lengths.enumerated() {
        let (from, to, count) = (sample * own * features, sample * steps * features, length * features)
        for index in 0..<count { result[to + index] = values[from + index] }
      }
      return result
    }
    switch inMemory {
    case .bytes(let values): return .bytes(resized(values))
    case .floats(let values): return .floats(resized(values))
    case .doubles(let values): return .doubles(resized(values))
    case .labels(let values): return .labels(resized(values))
    case .stored(let numbers): return .stored(numbers)
    }
  }
}
