import NNKernels

/// Reproducible test data.
struct TestNumbers {
  private var position: UInt64 = 0
  private let stream: RandomStream

  init(_ key: Int) { stream = RandomStream(key: UInt64(key)) }

  mutating func next(_ low: Double = -1, _ high: Double = 1) -> Double {
    position += 1
    return low + (high - low) * stream.uniform(position)
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    position += 1
    return range.lowerBound + stream.integer(below: range.count, at: position)
  }

  mutating func floats(_ count: Int, _ low: Double = -1, _ high: Double = 1) -> [Float] {
    (0..<count).map { _ in Float(next(low, high)) }
  }
}

extension Storage where Element == Float {
  /// Floats that start `offset` scalars behind an aligned address, so that no kernel can count on alignment.
  static func unaligned(_ elements: [Float], offset: Int) -> (Storage<Float>, Buffer<Float>) {
    let storage = Storage(count: elements.count + offset)
    let view = storage.buffer.slice(from: offset, count: elements.count)
    for (i, element) in elements.enumerated() { view[i] = element }
    return (storage, view)
  }
}

extension Array where Element == Float {
  var bits: [UInt32] { map(\.bitPattern) }
}

/// The kernels of all levels that this machine can run.
let tables = KernelLevel.available.compactMap { KernelTable.of($0) }
