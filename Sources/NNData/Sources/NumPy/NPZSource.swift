import NNCore
import NNFiles
import NNText

/// Samples from NumPy's archives of several arrays.
public struct NPZSource: DataSource, DeclaredElement {
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
    for (names, attribute) in [(inputs, "inputs"), (targets, "targets")] {
      var seen: Set<String> = []
      if let twice = names.first(where: { !seen.insert($0).inserted }) {
        throw ElementError(
          code: "exclusive-attributes", "<npz> names the array '\(twice)' twice", attribute: attribute)
      }
    }
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
