import NNCore
import NNFiles

/// A file of samples, its format told by its name or its first bytes.
enum SampleFile {
  /// A picture, or a folder of them.
  case pictures
  /// CIFAR-10's or CIFAR-100's binary form.
  case cifar
  /// One array: NumPy's npy, or IDX.
  case array(BinaryArray)
  /// Several arrays in one of NumPy's archives.
  case archive(ZipArchive)
  /// The bytes of a table of text.
  case table([UInt8])

  /// Opens a file, also one that is compressed with gzip. `-` is standard input.
  init(_ path: String, isDouble: Bool) throws {
    if ImagesSource.isImage(path) || Path.isFolder(path) {
      self = .pictures
      return
    }
    if path.hasSuffix(".bin") {
      self = .cifar
      return
    }
    let file = Self.name(path)
    let bytes = try FileReading.expandedBytes(path)
    if NPYFile.isNPY(bytes[...]) {
      self = .array(try NPYFile.parse(bytes[...], file: file, isDouble: isDouble))
    } else if IDXFile.isIDX(bytes) {
      self = .array(try IDXFile.parse(bytes, file: file, isDouble: isDouble))
    } else if ZipArchive.isZip(bytes) {
      self = .archive(try ZipArchive(bytes, file: file))
    } else {
      self = .table(bytes)
    }
  }

  /// A path as messages name it.
  static func name(_ path: String) -> String { path == "-" ? "standard input" : path }
}
