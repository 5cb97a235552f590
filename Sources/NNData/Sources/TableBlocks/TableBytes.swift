import NNCore
import NNFiles

/// The bytes of a table: a file of which any part can be read, or memory.
enum TableBytes {
  case file(StoredBytes)
  case memory([UInt8])

  /// The bytes of a file. What is compressed, and what has no size, such as a pipe, is read as a whole. Throws a
  /// `DiagnosticError` if it cannot be read.
  static func open(_ path: String) throws -> TableBytes {
    if let file = StoredBytes.regular(path), !Compression.isGzip(try file.head(2)) { return .file(file) }
    return .memory(try FileReading.expandedBytes(path))
  }

  /// The number of bytes.
  var count: Int {
    switch self {
    case .file(let file): file.count
    case .memory(let bytes): bytes.count
    }
  }

  /// All bytes. Throws a `DiagnosticError` if they cannot be read.
  func all() throws -> [UInt8] {
    switch self {
    case .file(let file): try FileReading.bytes(file.path)
    case .memory(let bytes): bytes
    }
  }

  /// Some of the bytes; nil if they cannot be read.
  func part(_ range: Range<Int>) -> [UInt8]? {
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { target, filled in
      let isRead = read(at: range.lowerBound, into: UnsafeMutableBufferPointer(rebasing: target[..<range.count]))
      filled = isRead ? range.count : 0
    }
    return bytes.count == range.count ? bytes : nil
  }

  /// Fills `target` with the bytes from `offset` on; says whether all were there and could be read.
  func read(at offset: Int, into target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    switch self {
    case .file(let file): return (try? file.read(into: UnsafeMutableRawBufferPointer(target), from: offset)) != nil
    case .memory(let bytes):
      guard offset <= bytes.count, target.count <= bytes.count - offset else { return false }
      bytes.withUnsafeBufferPointer { source in
        if let from = source.baseAddress { target.baseAddress?.update(from: from + offset, count: target.count) }
      }
      return true
    }
  }
}

/// How a table is divided for reading in blocks.
struct BlockSizes {
  /// Bytes of the smallest table that is worth it.
  var leastTable = 1 << 20
  /// Bytes of a block: enough to be worth a thread's while, few enough to stay in its cache.
  var block = 1 << 19
  /// Bytes of the beginning from which the dialect is found out.
  var head = 1 << 16
}
