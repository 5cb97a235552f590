import NNCore
import NNFiles

/// Samples from NumPy's archives of several arrays.
public struct NPZSource: DataSource {
  /// The declaration of `<npz>`.
  public static let schema = ElementSchema(
    .source, "npz", summary: "Samples from one of NumPy's archives of several arrays, compressed or not.",
    reference: "numpy.savez, numpy.savez_compressed", example: #"<npz role="train" path="train.npz"/>"#,
    attributes: [
      .required("path", .path, "The archive."),
      .optional(
        "inputs", .names, default: .words(["x"]),
        "The arrays that the net's inputs read: by name, or in their order if none has an input's name."),
      .optional("targets", .text, default: .text("y"), "The arrays of right answers, or nothing."),
    ])

  private let path: String
  private let inputs: [String]
  private let targets: [String]

  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    inputs = attributes.words("inputs")
    targets = attributes.text("targets").splitAtWhitespace
  }

  public func read(_ context: SourceContext) throws -> Dataset {
    let file = context.resolve(path)
    return try Self.read(ZipArchive(FileReading.bytes(file), file: file), inputs, targets, context)
  }

  /// The samples of an archive, from the arrays that the training set had, or `x` and `y`.
  static func samples(of archive: ZipArchive, _ context: SourceContext) throws -> Dataset {
    guard case .archive(let inputs, let targets)? = context.record?.form else {
      return try read(archive, ["x"], ["y"], context)
    }
    return try read(archive, inputs, targets, context)
  }

  /// The inputs in an archive: the arrays that the training set had; without a record those that are `named`, or `x`, or
  /// the only one there is.
  static func inputs(
    of archive: ZipArchive, _ record: SourceRecord?, named names: [String], _ context: SourceContext
  ) throws -> Dataset {
    if case .archive(let inputs, _)? = record?.form { return try read(archive, inputs, [], context) }
    let arrays = archive.arrays
    try ForeignFormat.check(archive)
    if !names.isEmpty, names.allSatisfy(arrays.contains) { return try read(archive, names, [], context) }
    guard let name = arrays.contains("x") ? "x" : arrays.count == 1 ? arrays[0] : nil else {
      throw DiagnosticError(
        code: "unknown-array", file: archive.file,
        "the archive has no array 'x', and not just one array either; it has "
          + arrays.joined(separator: ", ").shortened)
    }
    return try read(archive, [name], [], context)
  }

  private static func read(
    _ archive: ZipArchive, _ inputs: [String], _ targets: [String], _ context: SourceContext
  ) throws -> Dataset {
    func array(_ name: String) throws -> BinaryArray {
      try NPYFile.parse(
        archive.contents(name + ".npy")[...], file: "\(archive.file)(\(name))", isDouble: context.isDouble)
    }
    try ForeignFormat.check(archive)
    // A single target is what losses look for unless told otherwise.
    var set = try Dataset(
      inputs: inputs.map { try array($0).input($0) },
      targets: targets.map { try array($0).target(targets.count == 1 ? "label" : $0, context) },
      classNames: context.classes, file: archive.file)
    set.record = SourceRecord(.archive(inputs: inputs, targets: targets))
    return set
  }
}

/// The entries of a zip file, stored or deflated; read through the central directory.
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
    var reader = ByteReader(bytes[end...])
    guard reader.take(10) != nil, let count = reader.integer(2, isBigEndian: false), reader.take(4) != nil,
      let start = reader.integer(4, isBigEndian: false)
    else { throw damaged }
    if count == 0xFFFF || start == 0xFFFF_FFFF {
      throw DiagnosticError(
        code: "zip64", file: file, "archives of more than 4 GB cannot be read", remedy: "save the arrays as .npy files")
    }
    guard Int(start) <= bytes.count else { throw damaged }
    var directory = ByteReader(bytes[Int(start)...])
    for _ in 0..<count {
      guard directory.integer(4, isBigEndian: false) == 0x0201_4B50, directory.take(6) != nil,
        let method = directory.integer(2, isBigEndian: false), directory.take(4) != nil,
        let checksum = directory.integer(4, isBigEndian: false),
        let compressed = directory.integer(4, isBigEndian: false), let size = directory.integer(4, isBigEndian: false),
        let nameLength = directory.integer(2, isBigEndian: false),
        let extraLength = directory.integer(2, isBigEndian: false),
        let commentLength = directory.integer(2, isBigEndian: false), directory.take(8) != nil,
        let header = directory.integer(4, isBigEndian: false), let name = directory.take(Int(nameLength)),
        directory.take(Int(extraLength) + Int(commentLength)) != nil
      else { throw damaged }
      entries[String(decoding: name, as: UTF8.self)] = Entry(
        method: Int(method), checksum: UInt32(checksum), compressed: Int(compressed), size: Int(size),
        header: Int(header))
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
      result = Array(data)
    case 8:
      result = try Compression.inflateRaw(data, file: file, limit: entry.size)
      guard result.count == entry.size else { throw damaged }
    default:
      throw DiagnosticError(
        code: "zip-method", file: file, "entry '\(name.shortened)' is compressed in a way that cannot be read")
    }
    guard result.withUnsafeBytes({ Compression.crc32($0) }) == entry.checksum else { throw damaged }
    return result
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
