import NNCore
import NNFiles

/// A format of files that hold one array each: the inputs in one file, the right answers in another.
protocol ArraySource: SampleFormat {
  /// Whether bytes begin like a file of this format.
  static func isArray(_ bytes: [UInt8]) -> Bool

  /// The array in a file's bytes. Throws a `DiagnosticError` that names `file`.
  static func parse(_ bytes: consuming [UInt8], file: String, isDouble: Bool) throws -> BinaryArray

  /// The attributes `path` and, if there are right answers, `labels`.
  var attributes: Attributes { get }
}

extension ArraySource {
  /// The samples, in the precision and with the classes of the context.
  public func read(_ context: SourceContext) throws -> Dataset {
    func file(_ name: String) -> SampleFile { SampleFile(context.resolve(attributes.text(name))) }
    return try Self.samples(file("path"), attributes.has("labels") ? (file("labels"), Self.self) : nil, context)
  }

  static func matches(_ file: SampleFile) throws -> Bool { try isArray(file.bytes()) }

  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    guard request.hasTargets else { return try samples(file, nil, request.context) }
    guard let path = request.labels else {
      throw DiagnosticError(
        .usage, code: "missing-labels", "the right answers are missing")
    }
    let labels = SampleFile(path)
    guard let format = try labels.format() as? any ArraySource.Type else {
      throw DiagnosticError(
        code: "missing-labels", file: path, "this is not an array of right answers",
        remedy: "give an npy or an IDX file")
    }
    return try samples(file, (labels, format), request.context)
  }

  private static func array(_ file: SampleFile, _ context: SourceContext) throws -> BinaryArray {
    try parse(file.takeBytes(), file: file.name, isDouble: context.isDouble)
  }

  private static func samples(
    _ file: SampleFile, _ labels: (file: SampleFile, format: any ArraySource.Type)?, _ context: SourceContext
  ) throws -> Dataset {
    let inputs = try array(file, context).input()
    let targets = try labels.map { [try $0.format.array($0.file, context).target("label", context)] } ?? []
    return try Dataset(
      inputs: [inputs], targets: targets, classNames: targets.isEmpty ? nil : context.classes, file: file.name)
  }
}

/// Samples from files in the format of the MNIST database.
public struct IDXSource: ArraySource {
  /// The declaration of `<idx>`.
  public static let schema = ElementSchema(
    .source, "idx", summary: "Samples from IDX files, the format of the MNIST database, also compressed with gzip.",
    reference: "LeCun, Cortes and Burges: the MNIST database",
    example: #"<idx role="train" path="train-images-idx3-ubyte.gz" labels="train-labels-idx1-ubyte.gz"/>"#,
    attributes: [
      .required("path", .path, "The file of inputs; .gz is read transparently."),
      .optional("labels", .path, "The file of labels."),
    ])

  let attributes: Attributes

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { self.attributes = attributes }

  static func isArray(_ bytes: [UInt8]) -> Bool { IDXFile.isIDX(bytes) }

  static func parse(_ bytes: consuming [UInt8], file: String, isDouble: Bool) throws -> BinaryArray {
    try IDXFile.parse(bytes, file: file, isDouble: isDouble)
  }
}

/// Samples from NumPy's files of one array each.
public struct NPYSource: ArraySource {
  /// The declaration of `<npy>`.
  public static let schema = ElementSchema(
    .source, "npy", summary: "Samples from NumPy's files of one array each, samples along the first dimension.",
    reference: "numpy.lib.format, versions 1 to 3",
    example: #"<npy role="train" path="x.npy" labels="y.npy"/>"#,
    attributes: [
      .required("path", .path, "The file of inputs."),
      .optional("labels", .path, "The file of labels (whole numbers) or target values (other numbers)."),
    ])

  let attributes: Attributes

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws { self.attributes = attributes }

  static func isArray(_ bytes: [UInt8]) -> Bool { NPYFile.isNPY(bytes[...]) }

  static func parse(_ bytes: consuming [UInt8], file: String, isDouble: Bool) throws -> BinaryArray {
    try NPYFile.parse(bytes[...], file: file, isDouble: isDouble)
  }
}
