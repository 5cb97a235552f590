import NNCore
import NNFiles

/// Samples of CIFAR-100 in its binary form.
public struct CIFAR100Source: DataSource, DeclaredElement {
  /// The declaration of `<cifar100>`.
  public static let schema = ElementSchema(
    .source, "cifar100",
    summary: "The pictures of CIFAR-100, 3x32x32: train.bin of a folder for training, test.bin for the other roles; or "
      + "one file.",
    reference:
      "Krizhevsky 2009: binary version, records of a coarse and a fine label byte and 3072 bytes of red, green "
      + "and blue",
    example: #"<cifar100 role="train" path="data/cifar100"/>"#,
    attributes: [
      .required("path", .path, "The folder of the files, or a single one."),
      .optional(
        "labels", .choice(["fine", "coarse"]), default: .text("fine"),
        "Which label is the class: one of 100 fine ones, or one of 20 coarse ones."),
    ] + ElementSchema.sourceAttributes)

  private static let record = 2 + 3 * 32 * 32

  private let path: String
  private let isTraining: Bool
  private let isCoarse: Bool

  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    isTraining = attributes.text("role") == "train"
    isCoarse = attributes.text("labels") == "coarse"
  }

  public func read(_ context: SourceContext) throws -> Dataset {
    let place = context.resolve(path)
    let file = path.hasSuffix(".bin") ? place : "\(place)/\(isTraining ? "train" : "test").bin"
    let names = isCoarse ? CIFAR100Classes.coarse : CIFAR100Classes.fine
    if let classes = context.classes, classes.count != names.count {
      throw DiagnosticError(
        code: "class-count", file: place,
        "the pictures have \(names.count) classes, but the model names \(classes.count)")
    }
    let bytes = try FileReading.expandedBytes(file)
    guard !bytes.isEmpty, bytes.count % Self.record == 0 else {
      throw DiagnosticError(
        code: "wrong-size", file: file, "its \(bytes.count) bytes are not whole records of \(Self.record) bytes",
        remedy: "take the binary version of CIFAR-100")
    }
    var pictures: [UInt8] = []
    var labels: [Int32] = []
    pictures.reserveCapacity(bytes.count)
    for start in stride(from: 0, to: bytes.count, by: Self.record) {
      let label = bytes[isCoarse ? start : start + 1]
      guard label < names.count else {
        throw DiagnosticError(
          code: "label-out-of-range", file: file,
          "the label \(label) of record \(start / Self.record + 1) is not a class from 0 to \(names.count - 1)",
          remedy: "take the binary version of CIFAR-100")
      }
      labels.append(Int32(label))
      pictures += bytes[(start + 2)..<(start + Self.record)]
    }
    return try Dataset(
      inputs: [DataArray(name: "input", form: .values(Shape(3, 32, 32)), elements: .bytes(pictures))],
      targets: [
        DataArray(name: "label", form: .classes(count: names.count, shape: Shape(1)), elements: .labels(labels))
      ], classNames: context.classes ?? names, file: place)
  }

  /// Whether a file's size is that of whole records, and not of CIFAR-10's, which are a byte shorter.
  static func isFile(_ file: String) throws -> Bool {
    let size = try FileReading.expandedBytes(file).count
    return size > 0 && size % record == 0 && size % (record - 1) != 0
  }

  /// The samples of one file, with the labels of which there are as many as the context names classes.
  static func read(_ file: String, _ context: SourceContext) throws -> Dataset {
    let labels = context.classes?.count == CIFAR100Classes.coarse.count ? "coarse" : "fine"
    return try CIFAR100Source(attributes: Attributes(["path": .text(file), "labels": .text(labels)], for: schema)).read(
      SourceContext(folder: ".", classes: context.classes, isDouble: context.isDouble))
  }
}
