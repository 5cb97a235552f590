extension DataArray {
  /// Hands over the numbers of samples, one sample after the other in the given order, until the answer is false.
  ///
  /// - Parameters:
  ///   - rows: the samples.
  ///   - body: is given a sample's place in `rows`, and its `width` numbers.
  func forEachSample(
    of rows: [Int32], _ body: (_ place: Int, _ numbers: UnsafeBufferPointer<Double>) throws -> Bool
  ) rethrows {
    if case .stored(let stored) = elements { return try stored.forEachSample(of: rows, body) }
    let width = width
    var numbers = [Double](repeating: 0, count: width)
    for (place, row) in rows.enumerated() {
      let start = Int(row) * width
      switch elements {
      case .bytes(let values): for index in 0..<width { numbers[index] = Double(values[start + index]) }
      case .floats(let values): for index in 0..<width { numbers[index] = Double(values[start + index]) }
      case .doubles(let values): for index in 0..<width { numbers[index] = values[start + index] }
      case .labels(let values): for index in 0..<width { numbers[index] = Double(values[start + index]) }
      case .stored: break
      }
      guard try numbers.withUnsafeBufferPointer({ try body(place, $0) }) else { return }
    }
  }
}
