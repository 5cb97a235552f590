import NNCore

/// Cuts the text of a table that arrives piece by piece after whole rows. RFC 4180: line breaks within quotes end no row.
struct ArrivingRows {
  /// Whole rows, under the table's header.
  struct Part {
    /// The header, if there is one, and the rows.
    var text: [UInt8]
    /// Lines of the header.
    var headerLines: Int
    /// Lines of the table before the rows, those of the header included.
    var linesBefore: Int

    /// A message about the text with its line in the whole table.
    func placed(_ diagnostic: Diagnostic) -> Diagnostic {
      var result = diagnostic
      if let place = result.place, place.line > headerLines { result.place?.line += linesBefore - headerLines }
      return result
    }
  }

  private let separator: TableRecord.Separator
  private let hasHeader: Bool
  private let hasQuotes: Bool
  /// The header with its line break; nil until it has arrived.
  private var header: [UInt8]?
  /// What has arrived and was not taken.
  private var text: [UInt8] = []
  private var scan = Scan()
  private var linesBefore = 0
  /// Whether the first bytes, which may be a byte order mark, have not been looked at.
  private var isAtStart = true

  /// How far the text was looked through.
  private struct Scan {
    var position = 0
    var isQuoted = false
    var isFieldStart = true
    /// Whether a quote has just closed: another one makes it a doubled quote.
    var hasClosed = false
    /// The ends of the first and of the last whole row.
    var firstEnd: Int?
    var lastEnd = 0
    /// Whether the row at hand holds anything but its line break.
    var hasContent = false
  }

  /// - Parameter hasQuotes: whether what stands in quotes may hold line breaks.
  init(separator: TableRecord.Separator, hasHeader: Bool, hasQuotes: Bool = true) {
    self.hasQuotes = hasQuotes
    self.separator = separator
    self.hasHeader = hasHeader
  }

  /// Bytes that wait for the end of their row.
  var waiting: Int { text.count }

  mutating func append(_ bytes: [UInt8]) {
    text += bytes
    if isAtStart {
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
      if text.count < mark.count, mark.starts(with: text) { return }
      isAtStart = false
      if text.starts(with: mark) { scan.position = mark.count }
    }
    while scan.position < text.count {
      let byte = text[scan.position]
      scan.position += 1
      if hasQuotes, byte == UInt8(ascii: "\"") {
        let opens = !scan.isQuoted && (scan.isFieldStart || scan.hasClosed)
        (scan.hasClosed, scan.isQuoted, scan.isFieldStart) = (scan.isQuoted, opens, false)
        scan.hasContent = true
        continue
      }
      if scan.isQuoted { continue }
      scan.hasClosed = false
      if byte == UInt8(ascii: "\n") {
        // An empty line belongs to what follows: behind the last text it does not count.
        if hasQuotes || scan.hasContent { scan.lastEnd = scan.position }
        if scan.hasContent, scan.firstEnd == nil { scan.firstEnd = scan.position }
        (scan.isFieldStart, scan.hasContent) = (true, false)
      } else {
        scan.isFieldStart = separator.separates(byte)
        let isBlank = !hasQuotes && (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t"))
        if byte != UInt8(ascii: "\r"), !isBlank { scan.hasContent = true }
      }
    }
  }

  /// The whole rows that have arrived, if there is one.
  mutating func takeComplete() -> Part? {
    if hasHeader, header == nil {
      guard let end = scan.firstEnd else { return nil }
      header = take(end)
      linesBefore += Self.lines(header ?? [])
    }
    guard scan.firstEnd != nil else { return nil }
    return part(take(scan.lastEnd))
  }

  /// What is left at the end, which may lack a line break; nil for nothing. A header alone is left too, so that it is said
  /// that no row follows, unless rows were taken before.
  mutating func takeRest() -> Part? {
    if hasHeader, header == nil {
      header = []
      return part(take(text.count))
    }
    let isFirst = linesBefore == Self.lines(header ?? [])
    guard scan.hasContent || isFirst else { return nil }
    return part(take(text.count))
  }

  private mutating func part(_ rows: [UInt8]) -> Part {
    defer { linesBefore += Self.lines(rows) }
    return Part(text: (header ?? []) + rows, headerLines: Self.lines(header ?? []), linesBefore: linesBefore)
  }

  /// Takes the first `end` bytes away and looks again through what is left of them.
  private mutating func take(_ end: Int) -> [UInt8] {
    let taken = Array(text[..<end])
    let rest = Array(text[end...])
    (text, scan) = ([], Scan())
    append(rest)
    return taken
  }

  private static func lines(_ text: [UInt8]) -> Int { text.count { $0 == UInt8(ascii: "\n") } }
}
