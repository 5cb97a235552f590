/// What a column of a table seems to be, from its fields.
package struct ColumnProfile: Sendable {
  /// What the fields are.
  package enum Kind: Sendable, Hashable {
    case number, category, boolean
    case date(DateOrder)
    /// Words of which nearly every row has another one.
    case text
    /// Whole numbers that count the rows.
    case rowNumber
    /// The same in every row.
    case constant
    /// Nothing in any row.
    case empty

    /// The kind in a word.
    package var word: String {
      switch self {
      case .number: "number"
      case .category: "category"
      case .boolean: "boolean"
      case .date: "date"
      case .text: "text"
      case .rowNumber: "row number"
      case .constant: "constant"
      case .empty: "empty"
      }
    }
  }

  /// The column's name, or its number from 1.
  package let name: String
  /// What it seems to be.
  package let kind: Kind
  /// Fields without a value.
  package let missing: Int
  /// Different values.
  package let distinct: Int
  /// The smallest and the largest number; nil unless all values are numbers.
  package let range: ClosedRange<Double>?
  /// Whether all numbers are whole.
  package let isWhole: Bool
  /// Whether a few numbers lie far beyond the range of all others.
  package let hasOutliers: Bool
  /// The third standardized moment of the numbers, of outliers as if they lay at the end of that range; 0 where there are none.
  package let skewness: Double
  /// The most frequent values with their counts, the first one first; of equally frequent ones the smaller.
  package let frequent: [(value: String, count: Int)]
  /// Words among numbers that seem to stand for gaps.
  package let gapWords: [String]
}

extension ColumnProfile {
  /// Looks at the fields of a column.
  ///
  /// - Parameters:
  ///   - column: its position.
  ///   - reading: the table, with the usual texts for gaps.
  init(_ column: Int, _ reading: FieldReading) {
    name = reading.columns.plainName(column)
    let rows = reading.columns.rows
    var counts: [String: Int] = [:]
    var order: [String] = []
    var gaps = 0
    var numbers: [Double] = []
    var words: [String: Int] = [:]
    var isCounting = true
    for row in rows {
      guard let text = reading.text(row, column) else {
        gaps += 1
        isCounting = false
        continue
      }
      if counts[text] == nil { order.append(text) }
      counts[text, default: 0] += 1
      if let value = reading.columns.table.number(row, column) {
        if let last = numbers.last, value != last + 1 { isCounting = false }
        numbers.append(value)
      } else {
        words[text, default: 0] += 1
      }
    }
    let present = rows.count - gaps
    let strayWords = words.values.reduce(0, +)
    // A word or two among a hundred numbers is a sign for a gap.
    let isNumeric = !numbers.isEmpty && (words.isEmpty || words.count <= 2 && strayWords * 20 <= numbers.count)
    let gapNumber = isNumeric ? Self.gapNumber(numbers) : nil
    let gapCount = gapNumber.map { number in numbers.count { $0 == number } } ?? 0
    numbers.removeAll { $0 == gapNumber }
    gapWords = isNumeric ? words.keys.sorted() + (gapNumber.map { [String(Int($0))] } ?? []) : []
    missing = gaps + (isNumeric ? strayWords : 0) + gapCount
    distinct = counts.count - (isNumeric ? words.count : 0) - (gapNumber == nil ? 0 : 1)
    isWhole = isNumeric && numbers.allSatisfy { $0 == $0.rounded() }
    range = isNumeric ? numbers.min().flatMap { low in numbers.max().map { low...$0 } } : nil
    let usual = isNumeric ? Self.usualRange(numbers) : nil
    hasOutliers = usual != nil
    skewness =
      isNumeric
      ? Self.skewness(
        usual.map { usual in numbers.map { min(max($0, usual.lowerBound), usual.upperBound) } } ?? numbers) : 0
    let signs = Set(gapWords)
    frequent = counts.filter { !isNumeric || !signs.contains($0.key) }.sorted {
      $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value
    }.prefix(8).map { ($0.key, $0.value) }
    if present == 0 {
      kind = .empty
    } else if distinct == 1 {
      kind = .constant
    } else if distinct == 2, order.allSatisfy({ BooleanColumn.value($0) != nil }),
      Set(order.compactMap(BooleanColumn.value)).count == 2
    {
      kind = .boolean
    } else if isNumeric {
      kind = isWhole && isCounting && present > 20 ? .rowNumber : .number
    } else if let date = Self.dateOrder(order) {
      kind = .date(date)
    } else {
      kind = 2 * distinct > present && present > 20 ? .text : .category
    }
  }

  /// A number such as -999 that programs write for a gap: it occurs several times and lies far from all others.
  private static func gapNumber(_ numbers: [Double]) -> Double? {
    for candidate in [-999_999.0, -99_999, -9999, -999, -99, 999, 9999, 99_999, 999_999] {
      let others = numbers.filter { $0 != candidate }
      guard numbers.count - others.count > 1, let low = others.min(), let high = others.max(),
        candidate < low || candidate > high
      else { continue }
      let distance = candidate < low ? low - candidate : candidate - high
      if distance > 3 * (high - low) { return candidate }
    }
    return nil
  }

  /// The share of the numbers at either end that may be outliers.
  package static let outlierShare = 0.0005

  /// The range of nearly all numbers, if others lie more than three times its width beyond it; nil if none do.
  private static func usualRange(_ numbers: [Double]) -> ClosedRange<Double>? {
    // Of fewer numbers the quantiles would be the outliers themselves.
    guard Double(numbers.count) * outlierShare >= 1 else { return nil }
    let sorted = numbers.sorted()
    let low = ColumnStatistics.quantile(sorted, outlierShare)
    let high = ColumnStatistics.quantile(sorted, 1 - outlierShare)
    guard let first = sorted.first, let last = sorted.last, high > low,
      max(low - first, last - high) > 3 * (high - low)
    else { return nil }
    return low...high
  }

  private static func skewness(_ numbers: [Double]) -> Double {
    let count = Double(numbers.count)
    let mean = numbers.reduce(0, +) / count
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    guard variance > 0 else { return 0 }
    let third = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) } / count
    return third / (variance * variance.squareRoot())
  }

  /// The order in which all texts are dates; nil if there is none.
  private static func dateOrder(_ texts: [String]) -> DateOrder? {
    [DateOrder.iso, .dayFirst, .monthFirst].first { order in texts.allSatisfy { DateText($0, order) != nil } }
  }
}
