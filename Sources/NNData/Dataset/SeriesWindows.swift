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
  ///   - record: how the training set was read; the series' own record unless given.
  /// - Throws: a `DiagnosticError` that names the file: the set is no series of numbers, is too short, or lacks a column.
  package func cut(_ series: Dataset, hasTargets: Bool, record: SourceRecord? = nil) throws -> Dataset {
    func problem(_ code: String, _ message: String, _ remedy: String? = nil) -> DiagnosticError {
      DiagnosticError(code: code, file: series.file.isEmpty ? "data" : series.file, message, remedy: remedy)
    }
    guard (series.record ?? record)?.table?.groups == nil else {
      throw problem("bad-windows", "windows are cut from one series, but the table has groups", "leave group out")
    }
    guard series.weights == nil else {
      throw problem("bad-windows", "rows of a series have no weights", "leave weight out")
    }
    guard series.targets.isEmpty || !hasTargets else {
      throw problem(
        "bad-windows", "a series to be forecast has no label", "write label=\"none\" and name it in targets")
    }
    let numbers = try hasTargets ? numbers(of: series, record ?? series.record, problem) : nil
    guard numbers != nil || !hasTargets && !series.inputs.isEmpty else {
      throw problem(
        "bad-windows", "windows are cut from a series whose columns are all numbers", "write label=\"none\"")
    }
    let needed = length + (hasTargets ? horizon : 0)
    guard series.count >= needed else {
      throw problem("too-short", "the series has \(series.count) rows, but a window needs \(needed)")
    }
    // A window whose right answers have a gap has nothing to learn from.
    let starts = (0...((series.count - needed) / step)).map { $0 * step }.filter { start in
      numbers.map { $0.areKnown(series.rows[(start + length)..<(start + needed)]) } ?? true
    }
    guard !starts.isEmpty else {
      throw problem("no-samples", "every window forecasts a gap", "fill the gaps of the columns that are forecast")
    }
    try SystemMemory.require(Count.product(starts.count, needed, 4), reading: series.file)
    let windows = starts.map { Array(series.rows[$0..<($0 + length)]) }
    let inputs = try series.inputs.map { try $0.gathered(windows, steps: length) }
    var targets: [DataArray] = []
    if let numbers {
      guard let answers = Shape([horizon * numbers.names.count]) else {
        throw problem("bad-shape", "\(horizon) rows to be forecast are too many", "make the horizon shorter")
      }
      try SystemMemory.require(Count.product(starts.count, answers.elementCount, 8), reading: series.file)
      let futures = starts.flatMap { start in
        series.rows[(start + length)..<(start + needed)].flatMap { numbers.row($0) }
      }
      targets = [DataArray(name: "label", form: .values(answers), elements: .doubles(futures), file: series.file)]
    }
    let table = series.table.map { RawTable($0, groups: windows, steps: length) }
    var result = try Dataset(inputs: inputs, targets: targets, classNames: nil, table: table, file: series.file)
    result.windows = self
    result.forecast = numbers.map { numbers in
      SeriesForecast(
        numbers: numbers, pasts: windows, futures: starts.map { Array(series.rows[($0 + length)..<($0 + needed)]) })
    }
    result.record = series.record
    result.record?.windows = self
    (result.warnings, result.skipped, result.ignoredColumns) = (series.warnings, series.skipped, series.ignoredColumns)
    let leftOut = (series.count - needed) / step + 1 - starts.count
    if leftOut > 0 {
      result.warnings.append(
        Diagnostic(
          .warning, code: "left-out", "\(leftOut) windows forecast a gap and are left out",
          remedy: "fill the gaps of the columns that are forecast",
          place: SourcePlace(file: series.file, line: 0, column: 0)))
    }
    // A window stands where its last row does.
    func last(_ texts: [String]) -> [String] { starts.map { texts[Int(series.rows[$0 + needed - 1])] } }
    result.keptColumns = series.keptColumns.map { KeptColumn(name: $0.name, texts: last($0.texts)) }
    result.splitColumns = series.splitColumns.mapValues(last)
    if hasTargets, series.table == nil, let scales = record?.table?.answerScales {
      // Double precision is kept until a batch is gathered.
      return result.scalingAnswers(scales, isDouble: true)
    }
    return result
  }

  /// The numbers of the columns that are to be forecast; nil if the set has none.
  private func numbers(
    of series: Dataset, _ record: SourceRecord?, _ problem: (String, String, String?) -> DiagnosticError
  ) throws -> SeriesNumbers? {
    let known: SeriesNumbers
    if let table = series.table {
      known = SeriesNumbers(table)
    } else if let numbers = series.seriesNumbers {
      known = numbers
    } else if series.inputs.count == 1, series.inputs[0].form.shape.rank == 1 {
      let names = record?.table?.inputNames ?? (1...series.inputs[0].width).map(String.init)
      guard names.count == series.inputs[0].width else { return nil }
      known = SeriesNumbers(series.inputs[0], names: names)
    } else {
      return nil
    }
    guard let targets else {
      guard !known.names.isEmpty else { throw problem("bad-windows", "no column of the series is a number", nil) }
      return known
    }
    return try known.taking(targets, of: record?.table?.names) { name in
      problem(
        "unknown-column", "the series has no column '\(name.shortened)' of numbers to be forecast",
        known.names.isEmpty ? nil : "it has \(known.names.joined(separator: ", ").shortened)")
    }
  }

  /// The root of the mean squared error of a forecast without a net, on a set of windows: each number is that of `back` rows
  /// before, or, for numbers further ahead, of as many whole spans before as there must be. With 1 it is the last value.
  package func naiveError(_ set: Dataset, back: Int) -> Double {
    guard let forecast = set.forecast, back >= 1, back <= length else { return .nan }
    return forecast.naiveError(set.rows, back: back)
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
