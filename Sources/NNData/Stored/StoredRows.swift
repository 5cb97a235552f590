import NNCore

/// Samples that stay in a file, as `StoredNumbers` reads them: what knows how the file has them.
protocol StoredRows: Sendable {
  /// Bytes of memory that a thread needs to read some samples.
  var scratchSize: Int { get }

  /// Samples that are worth handing a thread at once.
  var grain: Int { get }

  /// Whether no number is NaN or infinite, as far as is known without reading them.
  var areFinite: Bool { get }

  /// Reads samples that follow each other, in the machine's byte order. Throws a `DiagnosticError` if they cannot be read.
  ///
  /// - Parameters:
  ///   - target: room for the numbers of the samples.
  ///   - scratch: at least `scratchSize` bytes.
  func read(
    _ rows: Range<Int>, into target: UnsafeMutableRawBufferPointer, scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError)

  /// Tells the system that samples will be read soon.
  func announce(_ rows: Range<Int>)
}
