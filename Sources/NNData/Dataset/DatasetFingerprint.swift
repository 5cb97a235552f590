import NNCore

/// A short value that differs, but for a chance of 2^-64, between sets of different samples.
package struct DatasetFingerprint: Sendable, Hashable {
  /// The number of samples.
  package let samples: Int
  /// A hash of all arrays and of which of their rows belong to the set.
  package let hash: UInt64

  /// The fingerprint of a set.
  package init(_ set: Dataset) {
    samples = set.count
    var lanes = HashLanes()
    for array in set.inputs + set.targets {
      array.elements.withBytes { lanes.add($0) }
      array.lengths?.withUnsafeBytes { lanes.add($0) }
    }
    set.rows.withUnsafeBytes { lanes.add($0) }
    hash = lanes.value
  }

  /// A fingerprint that was written.
  package init(samples: Int, hash: UInt64) {
    self.samples = samples
    self.hash = hash
  }
}

extension DataArray.Elements {
  fileprivate func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
    switch self {
    case .bytes(let values): values.withUnsafeBytes(body)
    case .floats(let values): values.withUnsafeBytes(body)
    case .doubles(let values): values.withUnsafeBytes(body)
    case .labels(let values): values.withUnsafeBytes(body)
    case .stored(let numbers): numbers.forEachPiece(body)
    }
  }
}

/// Multiplicative hashing of 64-bit words in four lanes, whose multiplications overlap: the memory's rate is the limit.
private struct HashLanes {
  private var lanes = SIMD4<UInt64>(
    0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x27D4_EB2F_1656_67C5)
  private static let factor: UInt64 = 0x9FB2_1C65_1E98_DF25

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var offset = 0
    while offset + 32 <= bytes.count {
      let words = bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
      lanes = (lanes ^ words) &* Self.factor
      lanes ^= lanes &>> 29
      offset += 32
    }
    var rest: UInt64 = UInt64(bytes.count)
    while offset < bytes.count {
      rest = rest &* 257 &+ UInt64(bytes[offset]) &+ 1
      offset += 1
    }
    lanes = (lanes ^ SIMD4(repeating: rest)) &* Self.factor
    lanes ^= lanes &>> 29
  }

  var value: UInt64 {
    var value: UInt64 = 0
    for lane in 0..<4 {
      value = (value ^ lanes[lane]) &* Self.factor
      value ^= value &>> 31
    }
    return value
  }
}
