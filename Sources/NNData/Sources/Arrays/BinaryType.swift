import NNFiles

/// The number types that binary files hold.
enum BinaryType: Sendable, Hashable {
  case unsigned(Int)
  case signed(Int)
  case float(Int)

  var size: Int {
    switch self {
    case .unsigned(let size), .signed(let size), .float(let size): size
    }
  }

  /// Bytes that one number takes in memory.
  func decodedSize(isDouble: Bool) -> Int {
    if case .unsigned(1) = self { return 1 }
    return becomesSingles(isDouble: isDouble) ? 4 : 8
  }

  private func becomesSingles(isDouble: Bool) -> Bool {
    switch self {
    case .float(4): true
    case .float(2), .signed(1), .signed(2), .unsigned(2): !isDouble
    default: false
    }
  }

  /// Decodes so many numbers. Bytes stay bytes, and what a single holds exactly becomes singles unless doubles are asked
  /// for. Other numbers become doubles: preprocessing may need all their places.
  func decode(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool, isDouble: Bool) -> DataArray.Elements {
    if case .unsigned(1) = self { return .bytes(Array(bytes)) }
    let count = bytes.count / size
    let keepsSingles = becomesSingles(isDouble: isDouble)
    func value(_ index: Int) -> Double {
      let start = bytes.startIndex + index * size
      let bits = ByteReader.integer(bytes[start..<(start + size)], isBigEndian: isBigEndian)
      switch self {
      case .unsigned: return Double(bits)
      case .signed(1): return Double(Int8(truncatingIfNeeded: bits))
      case .signed(2): return Double(Int16(truncatingIfNeeded: bits))
      case .signed(4): return Double(Int32(truncatingIfNeeded: bits))
      case .signed: return Double(Int64(bitPattern: bits))
      case .float(2): return Double(Float(halfPrecision: UInt16(truncatingIfNeeded: bits)))
      case .float(4): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
      case .float: return Double(bitPattern: bits)
      }
    }
    return keepsSingles ? .floats((0..<count).map { Float(value($0)) }) : .doubles((0..<count).map(value))
  }
}
