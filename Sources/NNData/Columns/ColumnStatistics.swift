import NNCore

/// What the numbers of a column in the training part are like.
struct ColumnStatistics {
  /// The numbers that are no gaps, sorted; at least one.
  let sorted: [Double]

  /// The numbers of the given rows. Throws an `ElementError` if all are gaps.
  init(_ values: [Double], rows: [Int32], column: String) throws(ElementError) {
    sorted = rows.lazy.map { values[Int($0)] }.filter { !$0.isNaN }.sorted()
    guard !sorted.isEmpty else { throw .emptyColumn(column) }
  }

  /// Their mean.
  var mean: Double { Self.mean(sorted) }

  /// The quantile, between two numbers in proportion, as NumPy computes it unless told otherwise.
  func quantile(_ fraction: Double) -> Double { Self.quantile(sorted, fraction) }

  /// The number that occurs most often, of several the smallest.
  var mode: Double {
    var (best, most) = (sorted[0], 0)
    var start = 0
    while start < sorted.count {
      let end = sorted[start...].firstIndex { $0 != sorted[start] } ?? sorted.count
      if end - start > most { (best, most) = (sorted[start], end - start) }
      start = end
    }
    return best
  }

  /// The mean of numbers, at least one.
  static func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }

  /// The standard deviation of numbers, divided by n.
  static func deviation(_ numbers: [Double]) -> Double {
    let mean = mean(numbers)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(numbers.count)).squareRoot()
  }

  /// The quantile of sorted numbers.
  static func quantile(_ sorted: [Double], _ fraction: Double) -> Double {
    let position = fraction * Double(sorted.count - 1)
    let lower = Int(position.rounded(.down))
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
  }
}

extension ElementError {
  /// A column has no value from which something could be learned.
  static func emptyColumn(_ column: String) -> ElementError {
    ElementError(
      code: "empty-column", "column '\(column)' has no value in the training part",
      remedy: "leave it out with <ignore>",
      attribute: "name")
  }
}
