import NNCore

/// Reading whole files, with errors that name the file.
public enum FileReading {
  /// The bytes of a file; `-` is standard input.
  ///
  /// Throws a `DiagnosticError`: the file is missing, is a folder, is larger than `limit`, or cannot be read.
  public static func bytes(_ path: String, limit: Int = 1 << 32) throws(DiagnosticError) -> [UInt8] {
    try rest(of: try FileInput(path, limit: limit), after: [], limit: limit)
  }

  /// The first bytes of a file, at most `count`. Throws like `bytes`.
  package static func head(_ path: String, count: Int) throws(DiagnosticError) -> [UInt8] {
    try FileInput(path, limit: Int.max).read(count)
  }

  /// The bytes of a file, expanded if it is a gzip file. Memory holds what comes out once, and of what is compressed
  /// only a piece.
  public static func expandedBytes(_ path: String, limit: Int = 1 << 32) throws -> [UInt8] {
    let input = try FileInput(path, limit: limit)
    return try expandedRest(of: input, after: input.read(2), limit: limit)
  }

  /// What follows `head`, which was read already, and `head` itself, expanded if it is a gzip file.
  static func expandedRest(of input: FileInput, after head: [UInt8], limit: Int) throws -> [UInt8] {
    guard Compression.isGzip(head) else { return try rest(of: input, after: head, limit: limit) }
    return try Compression.gunzip(input, after: head, limit: limit)
  }

  /// What follows `head`, which was read already, and `head` itself.
  private static func rest(
    of input: FileInput, after head: [UInt8], limit: Int
  ) throws(DiagnosticError) -> [UInt8] {
    var result = head
    if let size = input.size { try SystemMemory.require(size, reading: input.path) }
    // One byte more than there is, so that the end is met without asking for more memory.
    result.reserveCapacity(max(input.size.map { $0 + 1 } ?? 0, 1 << 16))
    while true {
      let part = try input.read(pieceSize)
      result += part
      guard result.count <= limit else { throw tooLarge(input.path, limit) }
      if part.count < pieceSize { return result }
    }
  }

  /// Bytes that are read at once: enough to be quick, few enough to stay in the cache.
  static let pieceSize = 1 << 17

  static func tooLarge(_ path: String, _ limit: Int) -> DiagnosticError {
    DiagnosticError(code: "file-too-large", file: path, "is larger than the \(limit) bytes that are accepted here")
  }

  /// What to say when a file cannot be opened.
  package static func openError(_ path: String, _ failure: SystemFailure) -> DiagnosticError {
    if failure.isMissing {
      return DiagnosticError(.missing, code: "missing-file", file: path, "there is no such file")
    }
    return DiagnosticError(.missing, code: "unreadable-file", file: path, "cannot be opened: \(failure.message)")
  }
}
