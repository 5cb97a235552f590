/// The numbers of a series that may be forecast, row by row.
package struct SeriesNumbers: Sendable {
  /// The names of the columns.
  let names: [String]
  /// Rows x columns; NaN for a gap.
  private let columns: [[Double]]

  /// The columns of a table that are numbers, truth values or dates.
  init(_ table: RawTable) {
    let found = table.columns.compactMap { column -> (String, [Double])? in
      if case .numbers(let values) = column.values { (column.name, values) } else { nil }
    }
    (names, columns) = (found.map(\.0), found.map(\.1))
  }

  /// The columns of an array of rows.
  init(_ array: DataArray, names: [String]) {
    self.names = names
    let width = array.width
    columns = (0..<width).map { column in (0..<array.sampleCount).map { array.value($0 * width + column) } }
  }

  /// Columns with their numbers.
  init(names: [String], columns: [[Double]]) { (self.names, self.columns) = (names, columns) }

  /// Some of the columns, by name or by number from 1. Throws the error of a name that none has.
  ///
  /// - Parameter table: the names of all columns of the table, which numbers count; nil if they have none.
  func taking(_ wanted: [String], of table: [String]?, _ unknown: (String) -> any Error) throws -> SeriesNumbers {
    let places = try wanted.map { name in
      let column = table.flatMap { table in
        CSVColumns.position(name, names: table, count: table.count).map { table[$0] }
      }
      guard let place = names.firstIndex(of: column ?? name) else { throw unknown(name) }
      return place
    }
    return SeriesNumbers(names: places.map { names[$0] }, columns: places.map { columns[$0] })
  }

  /// The numbers of a row.
  func row(_ row: Int32) -> [Double] { columns.map { $0[Int(row)] } }

  /// Whether no number of some rows is a gap.
  func areKnown(_ rows: ArraySlice<Int32>) -> Bool {
    columns.allSatisfy { column in rows.allSatisfy { !column[Int($0)].isNaN } }
  }
}

/// What windows of a series forecast, for forecasts without a net.
struct SeriesForecast: Sendable {
  /// The numbers of the columns that are forecast.
  let numbers: SeriesNumbers
  /// For each window the rows of its input.
  let pasts: [[Int32]]
  /// For each window the rows that it forecasts.
  let futures: [[Int32]]

  /// The root of the mean squared error of forecasts that repeat what was `back` rows before, over some windows; see
  /// `SeriesWindows.naiveError`. A forecast that would repeat a gap does not count.
  func naiveError(_ windows: [Int32], back: Int) -> Double {
    var (total, count) = (0.0, 0)
    for window in windows {
      let (past, future) = (pasts[Int(window)], futures[Int(window)])
      for (ahead, row) in future.enumerated() {
        for (forecast, right) in zip(numbers.row(past[past.count - back + ahead % back]), numbers.row(row))
        where !forecast.isNaN {
          total += (forecast - right) * (forecast - right)
          count += 1
        }
      }
    }
    return (total / Double(count)).squareRoot()
  }
}
