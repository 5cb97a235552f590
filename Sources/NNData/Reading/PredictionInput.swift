import NNCore
import NNKernels

/// Reads samples to predict from a file of any format that training reads, told apart by name or first bytes.
public enum PredictionInput {
  /// The samples in a file.
  ///
  /// - Parameters:
  ///   - path: csv or tsv, npy, npz or IDX, CIFAR-10's .bin, also compressed with gzip; `-` for a table on standard
  ///     input; a PNG or JPEG file, or a folder of them.
  ///   - record: how the training set was read. A table's columns and an archive's arrays are found by it.
  ///   - label: in a table, the columns that are not inputs, as the `label` of `<csv>`; `none` if all are. Unless given,
  ///     those with the right answers in the record, where the table has them.
  ///   - isDouble: whether numbers are kept in double precision.
  ///   - pictures: what becomes of pictures.
  ///   - workers: the threads that decode them.
  ///   - inputs: the names of the net's inputs, by which arrays are found in an archive that the record does not tell of.
  /// - Returns: a set with the inputs alone.
  public static func read(
    _ path: String, record: SourceRecord? = nil, label: String? = nil, isDouble: Bool = false,
    pictures: PictureForm? = nil, workers: WorkerPool? = nil, inputs: [String] = []
  ) throws -> Dataset {
    let context = SourceContext(folder: ".", record: record, isDouble: isDouble, workers: workers)
    let file = SampleFile.name(path)
    var set: Dataset
    switch try SampleFile(path, isDouble: isDouble) {
    case .pictures: set = try ImagesSource.read(path, pictures, context)
    case .cifar: set = try CIFARSource.read(path, context)
    case .array(let array): set = try Dataset(inputs: [array.input()], targets: [], file: file)
    case .archive(let archive): set = try NPZSource.inputs(of: archive, record, named: inputs, context)
    case .table(let bytes):
      set = try CSVSource.read(file, bytes, CSVSource.Options(label: label), context, for: .prediction)
    }
    set.targets = []
    return set
  }
}
