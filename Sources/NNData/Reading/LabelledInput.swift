import NNCore
import NNFiles

/// Reads samples with their right answers from a file of any format that training reads.
public enum LabelledInput {
  /// The samples in a file.
  ///
  /// - Parameters:
  ///   - path: csv, tsv, npz, npy or IDX, CIFAR-10's .bin, also compressed with gzip; a folder with a folder of PNG and
  ///     JPEG files for each class.
  ///   - labels: the file of right answers, for npy and IDX.
  ///   - label: the columns of the right answers in a table; those of `context.record` unless given, or the last one.
  ///   - context: what the training set's labels mean, and how it was read: a table's columns and an archive's arrays
  ///     are found by `record`.
  ///   - pictures: what becomes of pictures.
  public static func read(
    _ path: String, labels: String? = nil, label: String? = nil, _ context: SourceContext, pictures: PictureForm? = nil
  ) throws -> Dataset {
    switch try SampleFile(path, isDouble: context.isDouble) {
    case .pictures:
      let set = try ImagesSource.read(path, pictures, context)
      guard !set.targets.isEmpty else {
        throw DiagnosticError(
          code: "missing-labels", file: path, "the pictures have no classes",
          remedy: "put them into one folder for each class")
      }
      return set
    case .cifar: return try CIFARSource.read(path, context)
    case .archive(let archive): return try NPZSource.samples(of: archive, context)
    case .table(let bytes):
      return try CSVSource.read(
        SampleFile.name(path), bytes, CSVSource.Options(label: label), context, for: .evaluation)
    case .array(let array):
      guard let labels else {
        throw DiagnosticError(.usage, code: "missing-labels", "the right answers are missing")
      }
      guard case .array(let answers) = try SampleFile(labels, isDouble: context.isDouble) else {
        throw DiagnosticError(
          code: "missing-labels", file: labels, "this is not an array of right answers",
          remedy: "give an npy or an IDX file")
      }
      return try Dataset(
        inputs: [array.input()], targets: [answers.target("label", context)], classNames: context.classes, file: path)
    }
  }
}
