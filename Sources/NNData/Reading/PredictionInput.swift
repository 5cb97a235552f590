import NNCore
import NNKernels

/// Reads samples to predict from a file of any format that training reads.
public enum PredictionInput {
  /// The samples in a file, whose format is recognized by its path or its first bytes.
  ///
  /// - Parameters:
  ///   - path: csv or tsv, npy, npz, IDX or ts, the .bin of CIFAR-10 and CIFAR-100, also compressed with gzip; `-` for
  ///     standard input; a PNG or JPEG file, or a folder of them.
  ///   - record: how the training set was read. A table's columns and an archive's arrays are found by it.
  ///   - label: in a table, the columns that are not inputs, as the `label` of `<csv>`; `none` if all are. Unless given,
  ///     those with the right answers in the record, where the table has them.
  ///   - lengths: the file of the samples' lengths, for npy and IDX.
  ///   - isDouble: whether numbers are kept in double precision.
  ///   - pictures: what becomes of pictures.
  ///   - workers: the threads that decode them.
  ///   - inputs: the names of the net's inputs, by which arrays are found in an archive where the training set was none.
  ///   - skipsBadRows: whether rows of a table with something wrong in them are left out, rather than an error; what was
  ///     wrong is in the set's `skipped`.
  /// - Returns: a set with the inputs alone.
  /// - Throws: a `DiagnosticError` that names the file: it is missing, damaged, or unlike the training set.
  public static func read(
    _ path: String, record: SourceRecord? = nil, label: String? = nil, lengths: String? = nil,
    isDouble: Bool = false, pictures: PictureForm? = nil, workers: WorkerPool? = nil, inputs: [String] = [],
    skipsBadRows: Bool = false
  ) throws -> Dataset {
    let file = SampleFile(path)
    var context = SourceContext(folder: ".", record: record, isDouble: isDouble, workers: workers)
    context.skipsBadRows = skipsBadRows
    let request = SampleRequest(
      hasTargets: false, context: context, label: label, lengths: lengths, pictures: pictures, inputs: inputs)
    let format = try file.format()
    try request.requireUse(by: format)
    var set = try format.samples(in: file, request)
    set.targets = []
    return try record?.windows?.cut(set, hasTargets: false) ?? set
  }
}
