import NNCore
import NNFiles

/// Samples to predict that come through standard input: the rows of a table as they arrive, anything else as a whole.
///
/// Memory holds the rows that have arrived and not been taken yet.
public struct PredictionStream {
  private let reading: PredictionInput
  private let bytes: ArrivingBytes
  private let path: String
  /// How the rows are separated from each other; nil if the samples are no table, or one that must be read as a whole.
  private var rows: ArrivingRows?
  private var isAtStart = true
  private var hasSamples = false
  /// What was wrong with rows that were left out, with their lines in the whole table.
  public private(set) var skipped: [Diagnostic] = []

  /// The longest row: what is longer is no row of numbers.
  private static let longestRow = 1 << 28

  /// Samples from standard input, or from another pipe. Throws a `DiagnosticError` if it cannot be opened.
  public init(_ reading: PredictionInput, path: String = "-") throws(DiagnosticError) {
    self.reading = reading
    self.path = path
    bytes = try ArrivingBytes(path)
  }

  /// The next samples; waits until there is one, and is nil at the end. Throws a `DiagnosticError`: they are wrong, with
  /// the line, or cannot be read.
  public mutating func next() throws -> Dataset? {
    if isAtStart {
      isAtStart = false
      let head = try bytes.next()
      rows = try arrivingRows(head)
      guard rows != nil else {
        let set = try reading.read(SampleFile(path, bytes: bytes.expandedRest(after: head)))
        skipped = set.skipped
        return set
      }
      rows?.append(head)
    }
    while rows != nil {
      if let text = rows?.takeComplete() {
        if let set = try read(text) { return set }
        continue
      }
      guard rows?.waiting ?? 0 <= Self.longestRow else {
        throw DiagnosticError(
          code: "row-too-long", file: SampleFile(path).name,
          "a row is longer than \(Self.longestRow) bytes, or a quote is never closed")
      }
      let piece = try bytes.next()
      if piece.isEmpty {
        let last = rows?.takeRest()
        rows = nil
        if let last, let set = try read(last) { return set }
        guard hasSamples || skipped.isEmpty else {
          throw NoRowsLeft(problems: skipped, file: SampleFile(path).name).error
        }
        return nil
      }
      rows?.append(piece)
    }
    return nil
  }

  /// Rows can be told apart where the training set was a table of bytes that are characters, whose rows are samples.
  private func arrivingRows(_ head: [UInt8]) throws -> ArrivingRows? {
    guard case .table(let table)? = reading.record?.form, reading.record?.windows == nil, table.groups == nil,
      table.encoding == .auto || table.encoding == .utf8 || table.encoding == .latin1, !Compression.isGzip(head),
      !head.starts(with: [0xFF, 0xFE]), !head.starts(with: [0xFE, 0xFF]),
      try table.texts.map({ $0.areLines }) ?? (SampleFile(path, bytes: head).format() == CSVSource.self)
    else { return nil }
    if table.texts != nil { return ArrivingRows(separator: .tab, hasHeader: false, hasQuotes: false) }
    return ArrivingRows(separator: table.separator, hasHeader: table.names != nil)
  }

  /// The samples of some rows; nil if all of them were left out.
  private mutating func read(_ part: ArrivingRows.Part) throws -> Dataset? {
    do {
      let set = try reading.samples(SampleFile(path, bytes: part.text))
      skipped += set.skipped.map(part.placed)
      hasSamples = true
      return set
    } catch let none as NoRowsLeft {
      skipped += none.problems.map(part.placed)
      return nil
    } catch var error as DiagnosticError {
      error.diagnostics = error.diagnostics.map(part.placed)
      throw error
    }
  }
}
