import NNCore

/// Finds out what separates the fields of a table, from its first rows.
struct CSVSeparatorGuess {
  private static let candidates: [TableRecord.Separator] = [.comma, .tab, .semicolon]
  /// Rows that are looked at.
  private static let mostRows = 100

  private let file: String
  private let bytes: [UInt8]

  init(file: String, text bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }

  /// The separator that the file's name tells of.
  static func byName(_ file: String) -> TableRecord.Separator? {
    let name = file.lowercased()
    return name.hasSuffix(".tsv") || name.hasSuffix(".tsv.gz") ? .tab : nil
  }

  /// The separator. Throws a `DiagnosticError` when several make sense.
  func separator() throws(DiagnosticError) -> TableRecord.Separator {
    if let name = Self.byName(file) { return name }
    if let evident { return evident }
    guard consistent.isEmpty else {
      let names = consistent.map(\.separator.words).joined(separator: " or ")
      throw DiagnosticError(
        code: "unclear-separator", file: file, "\(names) may separate the fields: each gives rows of equal length",
        remedy: "say which, as in separator=\"\(consistent[0].separator.rawValue)\", or put texts into quotes")
    }
    // Rows of unequal length are told of by whoever reads them all.
    let first = Self.candidates.map { ($0, rows($0, most: 1)?.first?.count ?? 1) }.max { $0.1 < $1.1 }
    return first.flatMap { $0.1 > 1 ? $0.0 : nil } ?? .comma
  }

  /// The only separator that gives rows of equal length, or of several the only one that leaves no other in the fields,
  /// except for decimal commas; nil if there is no such one.
  var evident: TableRecord.Separator? {
    let readings = consistent
    if readings.count == 1 { return readings[0].separator }
    let clean = readings.filter { reading in
      // Names of columns may hold anything.
      let data = reading.rows.count > 1 ? reading.rows.dropFirst() : reading.rows[...]
      return data.allSatisfy { $0.allSatisfy { isClean($0, reading.separator) } }
    }
    return clean.count == 1 ? clean[0].separator : nil
  }

  /// Whether the text is a single column whose every field holds the same number of words, more than one.
  var looksSeparatedByBlanks: Bool {
    guard let rows = rows(.space, most: Self.mostRows), let first = rows.first else { return false }
    return first.count > 1 && rows.allSatisfy { $0.count == first.count }
  }

  private typealias Reading = (separator: TableRecord.Separator, rows: [[CSVScanner.Field]])

  /// The candidates that give rows of equal length with more than one field, and the rows.
  private var consistent: [Reading] {
    Self.candidates.compactMap { separator in
      guard let rows = rows(separator, most: Self.mostRows), let first = rows.first, first.count > 1,
        rows.allSatisfy({ $0.count == first.count })
      else { return nil }
      return (separator, rows)
    }
  }

  private func isClean(_ field: CSVScanner.Field, _ separator: TableRecord.Separator) -> Bool {
    guard !field.isQuoted else { return true }
    let text = bytes[field.range]
    let others = Self.candidates.filter { $0 != separator }
    guard text.contains(where: { byte in others.contains { $0.separates(byte) } }) else { return true }
    return separator != .comma
      && bytes.withUnsafeBufferPointer {
        DecimalNumber.parse(UnsafeBufferPointer(rebasing: $0[field.range]), .comma) != nil
      }
  }

  /// Whether no more text can change the guess, as it would by closing a quote.
  ///
  /// - Parameter isWhole: whether there is no more.
  func isSettled(isWhole: Bool) -> Bool {
    Self.candidates.allSatisfy { separator in
      var scanner = CSVScanner(file: file, bytes: bytes, separator: separator)
      var fields: [CSVScanner.Field] = []
      do throws(DiagnosticError) {
        for _ in 0..<Self.mostRows {
          guard try scanner.row(&fields) != nil else { return isWhole }
        }
        return true
      } catch {
        return error.diagnostics.first?.code != "open-quote"
      }
    }
  }

  /// The first rows; nil when quotes are out of place.
  private func rows(_ separator: TableRecord.Separator, most: Int) -> [[CSVScanner.Field]]? {
    var scanner = CSVScanner(file: file, bytes: bytes, separator: separator)
    var rows: [[CSVScanner.Field]] = []
    while rows.count < most {
      var fields: [CSVScanner.Field] = []
      do {
        guard try scanner.row(&fields) != nil else { break }
      } catch {
        return nil
      }
      rows.append(fields)
    }
    return rows
  }
}
