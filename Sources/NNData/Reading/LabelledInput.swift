import NNCore

/// Reads samples with their right answers from a file of any format that training reads.
public enum LabelledInput {
  /// The samples in a file, whose format is recognized by its path or its first bytes.
  ///
  /// - Parameters:
  ///   - path: csv, tsv, npz, npy, IDX or ts, the .bin of CIFAR-10 and CIFAR-100, also compressed with gzip; a folder with a
  ///     folder of PNG and JPEG files for each class.
  ///   - labels: the file of right answers, for npy and IDX.
  ///   - lengths: the file of the samples' lengths, for npy and IDX.
  ///   - label: the columns of the right answers in a table; those of `context.record` unless given, or the last one.
  ///   - context: what the training set's labels mean, and how it was read: a table's columns and an archive's arrays
  ///     are found by `record`.
  ///   - pictures: what becomes of pictures.
  /// - Throws: a `DiagnosticError` that names the file: it is missing, damaged, unlike the training set, or has no right
  ///   answers.
  public static func read(
    _ path: String, labels: String? = nil, lengths: String? = nil, label: String? = nil, _ context: SourceContext,
    pictures: PictureForm? = nil
  ) throws -> Dataset {
    let file = SampleFile(path)
    let request = SampleRequest(
      hasTargets: true, context: context, label: label, labels: labels, lengths: lengths, pictures: pictures)
    let format = try file.format(context.record)
    try request.requireUse(by: format)
    let set = try format.samples(in: file, request)
    return try context.record?.windows?.cut(set, hasTargets: true, record: context.record) ?? set
  }

  /// Whether the path is that of a file that holds its right answers in any case: the .bin of CIFAR-10 or CIFAR-100.
  package static func holdsAnswers(_ path: String) -> Bool { CIFARVersion.isBinary(path) }
}
