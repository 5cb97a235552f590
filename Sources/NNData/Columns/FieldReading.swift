import NNCore
import NNKernels

/// Reads fields of a table as the columns that are declared or learned.
struct FieldReading {
  let columns: CSVColumns
  /// The texts that stand for a gap, besides an empty field.
  let gaps: Set<String>
  /// Those of them that are numbers.
  private let gapNumbers: Set<Double>

  init(columns: CSVColumns, gaps: Set<String>) {
    self.columns = columns
    self.gaps = gaps
    gapNumbers = Set(gaps.compactMap(Double.init).filter(\.isFinite))
  }

  /// A field as a number; NaN for a gap. Throws a `DiagnosticError` for anything else.
  func number(_ row: Int, _ column: Int, _ reading: ColumnReading) throws(DiagnosticError) -> Double {
    let table = columns.table
    if reading == .number, let value = table.number(row, column) {
      return !gapNumbers.isEmpty && gapNumbers.contains(value) ? .nan : value
    }
    guard let text = text(row, column) else { return .nan }
    switch reading {
    case .boolean: if let value = BooleanColumn.value(text) { return value }
    case .date(let order): if let date = DateText(text, order) { return date.seconds }
    case .number, .text, .tokens: break
    }
    let hasOtherMark =
      reading == .number && table.number(row, column, table.decimalMark == .point ? .comma : .point) != nil
    throw table.error(
      row: row, column: column, "not-a-number",
      "'\(text.shortened)' in \(columns.name(column)) is not \(reading.noun)",
      remedy: hasOtherMark
        ? "numbers have a decimal \(table.decimalMark) in this table"
        : reading == .number
          ? "if it stands for a gap, name it in missingValues; if the column holds words, declare it as <category>"
          : nil)
  }

  /// A field's text as a category has it; nil for a gap. Programs that know only one type of number write the value 3 as 3.0.
  /// Where tokens are read, the text as it stands.
  func text(_ row: Int, _ column: Int, _ reading: ColumnReading = .text) -> String? {
    let text = columns.table.text(row, column)
    guard reading != .tokens else { return text.isEmpty ? nil : text }
    guard !text.isEmpty, !gaps.contains(text) else { return nil }
    return columns.table.wholeNumber(row, column, text) ?? text
  }

  /// Whether a field is a gap.
  func isGap(_ row: Int, _ column: Int, _ reading: ColumnReading) -> Bool { text(row, column, reading) == nil }

  /// The fields of the features' columns as they are, for learning.
  ///
  /// - Parameter readings: how each column is read.
  func table(_ readings: [ColumnReading], names: [String]) throws(DiagnosticError) -> RawTable {
    var raw: [RawColumn] = []
    for (index, column) in columns.inputs.enumerated() {
      if readings[index] == .text || readings[index] == .tokens {
        var dictionary = TextDictionary()
        let codes = columns.rows.map { text($0, column, readings[index]).map { dictionary.index($0) } ?? -1 }
        raw.append(RawColumn(name: names[index], values: .texts(codes, dictionary: dictionary.texts)))
      } else {
        var numbers: [Double] = []
        numbers.reserveCapacity(columns.rows.count)
        for row in columns.rows { numbers.append(try number(row, column, readings[index])) }
        raw.append(RawColumn(name: names[index], values: .numbers(numbers)))
      }
    }
    return RawTable(columns: raw, lines: columns.rows.map { Int32(clamping: columns.table.line($0)) })
  }

  /// The fields of the features that are read as numbers, as they are.
  func numbers(_ features: [TableFeature]) throws(DiagnosticError) -> SeriesNumbers {
    var names: [String] = []
    var numbers: [[Double]] = []
    for (column, feature) in zip(columns.inputs, features) {
      guard let reading = feature.encoding?.reading, reading != .text, reading != .tokens else { continue }
      var values: [Double] = []
      values.reserveCapacity(columns.rows.count)
      for row in columns.rows { values.append(try number(row, column, reading)) }
      names.append(columns.plainName(column))
      numbers.append(values)
    }
    return SeriesNumbers(names: names, columns: numbers)
  }

