/// Finds where the rows of a table end as its bytes come by, by the rules of `CSVScanner`: line breaks within quotes end no row, and
/// lines without fields are none.
struct RowEnds {
  private let separator: TableRecord.Separator
  /// The bytes that have come by.
  private(set) var position: Int
  private var isQuoted = false
  private var isFieldStart = true
  /// Whether a quote has just closed: another one makes it a doubled quote.
  private var hasClosed = false
  /// Whether a carriage return has just come by, which ends a line together with a line feed, or alone.
  private var hasReturn = false
  /// Whether the line at hand holds anything.
  private(set) var hasContent = false
  /// Whether each line feed since this was last set to true has ended a row, and nothing else has.
  var isPlain = true

  /// - Parameter position: where in the file the first byte is.
  init(_ separator: TableRecord.Separator, position: Int) { (self.separator, self.position) = (separator, position) }

  /// Looks at bytes up to the end of a row, and says how many there were and whether a row ended.
  mutating func next(_ bytes: UnsafeBufferPointer<UInt8>) -> (count: Int, isEnd: Bool) {
    for (index, byte) in bytes.enumerated() {
      if hasReturn, byte != UInt8(ascii: "\n") {
        // The carriage return alone has ended the line; the byte belongs to the next one.
        isPlain = false
        if endLine() { return (index, true) }
      }
      position += 1
      if byte == UInt8(ascii: "\"") {
        let opens = !isQuoted && (isFieldStart || hasClosed)
        (hasClosed, isQuoted, isFieldStart, hasContent) = (isQuoted, opens, false, true)
      } else if isQuoted {
        if byte == UInt8(ascii: "\n") { isPlain = false }
      } else if byte == UInt8(ascii: "\n") {
        if endLine() { return (index + 1, true) }
        isPlain = false
      } else if byte == UInt8(ascii: "\r") {
        (hasReturn, hasClosed) = (true, false)
      } else {
        (hasClosed, hasContent) = (false, true)
        isFieldStart = separator.separates(byte)
      }
    }
    return (bytes.count, false)
  }

  /// Whether the line was a row.
  private mutating func endLine() -> Bool {
    defer { (hasReturn, hasClosed, isFieldStart, hasContent) = (false, false, true, false) }
    return hasContent
  }
}
