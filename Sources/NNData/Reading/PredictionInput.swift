import NNCore
import NNKernels

/// Reads samples to predict from files of any format that training reads: the inputs alone.
public struct PredictionInput: Sendable {
  /// How the training set was read. A table's columns and an archive's arrays are found by it.
  public var record: SourceRecord?
  /// In a table, the columns that are not inputs, as the `label` of `<csv>`; `none` if all are. Unless given, those with
  /// the right answers in the record, where the table has them.
  public var label: String?
  /// The file of the samples' lengths, for npy and IDX.
  public var lengths: String?
  /// The names of the classes, where lines of texts begin or end with one.
  public var classes: [String]?
  /// Whether numbers are kept in double precision.
  public var isDouble = false
  /// What becomes of pictures.
  public var pictures: PictureForm?
  /// The threads that decode them.
  public var workers: WorkerPool?
  /// The names of the net's inputs, by which arrays are found in an archive where the training set was none.
  public var inputs: [String] = []
  /// Whether rows of a table with something wrong in them are left out, rather than an error; what was wrong is in the
  /// set's `skipped`.
  public var skipsBadRows = false

  /// Reading of files of which nothing is known.
  public init() {}

  /// The samples in a file, whose format is recognized by its path or its first bytes.
  ///
  /// - Parameter path: csv or tsv, npy, npz, IDX or ts, the .bin of CIFAR-10 and CIFAR-100, also compressed with gzip; `-`
  ///   for standard input; a PNG or JPEG file, or a folder of them.
  /// - Returns: a set with the inputs alone.
  /// - Throws: a `DiagnosticError` that names the file: it is missing, damaged, or unlike the training set.
  public func read(_ path: String) throws -> Dataset { try read(SampleFile(path)) }

  /// The samples in a file, read with the given settings; see `read(_:)`.
  public static func read(
    _ path: String, record: SourceRecord? = nil, lengths: String? = nil, isDouble: Bool = false,
    pictures: PictureForm? = nil, inputs: [String] = []
  ) throws -> Dataset {
    var reading = PredictionInput()
    (reading.record, reading.lengths, reading.isDouble) = (record, lengths, isDouble)
    (reading.pictures, reading.inputs) = (pictures, inputs)
    return try reading.read(path)
  }

  /// The samples in a file that may be in memory already.
  func read(_ file: SampleFile) throws -> Dataset {
    do { return try samples(file) } catch let none as NoRowsLeft { throw none.error }
  }

  /// The same; throws `NoRowsLeft` if all rows of a table were left out.
  func samples(_ file: SampleFile) throws -> Dataset {
    let format = try file.format(record)
    try request.requireUse(by: format)
    var set = try format.samples(in: file, request)
    set.targets = []
    return try record?.windows?.cut(set, hasTargets: false) ?? set
  }

  private var request: SampleRequest {
    var context = SourceContext(folder: ".", classes: classes, record: record, isDouble: isDouble, workers: workers)
    context.skipsBadRows = skipsBadRows
    return SampleRequest(
      hasTargets: false, context: context, label: label, lengths: lengths, pictures: pictures, inputs: inputs)
  }
}
