import NNCore
import NNFiles

/// Where the rows of a table are in its file, found in one pass that also tries every number and keeps the texts of other columns.
///
/// The place of every so many-th row is kept: of as many rows as fit into 4 KB, but at most 64. So the index takes 8 bytes for 4 KB of
/// the file, or for 64 rows.
struct TableIndex {
  /// Rows of a group.
  let groupRows: Int
  /// Where groups begin, and where the last one ends.
  private(set) var starts: [Int]
  /// Whether the rows of each group are its lines.
  private(set) var arePlain: [Bool] = []
  /// The number of rows.
  private(set) var rows = 0
  /// The bytes of the longest group.
  private(set) var longest = 0
  /// The texts of the columns that are no numbers.
  private(set) var texts = BlockParser.Part()

  /// Bytes that are read at once.
  private static let pieceSize = 1 << 20
  /// The most bytes of a group, which are in memory at once.
  private static let longestGroup = 1 << 26

  /// Reads the rows of data.
  ///
  /// - Parameters:
  ///   - range: where in the file they are, without line breaks at their end.
  ///   - rowSize: bytes of a row, as far as is known.
  ///   - line: the line on which they begin.
  /// - Throws: a `DiagnosticError` for a row that is wrong, or a file that cannot be read.
  init(_ file: StoredBytes, _ range: Range<Int>, _ decoder: TableDecoder, rowSize: Int, line: Int)
    throws(DiagnosticError)
  {
    groupRows = max(1, min(64, 4096 / max(1, rowSize)))
    starts = [range.lowerBound]
    var ends = RowEnds(decoder.separator, position: range.lowerBound)
    var reading = GroupReading(decoder: decoder, groupRows: groupRows, line: line)
    var piece = [UInt8](repeating: 0, count: min(Self.pieceSize, range.count))
    var group: [UInt8] = []
    var inGroup = 0
    var place = range.lowerBound
    while place < range.upperBound {
      let length = min(piece.count, range.upperBound - place)
      if let failure = piece.withUnsafeMutableBytes({ file.fill(.init(rebasing: $0[0..<length]), from: place) }) {
        throw failure
      }
      var done = 0
      while done < length {
        let (count, isEnd) = piece.withUnsafeBufferPointer {
          ends.next(UnsafeBufferPointer(rebasing: $0[done..<length]))
        }
        group += piece[done..<(done + count)]
        done += count
        guard group.count <= Self.longestGroup else {
          throw DiagnosticError(
            code: "row-too-long", file: file.path,
            "the \(groupRows) rows from row \(rows + 1) of the data on are longer than \(Self.longestGroup) bytes, or a quote is never closed"
          )
        }
        if isEnd { inGroup += 1 }
        guard inGroup == groupRows else { continue }
        try take(&group, inGroup, isPlain: ends.isPlain, end: ends.position, &reading)
        (inGroup, ends.isPlain) = (0, true)
      }
      place += length
    }
    if ends.hasContent { inGroup += 1 }
    if inGroup > 0 { try take(&group, inGroup, isPlain: ends.isPlain, end: range.upperBound, &reading) }
    texts = reading.texts
  }

  private mutating func take(
    _ group: inout [UInt8], _ count: Int, isPlain: Bool, end: Int, _ reading: inout GroupReading
  ) throws(DiagnosticError) {
    arePlain.append(try reading.read(&group, count) && isPlain)
    longest = max(longest, group.count)
    rows += count
    starts.append(end)
    group.removeAll(keepingCapacity: true)
  }
}

/// Reads one group of rows after the other.
private struct GroupReading {
  let decoder: TableDecoder
  let groupRows: Int
  /// The line on which the next group begins.
  var line: Int
  var texts = BlockParser.Part()
  private var numbers: [Double]

  init(decoder: TableDecoder, groupRows: Int, line: Int) {
    (self.decoder, self.groupRows, self.line) = (decoder, groupRows, line)
    numbers = [Double](repeating: 0, count: groupRows * decoder.columns.count)
  }

  /// Reads a group, and says whether that was possible at once.
  mutating func read(_ group: inout [UInt8], _ count: Int) throws(DiagnosticError) -> Bool {
    let (bytes, fields) = (texts.bytes.count, texts.fields.count)
    group.append(0)
    let isText = group.allSatisfy { $0 < 0x80 } || String(validating: group, as: UTF8.self) != nil
    let isWhole = numbers.withUnsafeMutableBufferPointer { numbers in
      group.withUnsafeMutableBufferPointer { group in
        numbers.baseAddress.map { isText && decoder.readAtOnce(group, rows: count, into: $0, &texts) } ?? false
      }
    }
    group.removeLast()
    if !isWhole {
      texts.bytes.removeLast(texts.bytes.count - bytes)
      texts.fields.removeLast(texts.fields.count - fields)
      texts.isWhole = true
      let (decoder, line) = (decoder, line)
      let failure = numbers.withUnsafeMutableBufferPointer { numbers in
        group.withUnsafeBufferPointer { group -> DiagnosticError? in
          guard let base = numbers.baseAddress else { return nil }
          do throws(DiagnosticError) {
            try decoder.readByField(group, rows: count, line: line, into: base, &texts)
          } catch { return error }
          return nil
        }
      }
      if let failure { throw failure }
    }
    guard texts.bytes.count <= CSVScanner.Field.longestText else {
      throw DiagnosticError(
        code: "file-too-large", file: decoder.file,
        "the columns that are no inputs have more than \(CSVScanner.Field.longestText) bytes", remedy: "divide it")
    }
    line += group.count { $0 == UInt8(ascii: "\n") }
    return isWhole
  }
}

extension StoredBytes {
  /// Fills `target` with the bytes from `start` on; says why if that fails.
  func fill(_ target: UnsafeMutableRawBufferPointer, from start: Int) -> DiagnosticError? {
    do throws(DiagnosticError) { try read(into: target, from: start) } catch { return error }
    return nil
  }
}
