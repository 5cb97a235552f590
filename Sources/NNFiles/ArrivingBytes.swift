import NNCore

/// A file, or standard input, whose bytes are taken as they come.
package struct ArrivingBytes {
  private let input: FileInput

  /// Opens a file; `-` is standard input. Throws a `DiagnosticError` like `FileReading.bytes`.
  package init(_ path: String) throws(DiagnosticError) { input = try FileInput(path, limit: Int.max) }

  /// The bytes that have come, a limited number; waits for the first one. None at the end. Throws a `DiagnosticError` if
  /// reading fails.
  package func next() throws(DiagnosticError) -> [UInt8] { try input.arrived(FileReading.pieceSize) }

  /// All bytes until the end, after `head`, expanded if they are a gzip file. Throws a `DiagnosticError` if reading fails,
  /// or if they are more than `limit`.
  package func expandedRest(after head: [UInt8], limit: Int = 1 << 32) throws -> [UInt8] {
    try FileReading.expandedRest(of: input, after: head, limit: limit)
  }
}
