import NNCore

/// A source of CIFAR-10 or CIFAR-100 in its binary form.
protocol CIFARSource: SampleFormat {
  /// The data set.
  static var version: CIFARVersion { get }

  /// The attributes `path` and `role`.
  var attributes: Attributes { get }

  /// The label that is the target, as an index of the version's `labels`.
  var label: Int { get }
}

extension CIFARSource {
  /// The samples of the element's files, one file after the other.
  public func read(_ context: SourceContext) throws -> Dataset {
    let place = context.resolve(attributes.text("path"))
    let names = attributes.text("role") == "train" ? Self.version.training : Self.version.test
    let paths = CIFARVersion.isBinary(place) ? [place] : names.map { "\(place)/\($0)" }
    return try Self.version.read(paths.map { SampleFile($0) }, label: label, context, place: place)
  }

  static func matches(_ file: SampleFile) throws -> Bool {
    guard CIFARVersion.isBinary(file.path) else { return false }
    return try CIFARVersion.holding(file.bytes().count).name == version.name
  }

  /// The samples of one file, with those labels of which there are as many as the context names classes.
  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    let wanted = request.context.classes?.count
    let label = version.labels.firstIndex { $0.count == wanted } ?? version.labels.count - 1
    return try version.read([file], label: label, request.context, place: file.path)
  }
}

/// Samples of CIFAR-10 in its binary form.
public struct CIFAR10Source: CIFARSource {
  /// The declaration of `<cifar10>`.
  public static let schema = ElementSchema(
    .source, "cifar10",
    summary: "The pictures of CIFAR-10, 3x32x32: data_batch_1.bin to data_batch_5.bin of a folder for training, "
      + "test_batch.bin for the other roles; or one file.",
    reference: "Krizhevsky 2009: binary version, records of a label byte and 3072 bytes of red, green and blue",
    example: #"<cifar10 role="train" path="data/cifar10"/>"#,
    attributes: [.required("path", .path, "The folder of the files, or a single one.")] + ElementSchema.sourceAttributes
  )
  static let version = CIFARVersion.cifar10
  let attributes: Attributes
  let label = 0

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { self.attributes = attributes }
}

/// Samples of CIFAR-100 in its binary form.
public struct CIFAR100Source: CIFARSource {
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
  static let version = CIFARVersion.cifar100
  let attributes: Attributes
  var label: Int { attributes.text("labels") == "coarse" ? 0 : 1 }

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { self.attributes = attributes }
}
