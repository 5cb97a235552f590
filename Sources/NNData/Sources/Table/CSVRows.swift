import NNCore
import NNKernels

extension CSVSource {
  /// Throws if all rows were left out.
  static func requireRows(_ columns: CSVColumns, _ bad: BadRows) throws(NoRowsLeft) {
    guard columns.rows.isEmpty, !bad.problems.isEmpty else { return }
    throw NoRowsLeft(problems: bad.problems, file: columns.table.file)
  }

  /// Leaves out rows with a gap in one of the columns at the given positions. Throws a `DiagnosticError` if none is left.
  static func dropGaps(
    _ columns: inout CSVColumns, _ positions: [(column: Int, reading: ColumnReading)], _ gaps: Set<String>
  ) throws(DiagnosticError) {
    guard !positions.isEmpty else { return }
    let reading = FieldReading(columns: columns, gaps: gaps)
    columns.rows = columns.rows.filter { row in !positions.contains { reading.isGap(row, $0.column, $0.reading) } }
    guard !columns.rows.isEmpty else {
      throw DiagnosticError(
        code: "no-samples", file: columns.table.file, "every row has a gap in a column with missing=\"drop\"")
    }
  }

  /// The numbers of the inputs, row after row. Rows that are left out are no longer among those of `columns`.
  static func numbers(
    _ columns: inout CSVColumns, _ isDouble: Bool, bad: inout BadRows, workers: WorkerPool?
  ) throws -> [Double] {
    if let numbers = columns.table.numbers(columns.rows, columns.inputs, isDouble: isDouble, workers: workers) {
      return numbers
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(columns.rows.count * columns.inputs.count)
    var rows: [Int] = []
    for row in columns.rows {
      let start = numbers.count
      do throws(DiagnosticError) {
        for column in columns.inputs { numbers.append(try columns.number(row, column, isDouble: isDouble)) }
        if bad.areLeftOut { rows.append(row) }
      } catch {
        try bad.leaveOut(error)
        numbers.removeLast(numbers.count - start)
      }
    }
    if bad.areLeftOut { columns.rows = rows }
    try requireRows(columns, bad)
    return numbers
  }
}
