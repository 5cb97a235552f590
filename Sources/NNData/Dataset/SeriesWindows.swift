import NNCore
import NNFiles
import NNText

/// How samples are cut from a series: the rows of a table in the order of the file, which are steps of time.
///
/// Window i has the rows from i step on, `length` of them, as its input of length x columns, and as its target the `targets`
/// columns of the `horizon` rows that follow, row by row.
public struct SeriesWindows: Sendable, Hashable {
  /// The rows of a sample's input.
  public var length: Int
  /// The rows behind them that are to be forecast.
  public var horizon: Int
  /// The rows from the start of one window to that of the next.
  public var step: Int
  /// The columns to be forecast, by name; nil for all.
  public var targets: [String]?
  /// The rows of a season, at most `length`; nil for none.
  public var season: Int?

  /// Windows of a series.
  public init(length: Int, horizon: Int = 1, step: Int = 1, targets: [String]? = nil, season: Int? = nil) {
    self.length = length
    self.horizon = horizon
    self.step = step
    self.targets = targets
    self.season = season
  }

  /// The last windows of a part before another one that are left out, because what they forecast reaches into what the other
  /// part forecasts.
  package var overlap: Int { (horizon - 1) / step }

  /// The windows of a series.
  ///
  /// - Parameters:
  ///   - hasTargets: whether the rows to be forecast must be there. Without them there is a window at the very end, which
  ///     forecasts the future.
  ///   - record: how the series was read, for the names of its columns; the set's own unless given.
  /// - Throws: a `DiagnosticError` that names the file: the set is no series of numbers, is too short, or lacks a column.
  package func cut(_ series: Dataset, hasTargets: Bool, record: SourceRecord? = nil) throws -> Dataset {
    func problem(_ code: String, _ message: String, _ remedy: String? = nil) -> DiagnosticError {
      DiagnosticError(code: code, file: series.file.isEmpty ? "data" : series.file, message, remedy: remedy)
    }
    guard series.table == nil else {
      throw problem("bad-windows", "windows are cut from a table without <columns>", "leave <columns> out")
    }
    guard series.weights == nil else {
      throw problem("bad-windows", "rows of a series have no weights", "leave weight out")
    }
    guard series.targets.isEmpty || !hasTargets, series.inputs.count == 1, series.inputs[0].form.shape.rank == 1 else {
      throw problem(
        "bad-windows", "windows are cut from a series whose columns are all numbers", "write label=\"none\"")
    }
    let (input, columns) = (series.inputs[0], series.inputs[0].width)
    let names = (series.record ?? record)?.table?.inputNames
    let chosen =
      try (hasTargets ? targets : nil).map { wanted in
        try wanted.map { name in
          let number = Int(name).flatMap { (1...columns).contains($0) ? $0 - 1 : nil }
          guard let index = names?.firstIndex(of: name) ?? number else {
            throw problem(
              "unknown-column", "the series has no column '\(name.shortened)' to be forecast",
              names.map { "it has \($0.joined(separator: ", ").shortened)" })
          }
          return index
        }
      } ?? Array(0..<columns)
    let needed = length + (hasTargets ? horizon : 0)
    guard series.count >= needed else {
      throw problem("too-short", "the series has \(series.count) rows, but a window needs \(needed)")
    }
    let count = (series.count - needed) / step + 1
    guard let shape = Shape([length, columns]), let answers = Shape([horizon * chosen.count]) else {
      throw problem("bad-shape", "windows of \(length) x \(columns) numbers cannot be used", "make them shorter")
    }
    try SystemMemory.require(
      Count.product(count, Count.sum(shape.elementCount, answers.elementCount), 8), reading: series.file)
    func value(_ row: Int, _ column: Int) -> Double { input.value(Int(series.rows[row]) * columns + column) }
    var elements: [Double] = []
    var futures: [Double] = []
    elements.reserveCapacity(count * shape.elementCount)
    for window in 0..<count {
      let start = window * step
      for row in start..<(start + length) { for column in 0..<columns { elements.append(value(row, column)) } }
      guard hasTargets else { continue }
      for row in (start + length)..<(start + needed) { for column in chosen { futures.append(value(row, column)) } }
    }
    let inputs = [DataArray(name: input.name, form: .values(shape), elements: .doubles(elements), file: input.file)]
    let targets = [DataArray(name: "label", form: .values(answers), elements: .doubles(futures), file: input.file)]
    var result = try Dataset(inputs: inputs, targets: hasTargets ? targets : [], file: series.file)
    result.windows = self
    result.forecastColumns = chosen
    result.record = series.record
    result.record?.windows = self
    result.warnings = series.warnings
    // A window stands where its last row does.
    func last(_ texts: [String]) -> [String] {
      (0..<count).map { texts[Int(series.rows[$0 * step + needed - 1])] }
    }
    result.keptColumns = series.keptColumns.map { KeptColumn(name: $0.name, texts: last($0.texts)) }
    result.splitColumns = series.splitColumns.mapValues(last)
    return result
  }

  /// The root of the mean squared error of a forecast without a net, on a set of windows: each number is that of `back` rows
  /// before, or, for numbers further ahead, of as many whole spans before as there must be. With 1 it is the last value.
  package func naiveError(_ set: Dataset, back: Int) -> Double {
    guard let input = set.inputs.first, let target = set.targets.first, back >= 1, back <= length else { return .nan }
    let columns = input.width / length
    var total = 0.0
    for row in set.rows {
      for ahead in 0..<horizon {
        let from = length - back + ahead % back
        for (index, column) in set.forecastColumns.enumerated() {
          let forecast = input.value(Int(row) * input.width + from * columns + column)
          let right = target.value(Int(row) * target.width + ahead * set.forecastColumns.count + index)
          total += (forecast - right) * (forecast - right)
        }
      }
    }
    return (total / Double(set.count * target.width)).squareRoot()
  }
}

// MARK: - JSON

extension SeriesWindows {
  /// What predicting depends on, as one JSON object.
  package var json: StrictJSON {
    .object([
      .init(key: "length", value: .integer(length)), .init(key: "horizon", value: .integer(horizon)),
      .init(key: "step", value: .integer(step)),
      .init(key: "targets", value: .array((targets ?? []).map { .text($0) })),
    ])
  }

  /// Reads `json` back; nil if it is something else.
  package init?(json: StrictJSON) {
    guard case .integer(let length)? = json["length"], case .integer(let horizon)? = json["horizon"],
      case .integer(let step)? = json["step"], let targets = json["targets"]?.texts,
      [length, horizon, step].allSatisfy({ (1...Shape.maximumElementCount).contains($0) })
    else { return nil }
    self.init(length: length, horizon: horizon, step: step, targets: targets.isEmpty ? nil : targets)
  }
}
