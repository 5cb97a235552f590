import NNCore

/// Samples that are not in memory, as `StoredNumbers` reads them: what knows how a file has them, or asks a provider.
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

  /// Reads samples in any order, as `read` does.
  ///
  /// - Parameter target: room for exactly the numbers of the samples.
  func gather(
    _ rows: UnsafeBufferPointer<Int32>, into target: UnsafeMutableRawBufferPointer,
    scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError)

  /// Tells the system that samples will be read soon.
  func announce(_ rows: Range<Int>)
}

extension StoredRows {
  /// Samples that follow each other are read at once.
  func gather(
    _ rows: UnsafeBufferPointer<Int32>, into target: UnsafeMutableRawBufferPointer,
    scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError) {
    guard !rows.isEmpty else { return }
    let size = target.count / rows.count
    var place = 0
    while place < rows.count {
      var end = place + 1
      while end < rows.count, rows[end] == rows[end - 1] + 1 { end += 1 }
      let row = Int(rows[place])
      try read(
        row..<(row + end - place), into: UnsafeMutableRawBufferPointer(rebasing: target[(place * size)..<(end * size)]),
        scratch: scratch)
      place = end
    }
  }
}
