import NNCore
import NNFiles
import NNKernels
import NNText

/// A safetensors file: named arrays of numbers and a dictionary of texts.
///
/// Format: eight bytes that give the header's length, the header in JSON, the arrays' bytes without gaps. Everything the
/// header says is checked against the file's size before anything is taken from it.
public struct TensorFile: Sendable {
  /// One array.
  public struct Entry: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The format's word for the number type, such as `F32`.
    public var type: String
    /// The sizes; 0 is allowed.
    public var dimensions: [Int]
    /// Where its bytes lie in `data`.
    public var range: Range<Int>

    /// The number of elements.
    public var count: Int { dimensions.reduce(1, *) }
  }

  /// The texts.
  public var metadata: [String: String]
  /// The arrays, in the order of their bytes.
  public private(set) var entries: [Entry]
  /// All arrays' bytes.
  public private(set) var data: [UInt8]
  private var positions: [String: Int]
  /// The file's name, for messages.
  public let file: String

  /// The header's name for the texts; no array can have it.
  package static let metadataKey = "__metadata__"
  /// The longest header that is accepted, as the format defines it.
  public static let longestHeader = 100_000_000
  /// Bytes of one element of each type.
  static let sizes: [String: Int] = [
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1,
    "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1,
  ]

  /// An empty file to be filled.
  public init(metadata: [String: String] = [:]) {
    self.metadata = metadata
    entries = []
    data = []
    positions = [:]
    file = "new file"
  }

  /// The array called `name`.
  public func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// Appends an array. Throws a `DiagnosticError` if there is one of that name.
  public mutating func append<S: Scalar>(_ name: String, dimensions: [Int], _ values: Buffer<S>) throws {
    let bytes = UnsafeRawBufferPointer(start: values.base, count: values.count * MemoryLayout<S>.stride)
    try append(name, type: S.elementType == .float32 ? "F32" : "F64", dimensions: dimensions, bytes)
  }

  /// Appends an array of numbers in double precision. Throws a `DiagnosticError` if there is one of that name.
  public mutating func append(_ name: String, dimensions: [Int], values: [Double]) throws {
    try values.withUnsafeBytes { try append(name, type: "F64", dimensions: dimensions, $0) }
  }

  /// Appends 64-bit numbers that are not weights, such as the state of a run. Throws a `DiagnosticError` if there is an array
  /// of that name.
  public mutating func append(_ name: String, words: [UInt64]) throws {
    try words.withUnsafeBytes { try append(name, type: "U64", dimensions: [words.count], $0) }
  }

  private mutating func append(_ name: String, type: String, dimensions: [Int], _ bytes: UnsafeRawBufferPointer) throws
  {
    guard positions[name] == nil else {
      throw DiagnosticError(
        code: "duplicate-array", file: file, "two arrays would be called '\(name.shortened)'",
        remedy: "give one of them another name")
    }
    precondition(
      dimensions.reduce(1, *) * (Self.sizes[type] ?? 0) == bytes.count, "array '\(name)' is not as large as its shape")
    positions[name] = entries.count
    entries.append(
      Entry(name: name, type: type, dimensions: dimensions, range: data.count..<(data.count + bytes.count)))
    data.append(contentsOf: bytes)
  }

  /// The 64-bit numbers of an array, or nil if there is none of that name and type.
  public func words(_ name: String) -> [UInt64]? {
    guard let entry = entry(name), entry.type == "U64" else { return nil }
    return (0..<entry.count).map { index in
      data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: entry.range.lowerBound + 8 * index, as: UInt64.self) }
    }
  }

  /// Copies an array's elements into `target`, which is as long. Every type of `sizes` can be read.
  ///
  /// - Parameter converting: whether numbers of another type than the target's are converted, to the nearest.
  /// - Returns: false if nothing was copied, because the type is another and `converting` is false.
  public func read<S: Scalar>(_ entry: Entry, into target: Buffer<S>, converting: Bool = true) -> Bool {
    precondition(target.count == entry.count)
    guard converting || entry.type == (S.elementType == .float32 ? "F32" : "F64") else { return false }
    return data.withUnsafeBytes { bytes -> Bool in
      let bytes = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
      switch entry.type {
      case "F32": Self.convert(bytes, target, Float.self) { S($0) }
      case "F64": Self.convert(bytes, target, Double.self) { S($0) }
      case "F16": Self.convert(bytes, target, UInt16.self) { S(Float(halfPrecision: $0)) }
      case "BF16": Self.convert(bytes, target, UInt16.self) { S(Float(bitPattern: UInt32($0) << 16)) }
      case "I64": Self.convert(bytes, target, Int64.self) { S($0) }
      case "U64": Self.convert(bytes, target, UInt64.self) { S($0) }
      case "I32": Self.convert(bytes, target, Int32.self) { S($0) }
      case "U32": Self.convert(bytes, target, UInt32.self) { S($0) }
      case "I16": Self.convert(bytes, target, Int16.self) { S($0) }
      case "U16": Self.convert(bytes, target, UInt16.self) { S($0) }
      case "I8": Self.convert(bytes, target, Int8.self) { S($0) }
      case "F8_E5M2": Self.convert(bytes, target, UInt8.self) { S(Float(halfPrecision: UInt16($0) << 8)) }
      case "F8_E4M3": Self.convert(bytes, target, UInt8.self) { S(Self.quarter($0)) }
      case "U8", "BOOL": Self.convert(bytes, target, UInt8.self) { S($0) }
      default: return false
      }
      return true
    }
  }

  private static func convert<S: Scalar, T: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ target: Buffer<S>, _ type: T.Type, _ scalar: (T) -> S
  ) {
    for index in 0..<target.count {
      target[index] = scalar(bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self))
    }
  }

  /// Eight bits with four of exponent, as the OCP 8-bit Floating Point Specification (2023) defines E4M3: there are no
  /// infinities, and only the largest codes are no number.
  private static func quarter(_ bits: UInt8) -> Float {
    let sign: Float = bits & 0x80 == 0 ? 1 : -1
    let exponent = Int(bits >> 3 & 0xF)
    let fraction = Float(bits & 7)
    if bits & 0x7F == 0x7F { return .nan }
    if exponent == 0 { return sign * fraction * 0x1p-9 }
    return sign * Float(sign: .plus, exponent: exponent - 7, significand: 1 + fraction * 0x1p-3)
  }
}

