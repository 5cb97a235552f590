import NNCore
import NNFiles

/// What a file's checksum says of it.
public enum ChecksumState: String, Sendable, Hashable {
  /// There is none.
  case missing
  /// It is not that of the file's contents.
  case wrong
  /// It is right, and covers the arrays' bytes alone.
  case numbers
  /// It is right, and covers metadata, names, types, shapes and bytes.
  case everything

  /// Whether it speaks for the file.
  public var isRight: Bool { self == .numbers || self == .everything }
}

extension TensorFile {
  /// The metadata key of the checksum.
  static let checksumKey = "nnrun.checksum"
  /// What stands before the digits of a checksum that covers everything.
  private static let mark = "2:"

  /// The checksum that the file is written with: "2:" and a CRC-32 in eight hexadecimal digits.
  ///
  /// It covers the metadata besides the checksum itself, the arrays' names, types, shapes and places, in an order that
  /// does not depend on the header's, and then the arrays' bytes. Lengths and sizes are 64-bit numbers with the low byte
  /// first, and a text is its length in bytes and its UTF-8:
  ///
  ///     count of entries, then for each by its key's bytes: key, value
  ///     count of arrays, then for each by its name's bytes: name, type, rank, sizes, place of its first byte
  ///     the arrays' bytes
  public var checksum: String {
    let described = description.withUnsafeBytes { Compression.crc32($0) }
    return Self.mark + digits(seed: described)
  }

  /// The checksum in the metadata, right or wrong; nil if there is none.
  public var statedChecksum: String? { metadata[Self.checksumKey] }

  /// What the checksum in the metadata says.
  ///
  /// Eight digits without a mark are a checksum of the arrays' bytes alone.
  public var checksumState: ChecksumState {
    guard let found = statedChecksum else { return .missing }
    if found.hasPrefix(Self.mark) { return found == checksum ? .everything : .wrong }
    return found == digits(seed: 0) ? .numbers : .wrong
  }

  private func digits(seed: UInt32) -> String {
    data.withUnsafeBytes { Compression.crc32Digits($0, seed: seed) }
  }

  /// Everything but the arrays' bytes, in the order that `checksum` explains.
  private var description: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ number: Int) {
      withUnsafeBytes(of: UInt64(bitPattern: Int64(number)).littleEndian) { bytes.append(contentsOf: $0) }
    }
    func append(_ text: String) {
      append(text.utf8.count)
      bytes.append(contentsOf: text.utf8)
    }
    func precedes(_ first: String, _ second: String) -> Bool { first.utf8.lexicographicallyPrecedes(second.utf8) }
    let texts = metadata.filter { $0.key != Self.checksumKey }.sorted { precedes($0.key, $1.key) }
    append(texts.count)
    for (key, value) in texts {
      append(key)
      append(value)
    }
    append(entries.count)
    for entry in entries.sorted(by: { precedes($0.name, $1.name) }) {
      append(entry.name)
      append(entry.type)
      append(entry.dimensions.count)
      for size in entry.dimensions { append(size) }
      append(entry.range.lowerBound)
    }
    return bytes
  }
}
