import NNCore
import NNFiles
import NNKernels
import Synchronization

/// Columns of a table that were read as numbers at once, and the texts of the others.
struct NumberColumns {
  /// The columns that are numbers, in the order in which a row has them.
  let columns: [Int]
  /// For each column its place among the numbers, or -1 less its place among the texts.
  let slots: [Int32]
  /// The numbers: rows x columns; NaN for a gap. None where they stay in their file.
  private(set) var values: [Double] = []
  /// The number of rows.
  private(set) var rows = 0
  /// The fields of the other columns, row after row, as places in `texts`.
  private(set) var fields: [CSVScanner.Field] = []
  /// The bytes of those fields.
  private(set) var texts: [UInt8] = []
  /// The row of the table that is the first one here: 1 below a header.
  let firstRow: Int
  /// The line of that row.
  let firstLine: Int

  /// Fields in a row that are texts.
  var textCount: Int { slots.count - columns.count }

  /// The numbers alone.
  var withoutTexts: NumberColumns {
    var result = self
    (result.texts, result.fields) = ([], [])
    return result
  }

  /// The number at a row and a column of the table, if it was read as one; NaN for a gap.
  func value(_ row: Int, _ column: Int) -> Double? {
    let slot = slots[column]
    guard slot >= 0, row >= firstRow, !values.isEmpty else { return nil }
    return values[(row - firstRow) * columns.count + Int(slot)]
  }

  /// Columns whose numbers stay in their file, and the texts of the others.
  init(columns: [Int], slots: [Int32], rows: Int, texts: BlockParser.Part, firstRow: Int, firstLine: Int) {
    (self.columns, self.slots, self.rows) = (columns, slots, rows)
    (self.firstRow, self.firstLine) = (firstRow, firstLine)
    (fields, self.texts) = (texts.fields, texts.bytes)
  }

  /// Reads the lines of `range`, which holds the rows of data; nil where one of them needs a second look.
  ///
  /// - Throws: a `DiagnosticError` if the numbers need more memory than there is.
  init?(
    _ bytes: TableBytes, _ range: Range<Int>, _ dialect: BlockDialect, columns: [Int], firstRow: Int, firstLine: Int,
    file: String, sizes: BlockSizes, _ workers: WorkerPool?
  ) throws(DiagnosticError) {
    (self.columns, self.firstRow, self.firstLine) = (columns, firstRow, firstLine)
    slots = dialect.slots
    guard let scan = BlockScan(bytes, range, size: sizes.block, workers) else { return nil }
    let rows = scan.blocks.reduce(1) { $0 + $1.lineFeeds }
    let count = Count.product(rows, dialect.width)
    try SystemMemory.require(Count.product(count, MemoryLayout<Double>.size), reading: file)
    let reader = BlockReader(bytes: bytes, range: range, parser: BlockParser(dialect: dialect), size: sizes.block)
    var parts: [BlockParser.Part] = []
    values = [Double](unsafeUninitializedCapacity: count) { target, filled in
      SystemMemory.requestHugePages(UnsafeMutableRawBufferPointer(target))
      parts = target.baseAddress.map { reader.parts(scan, into: $0, rows: rows, workers) } ?? []
      // A file that changes while it is read may leave a row out.
      let next = parts.reduce(0) { $1.isWhole && ($1.rows == 0 || $1.firstRow == $0) ? $0 + $1.rows : -1 }
      filled = next == rows ? count : 0
    }
    guard values.count == count else { return nil }
    self.rows = rows
    texts.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count })
    fields.reserveCapacity(parts.reduce(0) { $0 + $1.fields.count })
    for index in parts.indices {
      let place = texts.count
      texts += parts[index].bytes
      fields += parts[index].fields.lazy.map { $0.moved(by: place) }
      parts[index] = BlockParser.Part()
    }
  }
}

/// Reads the blocks of a text, each with the lines that start in it.
private struct BlockReader: @unchecked Sendable {
  let bytes: TableBytes
  let range: Range<Int>
  let parser: BlockParser
  let size: Int

  /// The longest line.
  private static let longestLine = 1 << 26

  /// Reads all blocks, on the given threads.
  ///
  /// - Parameter numbers: rows x width.
  func parts(
    _ scan: BlockScan, into numbers: UnsafeMutablePointer<Double>, rows: Int, _ workers: WorkerPool?
  ) -> [BlockParser.Part] {
    var before: [Int] = []
    var sum = 0
    for block in scan.blocks {
      before.append(sum)
      sum += block.lineFeeds
    }
    let isWhole = Atomic(true)
    let count = scan.blocks.count
    let linesBefore = before
    return [BlockParser.Part](unsafeUninitializedCapacity: count) { target, filled in
      let (target, numbers) = (UncheckedTransfer(target), UncheckedTransfer(numbers))
      inRanges(count, grain: 1, workers) { blocks in
        var buffer: [UInt8] = []
        for block in blocks {
          var part = BlockParser.Part()
          part.isWhole = isWhole.load(ordering: .relaxed)
          if part.isWhole {
            let isASCII = scan.blocks[block].isASCII
            read(block, linesBefore[block], isASCII: isASCII, &buffer, numbers.value, rows, &part)
          }
          if !part.isWhole { isWhole.store(false, ordering: .relaxed) }
          target.value.initializeElement(at: block, to: part)
        }
      }
      filled = count
    }
  }

  private func read(
    _ block: Int, _ linesBefore: Int, isASCII: Bool, _ buffer: inout [UInt8], _ numbers: UnsafeMutablePointer<Double>,
    _ rows: Int, _ part: inout BlockParser.Part
  ) {
    let start = range.lowerBound + block * size
    let end = min(start + size, range.upperBound)
    // The byte before says whether a line starts with the block.
    let origin = block == 0 ? start : start - 1
    var length = 0
    // A line is followed to its end.
    var wanted = end - origin
    repeat {
      wanted = min(length == 0 ? wanted + 4096 : 2 * wanted, range.upperBound - origin)
      guard wanted - (end - origin) <= Self.longestLine, fill(&buffer, origin, length..<wanted) else {
        part.isWhole = false
        return
      }
      length = wanted
    } while origin + length < range.upperBound && !buffer[(end - 1 - origin)..<length].contains(UInt8(ascii: "\n"))
    buffer[length] = UInt8(ascii: "\n")
    buffer.withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return }
      var first = 0
      if block > 0 {
        while base[first] != UInt8(ascii: "\n") { first += 1 }
        first += 1
        part.firstRow = linesBefore + (first == 1 ? 0 : 1)
      }
      guard isASCII || isUTF8(text, first, end - origin) else {
        part.isWhole = false
        return
      }
      parser.parse(base, first, until: end - origin, into: numbers, limit: rows, &part)
    }
  }

  /// Whether the lines that start in `first..<until` are UTF-8.
  private func isUTF8(_ text: UnsafeBufferPointer<UInt8>, _ first: Int, _ until: Int) -> Bool {
    guard first < until else { return true }
    let end = text[(until - 1)...].firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
    return String(validating: UnsafeBufferPointer(rebasing: text[first..<end]), as: UTF8.self) != nil
  }

  /// Reads a part of the text to its place in the buffer, behind which there is room for a byte.
  private func fill(_ buffer: inout [UInt8], _ origin: Int, _ part: Range<Int>) -> Bool {
    if buffer.count <= part.upperBound {
      buffer += repeatElement(0, count: part.upperBound + 1 - buffer.count)
    }
    return buffer.withUnsafeMutableBufferPointer { target in
      bytes.read(at: origin + part.lowerBound, into: UnsafeMutableBufferPointer(rebasing: target[part]))
    }
  }
}
