import NNCore
import NNFiles
import NNText

/// The IDX format: two zero bytes, a type, the number of dimensions, the sizes, the elements; all big-endian.
enum IDXFile {
  private static let types: [UInt8: BinaryType] = [
    0x08: .unsigned(1), 0x09: .signed(1), 0x0B: .signed(2), 0x0C: .signed(4), 0x0D: .float(4), 0x0E: .float(8),
  ]

  /// Whether the bytes begin like an IDX file.
  static func isIDX(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && types[bytes[2]] != nil && bytes[3] > 0
  }

  /// What a file's first bytes say of its array.
  static func layout(_ head: ArraySlice<UInt8>, file: String) throws -> ArrayLayout {
    let bytes = Array(head.prefix(4 + 4 * 255))
    guard isIDX(bytes), let type = types[bytes[2]] else {
      throw DiagnosticError(code: "not-idx", file: file, "this is not an IDX file: it does not begin as one")
    }
    let start = 4 + 4 * Int(bytes[3])
    guard start <= bytes.count else {
      throw DiagnosticError(code: "truncated", file: file, "the file ends within its header")
    }
    let dimensions = stride(from: 4, to: start, by: 4).map { position in
      Int(ByteReader.integer(bytes[position..<(position + 4)], isBigEndian: true))
    }
    var isInteger = true
    if case .float = type { isInteger = false }
    let sizes = dimensions.map(String.init).joined(separator: "x").shortened
    return ArrayLayout(
      type: type, isBigEndian: true, isInteger: isInteger, dimensions: dimensions, start: start,
      promise: "\(sizes) elements of \(type.size) byte\(type.size == 1 ? "" : "s")")
  }

  /// The array in a file. Bytes are not copied if the caller lets go of them.
  static func parse(_ bytes: consuming [UInt8], file: String, isDouble: Bool) throws -> BinaryArray {
    let layout = try layout(bytes[...], file: file)
    let (type, start, dimensions) = (layout.type, layout.start, layout.dimensions)
    let count = try layout.count(following: bytes.count - start, file: file)
    let elements: DataArray.Elements
    if case .unsigned(1) = type {
      bytes.removeSubrange(..<start)
      elements = .bytes(bytes)
    } else {
      try SystemMemory.require(Count.product(type.decodedSize(isDouble: isDouble), count), reading: file)
      elements = type.decode(bytes[start...], isBigEndian: true, isDouble: isDouble)
    }
    return BinaryArray(dimensions: dimensions, elements: elements, isInteger: layout.isInteger, file: file)
  }
}
