import NNCore
import NNKernels

/// Reads a large table of numbers in blocks: its dialect and its columns are found out from the first rows, its numbers are
/// written straight to where they stay, and of its text only what is no number is kept.
///
/// What this gives, reading field by field gives as well. Whatever is unusual, or wrong, is left to that.
struct BlockReading {
  let file: String
  let bytes: TableBytes
  let options: CSVSource.Options
  let context: SourceContext
  let purpose: CSVSource.Purpose
  var sizes = BlockSizes()
  /// Whether the table's numbers stay in its file, and what is said of its beginning is said of all of it.
  var isStreaming = false

  /// Rows of which the separator is found out.
  private static let leastRows = 101
  /// The largest beginning that is looked at.
  private static let largestHead = 1 << 24
  /// The largest table.
  private static let largestTable = CSVScanner.Field.longestText

  /// What a table's columns are.
  struct Use: Equatable {
    let hasHeader: Bool
    let inputs: [Int]
    let answers: [Int]
    /// Those that are read as numbers.
    let numbers: [Int]
  }

  /// The samples; nil where the table is to be read field by field, which then tells what is wrong with it.
  func set() -> Dataset? {
    guard bytes.count >= max(1, sizes.leastTable), bytes.count <= Self.largestTable, options.thousands == .none,
      [.auto, .utf8].contains(dialect?.encoding ?? options.encoding),
      dialect.map({ $0.thousands == .none }) ?? true
    else { return nil }
    do {
      guard let head = try head(), let numbers = try numbers(head) else { return nil }
      let table = CSVTable(head: head.table, numbers: numbers)
      var bad = BadRows(areLeftOut: context.skipsBadRows)
      let columns = try CSVSource.resolved(table, options, context, for: purpose, bad)
      // All rows may say something else than the first ones.
      guard try use(columns) == head.use else { return nil }
      let set = try CSVSource.set(of: table, columns, options, context, for: purpose, &bad)
      return bad.problems.isEmpty ? set : nil
    } catch {
      return nil
    }
  }

  private var dialect: TableRecord? { CSVSource.dialect(context, purpose) }

  /// The first rows as a table.
  struct Head {
    let table: CSVTable
    /// The bytes before its text.
    let mark: Int
    let use: Use
    /// Whether numbers may be gaps.
    let hasGaps: Bool
    let columns: CSVColumns
  }

  func head() throws -> Head? {
    var size = max(1, sizes.head)
    var head = bytes.part(0..<min(size, bytes.count)) ?? []
    while head.count < bytes.count, head.count(where: { $0 == UInt8(ascii: "\n") }) <= Self.leastRows {
      size *= 4
      guard size <= Self.largestHead else { return nil }
      head = bytes.part(0..<min(size, bytes.count)) ?? []
    }
    if head.count < bytes.count {
      guard let end = Self.lastEnd(head) else { return nil }
      head.removeSubrange((end + 1)...)
    }
    guard !head.isEmpty, !head.starts(with: [0xFF, 0xFE]), !head.starts(with: [0xFE, 0xFF]) else { return nil }
    let mark = head.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard
      isStreaming
        || CSVSeparatorGuess(file: file, text: Array(head[mark...])).isSettled(isWhole: head.count == bytes.count)
    else {
      return nil
    }
    var bad = BadRows()
    let table = try CSVSource.table(file, head, options, dialect, declared: context.columns, bad: &bad)
    let columns = try CSVSource.resolved(table, options, context, for: purpose, bad)
    let use = try use(columns)
    guard !use.numbers.isEmpty, table.rows > 1, !table.isBlank(0, table.columns - 1) else { return nil }
    let hasGaps = context.columns != nil || purpose != .model && context.record?.table?.features != nil
    // A column may be called like a gap, and its name occur again.
    guard !hasGaps || !table.firstRow.contains(where: gaps.contains) else { return nil }
    return Head(table: table, mark: mark, use: use, hasGaps: hasGaps, columns: columns)
  }

  /// The last line feed, outside of quotes where there is one.
  private static func lastEnd(_ text: [UInt8]) -> Int? {
    var (isQuoted, last) = (false, nil as Int?)
    for (place, byte) in text.enumerated() {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if byte == UInt8(ascii: "\n"), !isQuoted { last = place }
    }
    return last ?? text.lastIndex(of: UInt8(ascii: "\n"))
  }

