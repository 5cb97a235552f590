import NNCore
import NNFiles

/// A format of files with samples: the one place that knows how its files are recognized and read, for `<data>` and for
/// files that are given on the command line.
///
/// A new format is a type that conforms to this, and a word in `standardSources`.
protocol SampleFormat: DataSource, DeclaredElement {
  /// Whether the file is of this format, by its path or its first bytes. Throws a `DiagnosticError` if the file cannot be
  /// read.
  static func matches(_ file: SampleFile) throws -> Bool

  /// Reads the file; targets matter only where the request has them. Throws a `DiagnosticError` for a file that is wrong.
  static func samples(in file: SampleFile, _ request: SampleRequest) throws -> Dataset
}

/// The sources of this module; those that are formats of files, too, are tried in this order. Formats that are
/// recognized by the path stand before those that are recognized by bytes, because a folder has no bytes.
let standardSources: [any (DataSource & DeclaredElement).Type] = [
  CSVSource.self, ImagesSource.self, CIFAR10Source.self, CIFAR100Source.self, IDXSource.self, NPYSource.self,
  NPZSource.self, TimeSeriesSource.self, TextsSource.self, RandomSource.self,
]

/// A file, or standard input, whose samples are to be read.
struct SampleFile {
  /// Its path; `-` is standard input.
  let path: String
  private let contents = Contents()

  /// What was read; shared by the formats that look at it.
  private final class Contents { var bytes: [UInt8]? }

  init(_ path: String) { self.path = path }

  /// A file whose contents, or their beginning, were read already.
  init(_ path: String, bytes: [UInt8]) {
    self.path = path
    contents.bytes = bytes
  }

  /// The path as messages name it.
  var name: String { path == "-" ? "standard input" : path }

  /// The contents, expanded if they are compressed with gzip; read once. Throws a `DiagnosticError`.
  func bytes() throws -> [UInt8] {
    if let bytes = contents.bytes { return bytes }
    let bytes = try FileReading.expandedBytes(path)
    contents.bytes = bytes
    return bytes
  }

  /// The contents, which are not kept any longer here, so that the caller may change them in place. Throws a
  /// `DiagnosticError`.
  func takeBytes() throws -> [UInt8] {
    defer { contents.bytes = nil }
    return try bytes()
  }

  /// The contents as those of a table, which are read when they are needed. Throws a `DiagnosticError`.
  func takeTable() throws -> TableBytes { contents.bytes == nil ? try .open(path) : try .memory(takeBytes()) }

  /// The first bytes, enough to recognize a format by. Throws a `DiagnosticError`.
  func head() throws -> [UInt8] {
    if contents.bytes == nil, let file = StoredBytes.regular(path) {
      let head = try file.head(Self.headSize)
      if !Compression.isGzip(head) { return head }
    }
    return try bytes()
  }

  /// Bytes by which formats are recognized.
  private static let headSize = 1 << 16

  /// The format of the file; a table if no format matches. Throws a `DiagnosticError` if the file cannot be read.
  ///
  /// - Parameter record: how the training set was read: what holds texts looks like nothing else, and like anything.
  func format(_ record: SourceRecord? = nil) throws -> any SampleFormat.Type {
    if record?.table?.texts != nil, Path.isFolder(path) || !Self.isTable(path) { return TextsSource.self }
    for case let format as any SampleFormat.Type in standardSources where try format.matches(self) { return format }
    return CSVSource.self
  }

  /// Whether a path's ending says that it is a table.
  private static func isTable(_ path: String) -> Bool {
    let name = path.lowercased()
    return [".csv", ".tsv", ".csv.gz", ".tsv.gz"].contains(where: name.hasSuffix)
  }
}

/// What is wanted of a file with samples.
struct SampleRequest {
  /// Whether targets are wanted.
  var hasTargets: Bool
  /// How the training set was read and what its labels mean.
  var context: SourceContext
  /// The columns of the right answers in a table; those of the training set unless given.
  var label: String?
  /// The file of right answers that belongs to a file of one array.
  var labels: String?
  /// The file of the samples' lengths that belongs to a file of one array.
  var lengths: String?
  /// What becomes of pictures; they stay as they are if it is nil.
  var pictures: PictureForm?
  /// The names of the net's inputs, by which arrays are found in an archive where the training set was none.
  var inputs: [String] = []
}

extension SampleRequest {
  /// Throws a `DiagnosticError` (usage) if a file of lengths or right answers is named that the format does not read.
  func requireUse(by format: any SampleFormat.Type) throws(DiagnosticError) {
    guard !(format is any ArraySource.Type), format != TextsSource.self || lengths != nil else { return }
    for (name, what) in [(lengths, "lengths"), (labels, "right answers")] where name != nil {
      throw DiagnosticError(
        .usage, code: "unused-file",
        "a file of \(what) goes with an npy or IDX file, but the samples are \(format.schema.name)",
        remedy: "leave it out: what is read as \(format.schema.name) holds its own")
    }
  }
}
