import NNCore

/// A place in a text: line and column from 1, and how many characters are meant.
struct SourcePosition: Sendable, Hashable {
  var line: Int32
  var column: Int32
  var length: Int32 = 1
  /// Which file: 0 for the model, then the included files in order.
  var file: Int32 = 0
}

/// The text of one file, decoded to UTF-8, with a table of its lines. Every element of the file refers to it, so it is
/// one shared, unchanging object.
final class SourceText: Sendable {
  /// Lines longer than this many bytes are not shown in messages: to find a column in them takes too long.
  static let longestShownLine = 16 << 10

  /// The file's name as the user gave it.
  let file: String
  /// The text in UTF-8.
  let bytes: [UInt8]
  /// The offset of each line's first byte. Lines end with a line feed, a carriage return, or both.
  let lineStarts: [Int32]

  init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
    func endsLine(_ offset: Int) -> Bool {
      if bytes[offset] == UInt8(ascii: "\n") { return true }
      return bytes[offset] == UInt8(ascii: "\r")
        && (offset + 1 == bytes.count || bytes[offset + 1] != UInt8(ascii: "\n"))
    }
    // Counted first: a table that grows would for a while take three times its memory.
    var starts: [Int32] = [0]
    starts.reserveCapacity(1 + bytes.indices.count(where: endsLine))
    for offset in bytes.indices where endsLine(offset) { starts.append(Int32(clamping: offset + 1)) }
    lineStarts = starts
  }

  /// The line, without its end, or nil for one that is too long to show.
  func line(_ number: Int) -> String? {
    guard number >= 1, number <= lineStarts.count else { return nil }
    let start = Int(lineStarts[number - 1])
    var end = number < lineStarts.count ? Int(lineStarts[number]) : bytes.count
    while end > start, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    guard end - start <= Self.longestShownLine else { return nil }
    return string(start..<end)
  }

  /// The text between two offsets.
  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The place of an offset. It takes time in proportion to the line's length: for single messages only.
  func position(at offset: Int) -> SourcePosition {
    let offset = min(max(0, offset), bytes.count)
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
    }
    let column = characterCount(Int(lineStarts[low])..<offset) + 1
    return SourcePosition(line: Int32(low + 1), column: Int32(column))
  }

  /// The number of characters (grapheme clusters) between two offsets.
  func characterCount(_ range: Range<Int>) -> Int {
    let isPlain = bytes[range].allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\r") }
    return isPlain ? range.count : string(range).count
  }

  func place(_ position: SourcePosition) -> SourcePlace {
    SourcePlace(
      file: file, line: Int(position.line), column: Int(position.column),
      endColumn: Int(position.column) + Int(position.length))
  }
}

/// Turns ascending offsets into places in a single pass over the text.
struct SourceCursor {
  private let text: SourceText
  private var line = 0
  private var offset = 0
  private var column = 1

  init(_ text: SourceText) { self.text = text }

  /// The place of `range`, which starts at or after the last one asked for; its length stops at the end of its line.
  mutating func position(_ range: Range<Int>) -> SourcePosition {
    while line + 1 < text.lineStarts.count, Int(text.lineStarts[line + 1]) <= range.lowerBound {
      line += 1
      offset = Int(text.lineStarts[line])
      column = 1
    }
    if range.lowerBound > offset {
      column += text.characterCount(offset..<range.lowerBound)
      offset = range.lowerBound
    }
    let lineEnd = line + 1 < text.lineStarts.count ? Int(text.lineStarts[line + 1]) - 1 : text.bytes.count
    let length = text.characterCount(range.lowerBound..<max(range.lowerBound, min(range.upperBound, lineEnd)))
    return SourcePosition(line: Int32(line + 1), column: Int32(column), length: Int32(max(1, length)))
  }
}
