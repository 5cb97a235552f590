/// Reads lines into numbers and texts. Where a line needs a second look, it gives up: another number of fields, a line
/// break in quotes, text behind a closing quote, a word among numbers.
struct BlockParser {
  /// The texts of some lines.
  struct Part {
    /// The first of the rows.
    var firstRow = 0
    /// The number of rows.
    var rows = 0
    /// The bytes of the fields that are no numbers, one after the other.
    var bytes: [UInt8] = []
    /// Where in `bytes` the fields are, row after row.
    var fields: [CSVScanner.Field] = []
    /// Whether all lines were read.
    var isWhole = true
  }

  let dialect: BlockDialect

  /// Powers of ten by which up to 15 digits are divided with one rounding.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
  ]
  /// Digits that a double holds whatever they are.
  private static let mostDigits = 15

  /// Reads the lines that start in `start..<until`.
  ///
  /// - Parameters:
  ///   - base: the text. A line feed stands where it ends, at the latest.
  ///   - numbers: rows x width, into which the rows from `part.firstRow` on are written, no more than `limit` in all.
  ///   - part: counts the rows and takes the texts; `isWhole` is false afterwards if a line needs a second look.
  func parse(
    _ base: UnsafePointer<UInt8>, _ start: Int, until: Int, into numbers: UnsafeMutablePointer<Double>, limit: Int,
    _ part: inout Part
  ) {
    part.isWhole = dialect.slots.withUnsafeBufferPointer { slots in
      Self.powers.withUnsafeBufferPointer { powers in
        lines(base, start, until, numbers, limit, slots, powers, &part)
      }
    }
  }

  private func lines(
    _ base: UnsafePointer<UInt8>, _ start: Int, _ until: Int, _ numbers: UnsafeMutablePointer<Double>, _ limit: Int,
    _ slots: UnsafeBufferPointer<Int32>, _ powers: UnsafeBufferPointer<Double>, _ part: inout Part
  ) -> Bool {
    let (newline, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    let separator = dialect.separator
    let mark = dialect.decimalMark == .point ? UInt8(ascii: ".") : UInt8(ascii: ",")
    let width = dialect.width
    let last = slots.count - 1
    var position = start
    while position < until {
      // Lines without fields are no rows.
      guard part.firstRow + part.rows < limit, base[position] != newline, base[position] != carriageReturn else {
        return false
      }
      let row = numbers + (part.firstRow + part.rows) * width
      var column = 0
      while true {
        let slot = slots[column]
        let field = position
        var isPlain = false
        if slot >= 0 {
          let isNegative = base[position] == UInt8(ascii: "-")
          if isNegative { position += 1 }
          var digits: UInt64 = 0
          let first = position
          var digit = base[position] &- 48
          while digit < 10 {
            digits = digits &* 10 &+ UInt64(digit)
            position += 1
            digit = base[position] &- 48
          }
          var count = position - first
          var places = 0
          if base[position] == mark {
            position += 1
            let point = position
            digit = base[position] &- 48
            while digit < 10 {
              digits = digits &* 10 &+ UInt64(digit)
              position += 1
              digit = base[position] &- 48
            }
            places = position - point
            count += places
          }
          let next = base[position]
          isPlain =
            count > 0 && count <= Self.mostDigits && (next == separator || next == newline || next == carriageReturn)
          if isPlain {
            let value = places == 0 ? Double(digits) : Double(digits) / powers[places]
            row[Int(slot)] = isNegative ? -value : value
          }
        }
        if !isPlain {
          guard let end = other(base, field, slot, row, &part) else { return false }
          position = end
        }
        let next = base[position]
        position += 1
        if next == separator {
          guard column < last else { return false }
          column += 1
          continue
        }
        if next == carriageReturn {
          guard base[position] == newline else { return false }
          position += 1
        }
        guard column == last else { return false }
        break
      }
      part.rows += 1
    }
    return true
  }

  /// Reads a field that is no plain number; says where it ends, and nil if it needs a second look.
  private func other(
    _ base: UnsafePointer<UInt8>, _ start: Int, _ slot: Int32, _ row: UnsafeMutablePointer<Double>, _ part: inout Part
  ) -> Int? {
    let (newline, carriageReturn, quote) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\""))
    var range = start..<start
    var end = start
    var hasDoubledQuotes = false
    let isQuoted = base[start] == quote
    if isQuoted {
      end += 1
      while true {
        let byte = base[end]
        guard byte != newline, byte != carriageReturn else { return nil }
        end += 1
        guard byte == quote else { continue }
        guard base[end] == quote else { break }
        hasDoubledQuotes = true
        end += 1
      }
      range = (start + 1)..<(end - 1)
      guard base[end] == dialect.separator || base[end] == newline || base[end] == carriageReturn else { return nil }
    } else {
      while base[end] != dialect.separator, base[end] != newline, base[end] != carriageReturn { end += 1 }
      range = start..<end
    }
    if slot == BlockDialect.passed { return end }
    let field = UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    if slot >= 0 {
      guard let value = dialect.number(field) else { return nil }
      row[Int(slot)] = value
    } else {
      // No text holds a zero.
      guard !field.contains(0), dialect.undecided.map({ !field.contains($0) }) ?? true else { return nil }
      let place = part.bytes.count
      part.bytes.append(contentsOf: field)
      part.fields.append(
        CSVScanner.Field(place..<part.bytes.count, isQuoted: isQuoted, hasDoubledQuotes: hasDoubledQuotes))
    }
    return end
  }
}
