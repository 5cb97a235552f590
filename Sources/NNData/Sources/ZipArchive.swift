import NNCore
import NNFiles
import NNText

/// The entries of a zip file, stored or deflated; read through the central directory.
///
/// Format: PKWARE, ".ZIP File Format Specification", 6.3.10; with the longer records of zip64, which some programs write
/// whatever the size.
struct ZipArchive {
  private struct Entry {
    var method: Int
    var checksum: UInt32
    var compressed: Int
    var size: Int
    var header: Int
  }

  private let bytes: [UInt8]
  let file: String
  private var entries: [String: Entry] = [:]

  /// Names of the entries, sorted.
  var names: [String] { entries.keys.sorted() }
  /// Names of the arrays, sorted.
  var arrays: [String] { names.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) } }

  /// Whether the bytes begin like a zip file.
  static func isZip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 3, 4]) }

  init(_ bytes: [UInt8], file: String) throws {
    self.bytes = bytes
    self.file = file
    guard let end = Self.endRecord(bytes) else {
      throw DiagnosticError(code: "not-zip", file: file, "this is not a zip archive, or it ends early")
    }
    guard let (count, start) = Self.directory(bytes, end), start <= bytes.count else { throw damaged }
    var directory = ByteReader(bytes[start...])
    for _ in 0..<count {
      guard directory.integer(4, isBigEndian: false) == 0x0201_4B50, directory.take(6) != nil,
        let method = directory.integer(2, isBigEndian: false), directory.take(4) != nil,
        let checksum = directory.integer(4, isBigEndian: false),
        let compressed = directory.integer(4, isBigEndian: false), let size = directory.integer(4, isBigEndian: false),
        let nameLength = directory.integer(2, isBigEndian: false),
        let extraLength = directory.integer(2, isBigEndian: false),
        let commentLength = directory.integer(2, isBigEndian: false), directory.take(8) != nil,
        let header = directory.integer(4, isBigEndian: false), let name = directory.take(Int(nameLength)),
        let extra = directory.take(Int(extraLength)), directory.take(Int(commentLength)) != nil,
        let numbers = Self.wide([size, compressed, header], extra)
      else { throw damaged }
      entries[String(decoding: name, as: UTF8.self)] = Entry(
        method: Int(method), checksum: UInt32(checksum), compressed: numbers[1], size: numbers[0], header: numbers[2])
    }
  }

  /// An entry's contents, expanded.
  func contents(_ name: String) throws -> [UInt8] {
    guard let entry = entries[name] else {
      let arrays = names.map { $0.hasSuffix(".npy") ? String($0.dropLast(4)) : $0 }
      let wanted = name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
      let near = nearestName(to: wanted, among: arrays)
      throw DiagnosticError(
        code: "unknown-array", file: file,
        "the archive has no array '\(wanted.shortened)'; it has \(arrays.joined(separator: ", ").shortened)",
        remedy: near.map { "did you mean '\($0)'?" })
    }
    guard entry.header <= bytes.count else { throw damaged }
    var reader = ByteReader(bytes[entry.header...])
    guard reader.integer(4, isBigEndian: false) == 0x0403_4B50, reader.take(22) != nil,
      let nameLength = reader.integer(2, isBigEndian: false), let extraLength = reader.integer(2, isBigEndian: false),
      reader.take(Int(nameLength) + Int(extraLength)) != nil, let data = reader.take(entry.compressed)
    else { throw damaged }
    let result: [UInt8]
    switch entry.method {
    case 0:
      guard entry.size == entry.compressed else { throw damaged }
      try SystemMemory.require(entry.size, reading: file)
      result = Array(data)
    case 8:
      result = try Compression.inflateRaw(data, file: file, limit: min(entry.size, Self.largestEntry))
      guard result.count == entry.size else { throw damaged }
    default:
      throw DiagnosticError(
        code: "zip-method", file: file, "entry '\(name.shortened)' is compressed in a way that cannot be read")
    }
    guard result.withUnsafeBytes({ Compression.crc32($0) }) == entry.checksum else { throw damaged }
    return result
  }

  /// Bytes that one entry may have.
  private static let largestEntry = 1 << 32

  /// How many entries the directory has and where it begins, from the record at `end` or the longer one before it.
  private static func directory(_ bytes: [UInt8], _ end: Int) -> (count: Int, start: Int)? {
    var reader = ByteReader(bytes[end...])
    guard reader.take(10) != nil, let count = reader.integer(2, isBigEndian: false), reader.take(4) != nil,
      let start = reader.integer(4, isBigEndian: false)
    else { return nil }
    guard count == 0xFFFF || start == 0xFFFF_FFFF, end >= 20 else { return (Int(count), Int(start)) }
    var locator = ByteReader(bytes[(end - 20)..<end])
    guard locator.integer(4, isBigEndian: false) == 0x0706_4B50 else { return (Int(count), Int(start)) }
    guard locator.take(4) != nil, let place = locator.integer(8, isBigEndian: false), place <= UInt64(bytes.count)
    else {
      return nil
    }
    var longer = ByteReader(bytes[Int(place)...])
    guard longer.integer(4, isBigEndian: false) == 0x0606_4B50, longer.take(28) != nil,
      let wideCount = longer.integer(8, isBigEndian: false), longer.take(8) != nil,
      let wideStart = longer.integer(8, isBigEndian: false), wideStart <= UInt64(bytes.count),
      // Each entry of the directory takes at least 46 bytes.
      wideCount <= UInt64(bytes.count / 46)
    else { return nil }
    return (Int(wideCount), Int(wideStart))
  }

  /// Sizes and places as numbers, those that do not fit into 32 bits from an entry's extra field.
  private static func wide(_ numbers: [UInt64], _ extra: ArraySlice<UInt8>) -> [Int]? {
    guard numbers.contains(0xFFFF_FFFF) else { return numbers.map { Int($0) } }
    var fields = ByteReader(extra)
    while let kind = fields.integer(2, isBigEndian: false), let length = fields.integer(2, isBigEndian: false),
      let content = fields.take(Int(length))
    {
      guard kind == 1 else { continue }
      var reader = ByteReader(content)
      var result: [Int] = []
      for number in numbers {
        guard number == 0xFFFF_FFFF else {
          result.append(Int(number))
          continue
        }
        guard let wide = reader.integer(8, isBigEndian: false), wide <= UInt64(Int32.max) << 16 else { return nil }
        result.append(Int(wide))
      }
      return result
    }
    return nil
  }

  private var damaged: DiagnosticError {
    DiagnosticError(code: "bad-zip", file: file, "the archive is damaged")
  }

  /// Where the last record begins; a comment of up to 65,535 bytes may follow it.
  private static func endRecord(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 22 else { return nil }
    for start in stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - 65_535), by: -1)
    where bytes[start] == 0x50 && bytes[start + 1] == 0x4B && bytes[start + 2] == 5 && bytes[start + 3] == 6 {
      return start
    }
    return nil
  }
}
