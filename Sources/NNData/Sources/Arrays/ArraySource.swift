import NNCore
import NNFiles

/// A format of files that hold one array each: the inputs in one file, the right answers in another.
protocol ArraySource: SampleFormat {
  /// Whether bytes begin like a file of this format.
  static func isArray(_ bytes: [UInt8]) -> Bool

  /// The array in a file's bytes. Throws a `DiagnosticError` that names `file`.
  static func parse(_ bytes: consuming [UInt8], file: String, isDouble: Bool) throws -> BinaryArray

  /// What the first bytes of a file say of its array. Throws a `DiagnosticError` that names `file`.
  static func layout(_ head: ArraySlice<UInt8>, file: String) throws -> ArrayLayout

  /// How its inputs are streamed; nil if they are read into memory.
  var streaming: Streaming? { get }

  /// The attributes `path` and, if there are right answers, `labels`.
  var attributes: Attributes { get }
}

extension ArraySource {
  /// The samples, in the precision and with the classes of the context.
  public func read(_ context: SourceContext) throws -> Dataset {
    func file(_ name: String) -> SampleFile { SampleFile(context.resolve(attributes.text(name))) }
    return try Self.samples(
      file("path"), attributes.has("labels") ? (file("labels"), Self.self) : nil,
      attributes.has("lengths") ? (file("lengths"), Self.self) : nil, context, streaming)
  }

  static func matches(_ file: SampleFile) throws -> Bool { try isArray(file.head()) }

  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    let lengths = try request.lengths.map { try array(in: $0, "the lengths of samples") }
    guard request.hasTargets else { return try samples(file, nil, lengths, request.context) }
    guard let path = request.labels else {
      throw DiagnosticError(
        .usage, code: "missing-labels", "the right answers are missing")
    }
    return try samples(file, try array(in: path, "right answers"), lengths, request.context)
  }

  /// A file with an array of `what`, and its format.
  private static func array(
    in path: String, _ what: String
  ) throws -> (file: SampleFile, format: any ArraySource.Type) {
    let file = SampleFile(path)
    guard let format = try file.format() as? any ArraySource.Type else {
      throw DiagnosticError(
        code: "missing-labels", file: path, "this is not an array of \(what)", remedy: "give an npy or an IDX file")
    }
    return (file, format)
  }

  private static func array(_ file: SampleFile, _ context: SourceContext) throws -> BinaryArray {
    try parse(file.takeBytes(), file: file.name, isDouble: context.isDouble)
  }

  private static func samples(
    _ file: SampleFile, _ labels: (file: SampleFile, format: any ArraySource.Type)?,
    _ lengths: (file: SampleFile, format: any ArraySource.Type)?, _ context: SourceContext,
    _ streaming: Streaming? = nil
  ) throws -> Dataset {
    var inputs = try (streaming?.array(file.name) { try layout($0, file: file.name) } ?? array(file, context)).input()
    if let lengths {
      let numbers = try lengths.format.array(lengths.file, context)
      inputs = try inputs.sequences(lengths: numbers.lengths("lengths"), file: numbers.file)
    }
    let targets = try labels.map { [try $0.format.array($0.file, context).target("label", context, [inputs])] } ?? []
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
    ] + Streaming.arrayAttributes)

  let attributes: Attributes
  let streaming: Streaming?

  /// The element with the attributes of its declaration; throws nothing.
  public init(attributes: Attributes) throws {
    self.attributes = attributes
    streaming = try Streaming(attributes, "idx")
  }

  static func layout(_ head: ArraySlice<UInt8>, file: String) throws -> ArrayLayout {
    try IDXFile.layout(head, file: file)
  }

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
      .optional(
        "lengths", .path, "The file with the number of steps of each sample, for sequences of different lengths."),
    ] + Streaming.arrayAttributes)

  let attributes: Attributes
  let streaming: Streaming?

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    self.attributes = attributes
    streaming = try Streaming(attributes, "npy")
  }

  static func layout(_ head: ArraySlice<UInt8>, file: String) throws -> ArrayLayout {
    try NPYFile.layout(head, file: file)
  }

  static func isArray(_ bytes: [UInt8]) -> Bool { NPYFile.isNPY(bytes[...]) }

  static func parse(_ bytes: consuming [UInt8], file: String, isDouble: Bool) throws -> BinaryArray {
    try NPYFile.parse(bytes[...], file: file, isDouble: isDouble)
  }
}
