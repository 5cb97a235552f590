import NNCore
import NNFiles

/// Reads samples with their right answers from a file of any format that training reads.
public enum LabelledInput {
  /// The samples in a file.
  ///
  /// - Parameters:
  ///   - path: csv, tsv, npz (arrays x and y), npy or IDX, CIFAR-10's .bin, also compressed with gzip; a folder with
  ///     a folder of PNG and JPEG files for each class.
  ///   - labels: the file of right answers, for npy and IDX.
  ///   - label: the columns of the right answers in a table.
  ///   - context: what the training set's labels mean.
  ///   - pictures: what becomes of pictures.
  public static func read(
    _ path: String, labels: String?, label: String, _ context: SourceContext, pictures: PictureForm? = nil
  )
    throws
    -> Dataset
  {
    if path.hasSuffix(".bin") { return try CIFARSource.read(path, context) }
    if Path.isFolder(path) {
      let set = try ImagesSource.read(path, pictures, context)
      guard !set.targets.isEmpty else {
        throw DiagnosticError(
          code: "missing-labels", file: path, "the pictures have no classes",
          remedy: "put them into one folder for each class")
      }
      return set
    }
    let bytes = try FileReading.expandedBytes(path)
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
      return try NPZSource(attributes: Attributes(["path": .text(path)], for: NPZSource.schema)).read(context)
    }
    let isArray = NPYFile.isNPY(bytes[...]) || IDXFile.isIDX(bytes)
    guard isArray else {
      var options = CSVSource.Options()
      options.label = label
      return try CSVSource.read(path, bytes, options, context)
    }
    guard let labels else {
      throw DiagnosticError(
        .usage, code: "missing-labels", "the right answers are missing",
        remedy: "say which file holds them: --labels FILE")
    }
    let input = try array(bytes, path, context).input()
    let target = try array(FileReading.expandedBytes(labels), labels, context).target("label", context)
    return try Dataset(inputs: [input], targets: [target], classNames: context.classes, file: path)
  }

  private static func array(_ bytes: [UInt8], _ file: String, _ context: SourceContext) throws -> BinaryArray {
    NPYFile.isNPY(bytes[...])
      ? try NPYFile.parse(bytes[...], file: file, isDouble: context.isDouble)
      : try IDXFile.parse(bytes, file: file, isDouble: context.isDouble)
  }
}