  /// The numbers of the features of each row, by what training has learned.
  ///
  /// - Parameters:
  ///   - bad: what becomes of rows with something wrong in them.
  ///   - workers: the threads that share the work.
  /// - Returns: the inputs, the rows that they come from, and warnings.
  func encoded(
    _ features: [TableFeature], isDouble: Bool, bad: inout BadRows, workers: WorkerPool?
  ) throws -> (inputs: [DataArray], rows: [Int], warnings: [Diagnostic]) {
    try EncodedInputs.requireMemory(features, samples: columns.rows.count, isDouble: isDouble, file: columns.table.file)
    let fields = TableFields(reading: self)
    if let arrays = EncodedInputs.blocks(
      features, isDouble: isDouble, samples: columns.rows.count, fields, workers)
    {
      return (arrays, columns.rows, [])
    }
    var inputs = EncodedInputs(features, isDouble: isDouble, samples: columns.rows.count)
    let encoders = features.compactMap { $0.encoding.map(ColumnEncoder.init) }
    var numbers = [[Double]](repeating: [], count: encoders.count)
    var rows: [Int] = []
    var cut = CutTexts(columns: encoders.count)
    for row in columns.rows {
      do {
        for (index, encoder) in encoders.enumerated() {
          numbers[index].removeAll(keepingCapacity: true)
          let isCut = try encode(row, columns.inputs[index], encoder, isDouble: isDouble, into: &numbers[index])
          if isCut { cut.counts[index] += 1 }
        }
      } catch let error as DiagnosticError {
        try bad.leaveOut(error)
        continue
      }
      inputs.append(numbers)
      rows.append(row)
    }
    let names = columns.inputs.map(columns.plainName)
    return (inputs.arrays, rows, cut.warnings(features, names, samples: rows.count, file: columns.table.file))
  }

  private func encode(
    _ row: Int, _ column: Int, _ encoder: ColumnEncoder, isDouble: Bool, into numbers: inout [Double]
  ) throws -> Bool {
    do {
      let reading = encoder.encoding.reading
      var isCut = false
      if reading == .text || reading == .tokens {
        isCut = try encoder.append(text(row, column, reading), to: &numbers)
      } else {
        try encoder.append(number(row, column, reading), to: &numbers)
      }
      guard isDouble || numbers.allSatisfy({ Float($0).isFinite }) else { throw ColumnFault.tooLarge }
      return isCut
    } catch let fault as ColumnFault {
      throw fault.error(columns.plainName(column), columns.table.text(row, column), columns.table.place(row, column))
    }
  }
}

extension RawTable {
  /// The inputs that the table makes with what training has learned of it, and warnings.
  ///
  /// - Throws: a `DiagnosticError` for a field that the training part does not explain, with its line.
  ///
  /// - Parameter workers: the threads that share the work.
  package func encoded(
    _ features: [TableFeature], isDouble: Bool, file: String, workers: WorkerPool? = nil
  ) throws -> (inputs: [DataArray], warnings: [Diagnostic]) {
    try EncodedInputs.requireMemory(features, samples: lines.count, isDouble: isDouble, file: file)
    if let arrays = EncodedInputs.blocks(
      features, isDouble: isDouble, samples: lines.count, RawFields(table: self), workers)
    {
      return (try gathered(arrays, file: file), [])
    }
    var inputs = EncodedInputs(features, isDouble: isDouble, samples: lines.count)
    let encoders = features.compactMap { $0.encoding.map(ColumnEncoder.init) }
    var numbers = [[Double]](repeating: [], count: encoders.count)
    var cut = CutTexts(columns: encoders.count)
    for row in lines.indices {
      for (index, encoder) in encoders.enumerated() {
        numbers[index].removeAll(keepingCapacity: true)
        do {
          switch columns[index].values {
          case .numbers(let values): try encoder.append(values[row], to: &numbers[index])
          case .texts(let codes, let dictionary):
            let text = codes[row] < 0 ? nil : dictionary[Int(codes[row])]
            if try encoder.append(text, to: &numbers[index]) { cut.counts[index] += 1 }
          }
          guard isDouble || numbers[index].allSatisfy({ Float($0).isFinite }) else { throw ColumnFault.tooLarge }
        } catch let fault as ColumnFault {
          throw fault.error(
            columns[index].name, columns[index].text(row),
            SourcePlace(file: files?[row] ?? file, line: Int(lines[row]), column: 1))
        }
      }
      inputs.append(numbers)
    }
    let warnings = cut.warnings(features, columns.map(\.name), samples: lines.count, file: file)
    return (try gathered(inputs.arrays, file: file), warnings)
  }

  /// Inputs of rows as inputs of samples, whose steps rows may be. Throws a `DiagnosticError` for what is not finite.
  private func gathered(_ arrays: [DataArray], file: String) throws -> [DataArray] {
    for array in arrays { try array.requireFinite(file: file) }
    guard let groups else { return arrays }
    return try arrays.map { try $0.gathered(groups.rows, steps: groups.steps) }
  }
}

extension RawColumn {
  /// A field for messages.
  fileprivate func text(_ row: Int) -> String {
    switch values {
    case .numbers(let numbers): "\(numbers[row])"
    case .texts(let codes, let dictionary): codes[row] < 0 ? "" : dictionary[Int(codes[row])]
    }
  }
}
