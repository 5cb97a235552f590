import NNCore
import NNFiles

/// Samples from files in the format of the MNIST database.
public struct IDXSource: DataSource {
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

  /// The array in a file.
  static func parse(_ bytes: [UInt8], file: String, isDouble: Bool) throws -> BinaryArray {
    guard isIDX(bytes), let type = types[bytes[2]] else {
      throw DiagnosticError(code: "not-idx", file: file, "this is not an IDX file: it does not begin as one")
    }
    var reader = ByteReader(bytes[4...])
    var dimensions: [Int] = []
    for _ in 0..<Int(bytes[3]) {
      guard let size = reader.integer(4, isBigEndian: true) else {
        throw DiagnosticError(code: "truncated", file: file, "the file ends within its header")
      }
      dimensions.append(Int(size))
    }
    guard let count = BinaryArray.count(dimensions), let data = reader.take(count * type.size), reader.left == 0 else {
      let sizes = dimensions.map(String.init).joined(separator: "x")
      throw DiagnosticError(
        code: "wrong-size", file: file,
        "the header promises \(sizes) elements of \(type.size) byte\(type.size == 1 ? "" : "s"), but "
          + "\(bytes.count - 4 - 4 * dimensions.count) bytes follow")
    }
    var isInteger = true
    if case .float = type { isInteger = false }
    return BinaryArray(
      dimensions: dimensions, elements: type.decode(data, isBigEndian: true, isDouble: isDouble), isInteger: isInteger,
      file: file)
  }
}
