import NNCore
import NNFiles
import NNText

/// Samples from NumPy's archives of several arrays.
public struct NPZSource: SampleFormat {
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
      .optional(
        "lengths", .words,
        "For each of the inputs, in their order, the array with the number of steps of each sample, or none."),
    ])

  private let path: String
  private let inputs: [String]
  private let targets: [String]
  private let lengths: [String]

  /// The element with the attributes of its declaration. Throws an `ElementError` for those that exclude one another.
  public init(attributes: Attributes) throws {
    path = attributes.text("path")
    inputs = attributes.words("inputs")
    targets = attributes.text("targets").splitAtWhitespace
    lengths = attributes.has("lengths") ? attributes.words("lengths") : []
    guard lengths.isEmpty || lengths.count == inputs.count else {
      throw ElementError(
        code: "bad-value", "<npz> has \(inputs.count) inputs, but lengths for \(lengths.count)",
        remedy: "name an array for each, or none", attribute: "lengths")
    }
    for (names, attribute) in [(inputs, "inputs"), (targets, "targets")] {
      var seen: Set<String> = []
      if let twice = names.first(where: { !seen.insert($0).inserted }) {
        throw ElementError(
          code: "exclusive-attributes", "<npz> names the array '\(twice)' twice", attribute: attribute)
      }
    }
  }

  /// Reads the samples of the files that its attributes name. Throws a `DiagnosticError` with file and line.
  public func read(_ context: SourceContext) throws -> Dataset {
    let file = context.resolve(path)
    return try Self.read(NPZArchive(FileReading.bytes(file), file: file), inputs, targets, lengths, context)
  }

  static func matches(_ file: SampleFile) throws -> Bool { try ZipArchive.isZip(file.head()) }

  /// The arrays that the training set had. Without a record the targets are `y`, and the inputs are those that the
  /// request names, or `x`, or, where no targets are wanted, the only array that there is.
  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset {
    let archive = try NPZArchive(file.takeBytes(), file: file.name)
    let context = request.context
    if case .archive(let inputs, let targets, let lengths)? = context.record?.form {
      return try read(archive, inputs, request.hasTargets ? targets : [], lengths, context)
    }
    if request.hasTargets { return try read(archive, ["x"], ["y"], [], context) }
    let arrays = archive.arrays
    if !request.inputs.isEmpty, request.inputs.allSatisfy(arrays.contains) {
      return try read(archive, request.inputs, [], [], context)
    }
    guard let name = arrays.contains("x") ? "x" : arrays.count == 1 ? arrays[0] : nil else {
      throw DiagnosticError(
        code: "unknown-array", file: archive.file,
        "the archive has no array 'x', and not just one array either; it has "
          + arrays.joined(separator: ", ").shortened)
    }
    return try read(archive, [name], [], [], context)
  }

  private static func read(
    _ archive: NPZArchive, _ inputs: [String], _ targets: [String], _ lengths: [String], _ context: SourceContext
  ) throws -> Dataset {
    func array(_ name: String) throws -> BinaryArray { try archive.array(name, isDouble: context.isDouble) }
    func input(_ index: Int) throws -> DataArray {
      let input = try array(inputs[index]).input(inputs[index])
      guard index < lengths.count, lengths[index] != "none" else { return input }
      return try input.sequences(lengths: array(lengths[index]).lengths(lengths[index]), file: archive.file)
    }
    let arrays = try inputs.indices.map(input)
    // A single target is what losses look for unless told otherwise.
    var set = try Dataset(
      inputs: arrays,
      targets: targets.map { try array($0).target(targets.count == 1 ? "label" : $0, context, arrays) },
      classNames: context.classes, file: archive.file)
    set.record = SourceRecord(.archive(inputs: inputs, targets: targets, lengths: lengths))
    return set
  }
}
