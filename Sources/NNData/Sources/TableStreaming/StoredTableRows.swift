import NNCore
import NNFiles

/// Samples that are rows of a table in its file, found by an index and decoded each time that they are read.
struct StoredTableRows: StoredRows {
  let file: StoredBytes
  let index: Index
  let decoder: TableDecoder

  /// What stays of a `TableIndex`.
  struct Index: Sendable {
    let groupRows: Int
    let starts: [Int]
    let arePlain: [Bool]
    let rows: Int
    let longest: Int
  }

  /// The text of a group with a byte behind it, and the numbers of its rows.
  var scratchSize: Int { numbersOffset + index.groupRows * decoder.columns.count * MemoryLayout<Double>.size }
  let grain = 8
  let areFinite = true

  private var numbersOffset: Int { (index.longest + 1 + 15) & ~15 }

  func read(
    _ rows: Range<Int>, into target: UnsafeMutableRawBufferPointer, scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError) {
    let sampleSize = decoder.columns.count * MemoryLayout<Double>.size
    var row = rows.lowerBound
    while row < rows.upperBound {
      let group = row / index.groupRows
      let end = min((group + 1) * index.groupRows, rows.upperBound)
      let place = (row - rows.lowerBound) * sampleSize
      let part = UnsafeMutableRawBufferPointer(rebasing: target[place..<(place + (end - row) * sampleSize)])
      try read(row..<end, of: group, into: part, scratch)
      row = end
    }
  }

  private func read(
    _ rows: Range<Int>, of group: Int, into target: UnsafeMutableRawBufferPointer,
    _ scratch: UnsafeMutableRawBufferPointer
  ) throws(DiagnosticError) {
    let first = group * index.groupRows
    let count = min(index.groupRows, index.rows - first)
    let length = index.starts[group + 1] - index.starts[group]
    let text = UnsafeMutableRawBufferPointer(rebasing: scratch[0..<length])
    try file.read(into: text, from: index.starts[group])
    guard let bytes = scratch.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let numbers = (scratch.baseAddress.map { $0 + numbersOffset })?.assumingMemoryBound(to: Double.self)
    else { return }
    let (from, wanted) = (rows.lowerBound - first, rows.count)
    var part = BlockParser.Part()
    if index.arePlain[group] {
      // Rows are lines: those before are passed over, those behind are not looked at.
      let start = Self.skip(from, bytes, 0, length)
      let end = from + wanted == count ? length : Self.skip(wanted, bytes, start, length)
      let lines = UnsafeMutableBufferPointer(start: bytes + start, count: end - start + 1)
      guard decoder.readAtOnce(lines, rows: wanted, into: numbers, &part) else { throw hasChanged }
      target.copyMemory(from: UnsafeRawBufferPointer(start: numbers, count: target.count))
      return
    }
    try decoder.readByField(
      UnsafeBufferPointer(start: bytes, count: length), rows: count, line: 1, into: numbers, &part)
    target.copyMemory(
      from: UnsafeRawBufferPointer(start: numbers + from * decoder.columns.count, count: target.count))
  }

  /// The place behind so many lines.
  private static func skip(_ lines: Int, _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
    var (place, left) = (start, lines)
    while left > 0, place < end {
      if bytes[place] == UInt8(ascii: "\n") { left -= 1 }
      place += 1
    }
    return place
  }

  private var hasChanged: DiagnosticError {
    DiagnosticError(
      .inputOutput, code: "read-failed", file: file.path, "the file has changed since it was opened",
      remedy: "put it back, and go on from the last checkpoint")
  }

  func announce(_ rows: Range<Int>) {
    let (first, last) = (rows.lowerBound / index.groupRows, (rows.upperBound - 1) / index.groupRows)
    file.announce(index.starts[first]..<index.starts[last + 1])
  }
}
