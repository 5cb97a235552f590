import NNCore
import NNFiles
import NNText

/// The rows of a long table, put together into samples.
struct GroupedRows {
  /// The names of the groups, in the order in which the table has their first rows.
  private(set) var names: [String] = []
  /// For each group the places of its rows among those that are read, in the order of its steps.
  private(set) var rows: [[Int32]] = []
  /// How the column was read that puts rows in order; nil if there is none.
  private(set) var orderReading: TableGroups.OrderReading?

  /// The steps of the longest group.
  var longest: Int { rows.map(\.count).max() ?? 0 }

  /// Puts the rows together. Throws a `DiagnosticError` for a row without a group, one that has no place in the order, and two
  /// of a group that have the same.
  init(_ columns: CSVColumns, _ groups: TableGroups) throws(DiagnosticError) {
    let table = columns.table
    var places: [String: Int] = [:]
    for (place, row) in columns.rows.enumerated() {
      let text = table.text(row, groups.group)
      guard !text.isEmpty else {
        throw table.error(
          row: row, column: groups.group, "empty-field",
          "\(columns.name(groups.group)) is empty here, so that the row belongs to no group",
          remedy: "fill the gap or leave the row out")
      }
      let name = table.wholeNumber(row, groups.group, text) ?? text
      if let known = places[name] {
        rows[known].append(Int32(place))
      } else {
        places[name] = names.count
        names.append(name)
        rows.append([Int32(place)])
      }
    }
    guard let order = groups.order else { return }
    let (reading, keys) = try Self.keys(columns, order, known: groups.orderReading)
    orderReading = reading
    for group in rows.indices {
      rows[group].sort { (keys[Int($0)], $0) < (keys[Int($1)], $1) }
      for (before, place) in zip(rows[group], rows[group].dropFirst()) where keys[Int(before)] == keys[Int(place)] {
        let row = columns.rows[Int(max(before, place))]
        throw table.error(
          row: row, column: order, "same-step",
          "group '\(names[group].shortened)' has \(table.text(row, order).shortened) in \(columns.name(order)) here and on "
            + "line \(table.line(columns.rows[Int(min(before, place))]))",
          remedy: "leave one of the rows out, or write order=\"file\" if the rows stand in their order")
      }
    }
  }

  /// A number for each row, by which rows are put in order.
  private static func keys(
    _ columns: CSVColumns, _ order: Int, known: TableGroups.OrderReading?
  ) throws(DiagnosticError) -> (TableGroups.OrderReading, [Double]) {
    let table = columns.table
    let readings: [TableGroups.OrderReading] =
      known.map { [$0] } ?? [.number, .date(.iso), .date(.dayFirst), .date(.monthFirst)]
    func key(_ row: Int, _ reading: TableGroups.OrderReading) -> Double? {
      switch reading {
      case .number: table.number(row, order)
      case .date(let dates): DateText(table.text(row, order), dates)?.seconds
      }
    }
    for reading in readings {
      let keys = columns.rows.compactMap { key($0, reading) }
      if keys.count == columns.rows.count { return (reading, keys) }
    }
    // The reading that goes furthest tells what is wrong.
    let stops = readings.map { reading in columns.rows.firstIndex { key($0, reading) == nil } ?? 0 }
    let row = columns.rows[stops.max() ?? 0]
    throw table.error(
      row: row, column: order, "no-order",
      "'\(table.text(row, order).shortened)' in \(columns.name(order)) is no \(known == .number ? "number" : "number and no date such as 2024-03-31"), so that the row has no place in "
        + "the order of its group",
      remedy: "mend it, or write order=\"file\" if the rows stand in their order")
  }
}

extension DataArray {
  /// The rows of each group as the steps of a sample: groups x steps x the elements of a row, 0 behind the last step.
  ///
  /// - Parameters:
  ///   - groups: the rows of each group, at most `steps`.
  ///   - isFlat: whether a step of one element has no dimension of its own, as one that is a label or an index.
  func gathered(_ groups: [[Int32]], steps: Int, isFlat: Bool = false) throws -> DataArray {
    let width = self.width
    var isFlat = isFlat
    if case .labels = elements { isFlat = true }
    guard let shape = Shape(isFlat && width == 1 ? [steps] : [steps, width]) else {
      throw DiagnosticError(
        code: "bad-shape", file: file ?? "data", "sequences of \(steps) steps x \(width) numbers cannot be used")
    }
    try SystemMemory.require(Count.product(groups.count, shape.elementCount, 8), reading: file ?? "data")
    func gathered<T: ExpressibleByIntegerLiteral>(_ values: [T]) -> [T] {
      var result = [T](repeating: 0, count: groups.count * steps * width)
      for (sample, rows) in groups.enumerated() {
        for (step, row) in rows.enumerated() {
          let (to, from) = ((sample * steps + step) * width, Int(row) * width)
          for index in 0..<width { result[to + index] = values[from + index] }
        }
      }
      return result
    }
    let elements: Elements =
      switch self.elements.inMemory {
      case .bytes(let values): .bytes(gathered(values))
      case .floats(let values): .floats(gathered(values))
      case .doubles(let values): .doubles(gathered(values))
      case .labels(let values): .labels(gathered(values))
      case .stored(let numbers): .stored(numbers)
      }
    let form: TargetForm
    switch self.form {
    case .classes(let count, _): form = .classes(count: count, shape: shape)
    case .values: form = .values(shape)
    }
    var result = DataArray(name: name, form: form, elements: elements, file: file)
    if groups.contains(where: { $0.count != steps }) { result.lengths = groups.map { Int32($0.count) } }
    return result
  }
}
