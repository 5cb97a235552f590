import NNCore
import NNFiles

/// Samples of CIFAR-10 in its binary form.
public struct CIFARSource: DataSource, DeclaredElement {
  /// The declaration of `<cifar10>`.
  public static let schema = ElementSchema(
    .source, "cifar10",
    summary: "The pictures of CIFAR-10, 3x32x32: data_batch_1.bin to data_batch_5.bin of a folder for training, "
      + "test_batch.bin for the other roles; or one file.",
    reference: "Krizhevsky 2009: binary version, records of a label byte and 3072 bytes of red, green and blue",
    example: #"<cifar10 role="train" path="data/cifar10"/>"#,
    attributes: [.required("path", .path, "The folder of the files, or a single one.")] + ElementSchema.sourceAttributes
  )

  static let classNames = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]
  private static let pixels = 3 * 32 * 32

  private let path: String
  private let isTraining: Bool

  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    isTraining = attributes.text("role") == "train"
  }

  public func read(_ context: SourceContext) throws -> Dataset {
    let place = context.resolve(path)
    let files: [String]
    if path.hasSuffix(".bin") {
      files = [place]
    } else {
      files = (isTraining ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]).map { "\(place)/\($0)" }
    }
    var pictures: [UInt8] = []
    var labels: [Int32] = []
    for file in files { try Self.read(file, &pictures, &labels) }
    if let classes = context.classes, classes.count != Self.classNames.count {
      throw DiagnosticError(
        code: "class-count", file: place, "the pictures have 10 classes, but the model names \(classes.count)")
    }
    return try Dataset(
      inputs: [DataArray(name: "input", form: .values(Shape(3, 32, 32)), elements: .bytes(pictures))],
      targets: [DataArray(name: "label", form: .classes(count: 10, shape: Shape(1)), elements: .labels(labels))],
      classNames: context.classes ?? Self.classNames, file: place)
  }

  /// The samples of one file.
  static func read(_ file: String, _ context: SourceContext) throws -> Dataset {
    if try CIFAR100Source.isFile(file) { return try CIFAR100Source.read(file, context) }
    return try CIFARSource(attributes: Attributes(["path": .text(file)], for: schema)).read(
      SourceContext(folder: ".", classes: context.classes, isDouble: context.isDouble))
  }

  private static func read(_ file: String, _ pictures: inout [UInt8], _ labels: inout [Int32]) throws {
    let bytes = try FileReading.expandedBytes(file)
    let record = 1 + pixels
    guard !bytes.isEmpty, bytes.count % record == 0 else {
      throw DiagnosticError(
        code: "wrong-size", file: file, "its \(bytes.count) bytes are not whole records of \(record) bytes",
        remedy: "take the binary version of CIFAR-10")
    }
    pictures.reserveCapacity(pictures.count + bytes.count)
    for start in stride(from: 0, to: bytes.count, by: record) {
      guard bytes[start] < classNames.count else {
        throw DiagnosticError(
          code: "label-out-of-range", file: file,
          "the label \(bytes[start]) of record \(start / record + 1) is not a class from 0 to 9",
          remedy: "take the binary version of CIFAR-10")
      }
      labels.append(Int32(bytes[start]))
      pictures += bytes[(start + 1)..<(start + record)]
    }
  }
}