extension TensorFile {
  /// Writes the file, whole or not at all, with the checksum in its metadata. Throws a `DiagnosticError`: it could not be
  /// read back (65), or cannot be created (73) or written (74).
  ///
  /// - Parameter replacing: whether a file may be there already; if not, that is an error (73).
  public func write(_ path: String, replacing: Bool = true) throws {
    let header = header()
    guard header.count - 8 <= Self.longestHeader else { throw Self.tooLong(header.count - 8, path) }
    try header.withUnsafeBytes { header in
      try data.withUnsafeBytes { try AtomicFile.write(path, [header, $0], replacing: replacing) }
    }
  }

  /// What to say of a header that nobody can read.
  package static func tooLong(_ bytes: Int, _ file: String, remedy: String? = nil) -> DiagnosticError {
    DiagnosticError(
      code: "header-too-long", file: file,
      "names and texts of the arrays would take \(byteText(bytes)), more than the \(byteText(longestHeader)) that a file "
        + "of weights can have", remedy: remedy ?? "shorten the names of layers, or use fewer of them")
  }

  /// Bytes that a plan's arrays take in a header at most.
  package static func headerBytes(_ plan: NetworkPlan, prefix: String = "") -> Int {
    // A name, the words around type, shape and place, and the numbers, of up to 20 digits.
    func bytes(_ name: String, _ rank: Int) -> Int { prefix.utf8.count + name.utf8.count + 100 + 11 * rank }
    return plan.parameters.reduce(0) { $0 + bytes($1.name, $1.plan.shape.rank) }
      + plan.states.reduce(0) { $0 + bytes($1.name, $1.plan.shape.rank) }
  }

  /// The file's bytes.
  public var bytes: [UInt8] { header() + data }

  private func header() -> [UInt8] {
    var metadata = metadata
    metadata[Self.checksumKey] = checksum
    var text = "{\(json(Self.metadataKey)):{"
    text += metadata.keys.sorted().map { key in
      "\(json(key)):\(json(metadata[key] ?? ""))"
    }.joined(separator: ",")
    text += "}"
    for entry in entries {
      text += ",\(json(entry.name)):{\"dtype\":\"\(entry.type)\",\"shape\":\(json(entry.dimensions)),"
      text += "\"data_offsets\":[\(entry.range.lowerBound),\(entry.range.upperBound)]}"
    }
    text += "}"
    var header = Array(text.utf8)
    // The arrays begin at a multiple of eight, so that they can be used where they lie.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var length = UInt64(header.count).littleEndian
    return withUnsafeBytes(of: &length) { Array($0) } + header
  }

  /// Reads a file. Throws a `DiagnosticError` that says what is wrong with it.
  public init(path: String) throws { try self.init(bytes: FileReading.bytes(path), file: path) }

