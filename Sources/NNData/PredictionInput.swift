import NNCore
import NNFiles
import NNKernels

/// Reads samples to predict from a file of any format that training reads, told apart by name or first bytes.
public enum PredictionInput {
  /// The samples in a file.
  ///
  /// - Parameters:
  ///   - path: csv or tsv, npy, npz or IDX, CIFAR-10's .bin, also compressed with gzip; `-` for a table on standard
  ///     input; a PNG or JPEG file, or a folder of them.
  ///   - label: in a table, the columns that are not inputs, as the `label` of `<csv>`; `none` if all are.
  ///   - isDouble: whether numbers are kept in double precision.
  ///   - pictures: what becomes of pictures.
  ///   - workers: the threads that decode them.
  /// - Returns: a set with the inputs alone.
  public static func read(
    _ path: String, label: String = "none", isDouble: Bool = false, pictures: PictureForm? = nil,
    workers: WorkerPool? = nil
  )
    throws
    -> Dataset
  {
    let context = SourceContext(folder: ".", isDouble: isDouble, workers: workers)
    if ImagesSource.isImage(path) || Path.isFolder(path) {
      return try Dataset(inputs: ImagesSource.read(path, pictures, context).inputs, targets: [])
    }
    if path.hasSuffix(".bin") { return try Dataset(inputs: CIFARSource.read(path, context).inputs, targets: []) }
    let bytes = try FileReading.expandedBytes(path)
    let file = path == "-" ? "standard input" : path
    if NPYFile.isNPY(bytes[...]) {
      return try Dataset(inputs: [NPYFile.parse(bytes[...], file: file, isDouble: isDouble).input()], targets: [])
    }
    if IDXFile.isIDX(bytes) {
      return try Dataset(inputs: [IDXFile.parse(bytes, file: file, isDouble: isDouble).input()], targets: [])
    }
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
      let archive = try ZipArchive(bytes, file: file)
      let names = archive.names.filter { $0.hasSuffix(".npy") }
      guard let name = names.contains("x.npy") ? "x.npy" : names.count == 1 ? names[0] : nil else {
        throw DiagnosticError(
          code: "unknown-array", file: file, "the archive has no array 'x', and not just one array either")
      }
      let array = try NPYFile.parse(archive.contents(name)[...], file: file, isDouble: isDouble)
      return try Dataset(inputs: [array.input()], targets: [])
    }
    // What the label says does not matter here, so any reading of it will do.
    var options = CSVSource.Options()
    options.label = label
    options.task = "classes"
    let table = try CSVSource.read(file, bytes, options, context)
    return try Dataset(inputs: table.inputs, targets: [], file: file)
  }
}
