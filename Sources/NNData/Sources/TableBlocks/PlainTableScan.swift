import NNCore
import NNKernels

/// The fields of a table that needs no second look: no quotes, no blanks between fields, lines that end in LF or CRLF, as
/// many fields in each, none too long. Parts of the text are scanned side by side.
struct PlainTableScan {
  /// All fields, row after row.
  private(set) var fields: [CSVScanner.Field] = []
  /// The line on which each row starts.
  private(set) var lines: [Int] = []
  /// Fields in every row.
  private(set) var columns = 0

  /// What was found in a part of the text, whose lines are counted from 0.
  private struct Part {
    var fields: [CSVScanner.Field] = []
    var lines: [Int] = []
    var lineCount = 0
    /// Whether every row has the same number of fields.
    var columns: Int?
    var isPlain = true
  }

  /// Bytes that are worth a thread's while.
  private static let leastPart = 1 << 18

  /// Scans a text; nil if it needs a second look, or if it has no rows.
  init?(_ bytes: [UInt8], _ separator: TableRecord.Separator, _ workers: WorkerPool?) {
    // One quote is enough for a second look, and found before memory is taken for fields.
    guard let byte = separator.byte, !bytes.isEmpty, !bytes.contains(UInt8(ascii: "\"")) else { return nil }
    let bounds = Self.bounds(bytes, parts: min(64, max(1, bytes.count / Self.leastPart)))
    let count = bounds.count - 1
    let parts = [Part](unsafeUninitializedCapacity: count) { target, filled in
      let target = UncheckedTransfer(target)
      bytes.withUnsafeBufferPointer { bytes in
        let bytes = UncheckedTransfer(bytes)
        inRanges(count, grain: 1, workers) { range in
          for index in range {
            target.value.initializeElement(
              at: index, to: Self.scan(bytes.value, bounds[index]..<bounds[index + 1], byte))
          }
        }
      }
      filled = count
    }
    guard parts.allSatisfy(\.isPlain), let columns = parts.lazy.compactMap(\.columns).first,
      parts.allSatisfy({ $0.columns == columns || $0.lines.isEmpty })
    else { return nil }
    self.columns = columns
    fields.reserveCapacity(parts.reduce(0) { $0 + $1.fields.count })
    lines.reserveCapacity(parts.reduce(0) { $0 + $1.lines.count })
    var before = 1
    for part in parts {
      fields += part.fields
      lines += part.lines.lazy.map { $0 + before }
      before += part.lineCount
    }
  }

  /// Where parts begin, each after the end of a line, and the end of the text.
  private static func bounds(_ bytes: [UInt8], parts: Int) -> [Int] {
    var bounds = [0]
    for part in 1..<max(2, parts) where parts > 1 {
      let wanted = max(bytes.count * part / parts, bounds[bounds.count - 1])
      guard let end = bytes[wanted...].firstIndex(of: UInt8(ascii: "\n")) else { break }
      if end + 1 < bytes.count, end + 1 > bounds[bounds.count - 1] { bounds.append(end + 1) }
    }
    return bounds + [bytes.count]
  }

  private static func scan(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ separator: UInt8) -> Part {
    let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var part = Part()
    var start = range.lowerBound
    var inRow = 0
    /// Ends a field; false if it is too long.
    func endField(_ end: Int) -> Bool {
      part.fields.append(CSVScanner.Field(start..<end))
      inRow += 1
      return end - start <= CSVScanner.Field.longest && inRow <= CSVScanner.mostFields
    }
    /// Ends a row whose last field ends before `end`; false if it has another number of fields than the others.
    func endRow(_ end: Int) -> Bool {
      if inRow > 0 || end > start {
        guard endField(end) else { return false }
        if part.columns == nil {
          part.columns = inRow
          // The other rows are likely to be as long.
          part.fields.reserveCapacity(range.count / max(1, end - range.lowerBound + 1) * inRow + 2 * inRow)
        }
        guard inRow == part.columns else { return false }
        part.lines.append(part.lineCount)
      }
      inRow = 0
      part.lineCount += 1
      return true
    }
    for position in range {
      let byte = bytes[position]
      if byte == separator {
        part.isPlain = endField(position)
        start = position + 1
      } else if byte == newline {
        let hasReturn = position > start && bytes[position - 1] == carriageReturn
        part.isPlain = part.isPlain && endRow(hasReturn ? position - 1 : position)
        start = position + 1
      } else if byte == carriageReturn, position + 1 == range.upperBound || bytes[position + 1] != newline {
        part.isPlain = false
      }
      if !part.isPlain { return part }
    }
    if inRow > 0 || start < range.upperBound { part.isPlain = endRow(range.upperBound) }
    return part
  }
}

extension TableRecord.Separator {
  /// The byte that stands between fields; nil where there may be several.
  var byte: UInt8? {
    switch self {
    case .comma: UInt8(ascii: ",")
    case .tab: UInt8(ascii: "\t")
    case .semicolon: UInt8(ascii: ";")
    case .space: nil
    }
  }
}

/// A pointer that threads share, each of them its own part of the memory.
package struct UncheckedTransfer<Pointer>: @unchecked Sendable {
  /// The pointer.
  package let value: Pointer

  /// A pointer to share.
  package init(_ value: Pointer) { self.value = value }
}

/// Calls `body` with ranges that cover `0..<count`, on the given threads if there are any.
func inRanges(_ count: Int, grain: Int, _ workers: WorkerPool?, _ body: (Range<Int>) -> Void) {
  if let workers { workers.run(count: count, grain: grain, body) } else if count > 0 { body(0..<count) }
}