  /// Reads a file's bytes.
  public init(bytes: [UInt8], file: String) throws {
    func failure(_ code: String, _ message: String, _ remedy: String? = nil) -> DiagnosticError {
      DiagnosticError(code: code, file: file, message, remedy: remedy)
    }
    // The length of a header may happen to look like another format's first bytes.
    if bytes.count <= 8 || bytes[8] != UInt8(ascii: "{"), let other = OtherFormat(bytes) {
      throw failure("not-safetensors", "this is \(other.description), not a safetensors file", other.remedy)
    }
    guard bytes.count >= 8 else { throw failure("truncated", "the file has only \(bytes.count) bytes") }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(Self.longestHeader) else {
      throw failure("header-too-long", "the header would be \(length) bytes long; this is hardly a safetensors file")
    }
    guard Int(length) <= bytes.count - 8 else {
      throw failure(
        "truncated", "the file ends within its header: \(length) bytes are promised, \(bytes.count - 8) follow")
    }
    let size = bytes.count - 8 - Int(length)
    var metadata: [String: String] = [:]
    var entries: [Entry] = []
    do {
      let isObject = try StrictJSON.forEachMember(of: bytes[8..<(8 + Int(length))]) { member in
        if member.key == Self.metadataKey {
          metadata = try Self.texts(member.value, failure)
        } else {
          entries.append(try Self.entry(member, size: size, failure))
        }
      }
      guard isObject else { throw failure("bad-header", "the header is not an object") }
    } catch let error as StrictJSON.Failure {
      throw failure(
        error.isDuplicateKey ? "duplicate-key" : "bad-header",
        "the header is not right at byte \(8 + error.position): \(error.message)")
    }
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    var end = 0
    for entry in entries {
      if entry.range.lowerBound < end {
        throw failure("overlap", "'\(entry.name.shortened)' overlaps the array before it")
      }
      if entry.range.lowerBound > end {
        throw failure(
          "hole", "\(entry.range.lowerBound - end) bytes before '\(entry.name.shortened)' belong to no array")
      }
      end = entry.range.upperBound
    }
    guard end == size else {
      throw failure("trailing-bytes", "\(size - end) bytes after the last array belong to no array")
    }
    self.metadata = metadata
    self.entries = entries
    data = Array(bytes[(8 + Int(length))...])
    positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
    self.file = file
  }

  private static func texts(
    _ value: StrictJSON, _ failure: (String, String, String?) -> DiagnosticError
  ) throws -> [String: String] {
    guard case .object(let members) = value else { throw failure("bad-header", "__metadata__ is not an object", nil) }
    var texts: [String: String] = [:]
    for member in members {
      guard case .text(let text) = member.value else {
        throw failure("bad-header", "'\(member.key.shortened)' in __metadata__ is not a text", nil)
      }
      texts[member.key] = text
    }
    return texts
  }

  private static func entry(
    _ member: StrictJSON.Member, size: Int, _ failure: (String, String, String?) -> DiagnosticError
  ) throws -> Entry {
    let name = member.key
    func wrong(_ code: String, _ what: String) -> DiagnosticError {
      failure(code, "'\(name.shortened)' \(what)", nil)
    }
    guard case .object(let fields) = member.value, fields.count == 3, case .text(let type)? = member.value["dtype"],
      case .array(let shape)? = member.value["shape"], case .array(let offsets)? = member.value["data_offsets"]
    else { throw wrong("bad-header", "needs exactly dtype, shape and data_offsets") }
    guard let elementSize = sizes[type] else { throw wrong("unknown-type", "has the unknown type \(type.shortened)") }
    var dimensions: [Int] = []
    var bytes = elementSize
    for dimension in shape {
      guard case .integer(let value) = dimension, value >= 0 else {
        throw wrong("bad-header", "has a shape that is not made of whole numbers")
      }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: value)
      guard !overflow else { throw wrong("too-large", "has more elements than can be counted") }
      bytes = product
      dimensions.append(value)
    }
    // A later size of 0 would hide an overflow of the product of the others.
    guard dimensions.count <= 64, dimensions.allSatisfy({ $0 <= 1 << 40 }) else {
      throw wrong("too-large", "has a shape that no array has")
    }
    guard offsets.count == 2, case .integer(let start) = offsets[0], case .integer(let end) = offsets[1] else {
      throw wrong("bad-header", "has data_offsets that are not two whole numbers")
    }
    guard start >= 0, start <= end, end <= size else {
      throw wrong("truncated", "lies at \(start) to \(end), but the arrays have only \(size) bytes")
    }
    guard end - start == bytes else {
      throw wrong("wrong-size", "has \(end - start) bytes, but its shape and type need \(bytes)")
    }
    return Entry(name: name, type: type, dimensions: dimensions, range: start..<end)
  }
}