  /// The texts that stand for gaps.
  private var gaps: Set<String> {
    if purpose != .model, let record = context.record?.table, record.features != nil { return Set(record.gaps ?? []) }
    return context.columns?.gaps ?? []
  }

  /// What the columns of a table are, as those who read it field by field would use them.
  private func use(_ columns: CSVColumns) throws -> Use {
    let record = context.record?.table
    var numbers: [Int] = []
    if purpose != .model, let features = record?.features {
      numbers = zip(columns.inputs, features).filter { $0.1.encoding?.reading == .number && !$0.1.dropsGaps }.map(\.0)
    } else if let declared = context.columns {
      if let features = record?.features {
        let names = features.map { record?.names?[$0.position] ?? String($0.position + 1) }
        numbers = zip(columns.inputs, names.map(declared.element)).filter { $0.1.isPlainNumber }.map(\.0)
      } else {
        numbers = try declared.features(of: columns).features.map(\.position).filter {
          declared.element(columns.plainName($0)).isPlainNumber
        }
      }
    } else {
      numbers = columns.inputs
    }
    let others =
      columns.answers + columns.unread
      + [columns.weight, columns.groups?.group, columns.groups?.order].compactMap(\.self)
    let splits = Set(context.splitColumns)
    numbers.removeAll { others.contains($0) || splits.contains(columns.plainName($0)) }
    return Use(hasHeader: columns.hasHeader, inputs: columns.inputs, answers: columns.answers, numbers: numbers)
  }

  /// Reads the rows of data.
  private func numbers(_ head: Head) throws -> NumberColumns? {
    let table = head.table
    guard let separator = table.separator.byte, Set(head.use.numbers).count == head.use.numbers.count else {
      return nil
    }
    var undecided: UInt8?
    if dialect == nil, separator != UInt8(ascii: ",") {
      undecided = table.decimalMark == .point ? UInt8(ascii: ",") : UInt8(ascii: ".")
      // The comma is settled if a number of an input needs it.
      guard table.decimalMark == .point || table.needs(.comma, in: head.use.numbers) != nil else { return nil }
    }
    guard let (start, end, line) = try dataRows(head) else { return nil }
    let isUndeclared = !head.hasGaps
    let dialect = BlockDialect(
      separator: separator, decimalMark: table.decimalMark,
      slots: BlockDialect.slots(columns: table.columns, numbers: head.use.numbers), width: head.use.numbers.count,
      gaps: isUndeclared ? nil : gaps, areSingles: isUndeclared && !context.isDouble, undecided: undecided)
    return try NumberColumns(
      bytes, start..<end, dialect, columns: head.use.numbers, firstRow: head.use.hasHeader ? 1 : 0,
      firstLine: line, file: file, sizes: sizes, context.workers)
  }

  /// Where the rows of data are in the file, and the line on which they begin; nil if there are none.
  func dataRows(_ head: Head) throws -> (start: Int, end: Int, line: Int)? {
    let table = head.table
    var scanner = CSVScanner(file: file, bytes: table.bytes, separator: table.separator)
    var fields: [CSVScanner.Field] = []
    guard let firstLine = try scanner.row(&fields), let first = fields.first else { return nil }
    var (start, line) = (first.range.lowerBound - (first.isQuoted ? 1 : 0), firstLine)
    if head.use.hasHeader {
      guard scanner.passLineFeed() else { return nil }
      (start, line) = (scanner.position, scanner.line)
    }
    guard let end, start + head.mark < end else { return nil }
    return (start + head.mark, end, line)
  }

  /// Where the text ends without the line breaks at its end.
  private var end: Int? {
    let size = min(bytes.count, 1 << 16)
    guard let tail = bytes.part((bytes.count - size)..<bytes.count),
      let last = tail.lastIndex(where: { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    else { return nil }
    return bytes.count - size + last + 1
  }
}

extension ColumnElement {
  /// Whether the column holds numbers, and a gap among them leaves no row out.
  fileprivate var isPlainNumber: Bool { reading == .number && !dropsGaps }
}
