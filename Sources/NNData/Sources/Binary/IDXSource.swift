import NNCore
import NNFiles
import NNText

/// Samples from files in the format of the MNIST database.
public struct IDXSource: DataSource, DeclaredElement {
  /// The declaration of `<idx>`.
  public static let schema = ElementSchema(
    .source, "idx", summary: "Samples from IDX files, the format of the MNIST database, also compressed with gzip.",
    reference: "LeCun, Cortes and Burges: the MNIST database",
    example: #"<idx role="train" path="train-images-idx3-ubyte.gz" labels="train-labels-idx1-ubyte.gz"/>"#,
    attributes: [
      .required("path", .path, "The file of inputs; .gz is read transparently."),
      .optional("labels", .path, "The file of labels."),
    ])

  private let path: String
  private let labels: String?

  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    labels = attributes.has("labels") ? attributes.text("labels") : nil
  }

  public func read(_ context: SourceContext) throws -> Dataset {
    let file = context.resolve(path)
    let input = try IDXFile.parse(FileReading.expandedBytes(file), file: file, isDouble: context.isDouble).input()
    guard let labels else { return try Dataset(inputs: [input], targets: [], file: file) }
    let labelFile = context.resolve(labels)
    let target = try IDXFile.parse(FileReading.expandedBytes(labelFile), file: labelFile, isDouble: context.isDouble)
      .target("label", context)
    return try Dataset(inputs: [input], targets: [target], classNames: context.classes, file: file)
  }
}

/// The IDX format: two zero bytes, a type, the number of dimensions, the sizes, the elements; all big-endian.
enum IDXFile {
  private static let types: [UInt8: BinaryType] = [
    0x08: .unsigned(1), 0x09: .signed(1), 0x0B: .signed(2), 0x0C: .signed(4), 0x0D: .float(4), 0x0E: .float(8),
  ]

  /// Whether the bytes begin like an IDX file.
  static func isIDX(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && types[bytes[2]] != nil && bytes[3] > 0
  }

  /// The array in a file. Bytes are not copied if the caller lets go of them.
  static func parse(_ bytes: consuming [UInt8], file: String, isDouble: Bool) throws -> BinaryArray {
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
    guard let count = BinaryArray.count(dimensions), count * type.size == bytes.count - start else {
      let sizes = dimensions.map(String.init).joined(separator: "x").shortened
      throw DiagnosticError(
        code: "wrong-size", file: file,
        "the header promises \(sizes) elements of \(type.size) byte\(type.size == 1 ? "" : "s"), but "
          + "\(bytes.count - start) bytes follow")
    }
    var isInteger = true
    if case .float = type { isInteger = false }
    let elements: DataArray.Elements
    if case .unsigned(1) = type {
      bytes.removeSubrange(..<start)
      elements = .bytes(bytes)
    } else {
      try SystemMemory.require(Count.product(type.decodedSize(isDouble: isDouble), count), reading: file)
      elements = type.decode(bytes[start...], isBigEndian: true, isDouble: isDouble)
    }
    return BinaryArray(dimensions: dimensions, elements: elements, isInteger: isInteger, file: file)
  }
}
