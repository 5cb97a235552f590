import NNCore
import NNKernels

/// A column that predictions carry along, so that samples can be told apart.
public struct KeptColumn: Sendable, Hashable {
  /// The column's name.
  public let name: String
  /// A text for each row of the set's arrays.
  public let texts: [String]
  /// Where samples are sequences, a text for each step of each; nil if the sample has one alone.
  public var stepTexts: [[String]]?

  /// A column.
  public init(name: String, texts: [String]) {
    self.name = name
    self.texts = texts
  }
}

/// Samples in memory: arrays for the net's inputs and for its targets, and the rows of these arrays that belong to the
/// set.
///
/// Subsets share the arrays of their set.
public struct Dataset: Sendable {
  /// The arrays for the net's inputs: rows x the shape of a sample.
  public var inputs: [DataArray]
  /// The arrays of right answers: rows x the shape of a sample's target.
  public var targets: [DataArray]
  /// A weight for each row, at least 0; nil if all samples count alike.
  public internal(set) var weights: DataArray?
  /// The names of the classes, in the order of their labels; nil if they have none.
  public var classNames: [String]?
  /// How picture files became the first input; nil if there were none.
  public var pictures: PictureForm?
  /// How the source was read, where its files can be read in several ways; nil otherwise.
  public var record: SourceRecord?
  /// The columns of a table that the training set does not have and that are left out, by name.
  public var ignoredColumns: [String] = []
  /// The table that the inputs are to be made of, where its columns are declared; nil once they are.
  package var table: RawTable?
  /// Columns that predictions carry along, by name: a text for each row.
  public var keptColumns: [KeptColumn] = []
  /// Columns of a table on which splits depend, by name: a text for each row.
  package var splitColumns: [String: [String]] = [:]
  /// How right answers that are numbers were scaled; nil if they are as the table has them.
  package var answerScales: [NumberEncoding]?
  /// How the samples were cut from a series; nil if they were not.
  public internal(set) var windows: SeriesWindows?
  /// Of samples that were cut from a series, what they forecast.
  var forecast: SeriesForecast?
  /// Of the rows of a series whose inputs are encoded already, the numbers that may be forecast.
  var seriesNumbers: SeriesNumbers?
  /// The columns that windows of a series forecast, by name or number from 1.
  package var forecastNames: [String] { forecast?.numbers.names ?? [] }
  /// What was wrong with rows that were left out.
  public var skipped: [Diagnostic] = []
  /// Warnings about the files that the samples came from.
  public var warnings: [Diagnostic] = []
  /// The rows of the arrays that are the set's samples, in order.
  public private(set) var rows: [Int32]
  /// The file, or files, that the set was read from, for messages; empty for a set made in code.
  public let file: String

  /// A set of all rows of the given arrays.
  ///
  /// Throws a `DiagnosticError`: the arrays have different numbers of samples, none, or more than 2^31 - 1; or one of them
  /// holds NaN or an infinite number.
  public init(inputs: [DataArray], targets: [DataArray], classNames: [String]? = nil, file: String = "") throws {
    try self.init(inputs: inputs, targets: targets, classNames: classNames, table: nil, file: file)
  }

  /// A set whose inputs are, or are still to be made of a table. Throws like the other one.
  package init(
    inputs: [DataArray], targets: [DataArray], classNames: [String]?, table: RawTable?, file: String
  ) throws {
    self.table = table
    self.file = file
    let place = file.isEmpty ? "data" : file
    var counts = (inputs + targets).map { ($0.name, $0.elements.count / $0.width) }
    if let table { counts.append(("table", table.sampleCount)) }
    for (name, count) in counts where count != counts[0].1 {
      throw DiagnosticError(
        code: "sample-count", file: place,
        "'\(counts[0].0)' has \(counts[0].1) samples, but '\(name)' has \(count)")
    }
    let count = counts.first?.1 ?? 0
    guard count > 0 else { throw DiagnosticError(code: "no-samples", file: place, "there are no samples") }
    guard count <= Int(Int32.max) else {
      throw DiagnosticError(code: "too-many-samples", file: place, "there are more than \(Int32.max) samples")
    }
    for array in inputs + targets { try array.requireFinite(file: place) }
    self.inputs = inputs
    self.targets = targets
    self.classNames = classNames
    rows = Array(0..<Int32(count))
  }

  /// Gives each row of the arrays a weight.
  ///
  /// Throws a `DiagnosticError` unless there are as many as rows, none below 0 or without end, and one of them above 0.
  public mutating func weigh(by values: [Double]) throws(DiagnosticError) {
    let array = DataArray(name: Self.weightsName, form: .values(Shape(1)), elements: .doubles(values), file: file)
    guard values.count == (inputs.first ?? targets.first).map({ $0.elements.count / $0.width }) ?? table?.sampleCount,
      values.allSatisfy({ $0 >= 0 && $0.isFinite }), values.contains(where: { $0 > 0 })
    else {
      throw DiagnosticError(
        code: "bad-weights", file: file.isEmpty ? "data" : file,
        "the weights of the samples are one number for each, at least 0, and not all 0")
    }
    weights = array
  }

  /// The name of the array of weights, which no target can have.
  private static let weightsName = "sample weights"

  /// The number of samples.
  public var count: Int { rows.count }

  /// The samples at the given positions of this set, each from 0 up to `count`, in that order.
  public func subset(_ positions: [Int]) -> Dataset {
    var result = self
    result.rows = positions.map { rows[$0] }
    return result
  }

  /// The same samples with other arrays of as many rows.
  func with(inputs: [DataArray], targets: [DataArray]) -> Dataset {
    var result = self
    result.inputs = inputs
    result.targets = targets
    return result
  }

  /// The sets with the inputs that their tables make, by what training has learned. Parts of a set share their arrays.
  ///
  /// - Throws: a `DiagnosticError` for a field that the training part does not explain.
  package static func encoded(
    _ sets: [String: Dataset], _ features: [TableFeature], isDouble: Bool, workers: WorkerPool? = nil
  ) throws -> [String: Dataset] {
    var arrays: [ObjectIdentifier: (inputs: [DataArray], warnings: [Diagnostic])] = [:]
    return try sets.mapValues { set in
      guard let table = set.table else { return set }
      var result = set
      let key = ObjectIdentifier(table)
      let encoded =
        try arrays[key]
        ?? table.encoded(
          features, isDouble: isDouble, file: set.file, workers: workers)
      arrays[key] = encoded
      result.inputs = encoded.inputs
      result.warnings += encoded.warnings
      result.table = nil
      if var record = set.record?.table {
        record.features = features
        result.record = result.record?.with(record)
      }
      return result
    }
  }

  /// The set with right answers scaled as in training.
  package func scalingAnswers(_ scales: [NumberEncoding], isDouble: Bool) -> Dataset {
    var result = self
    result.targets = targets.map { $0.scaled(scales, isDouble: isDouble) }
    result.answerScales = scales
    if var record = record?.table {
      record.answerScales = scales
      result.record = result.record?.with(record)
    }
    return result
  }

  /// Those of the set's arrays whose numbers stay in their file.
  var storedNumbers: [StoredNumbers] {
    (inputs + targets).compactMap { if case .stored(let numbers) = $0.elements { numbers } else { nil } }
  }

  /// Throws a `DiagnosticError` if numbers that stay in their file could not be read since it was opened.
  package func requireReadable() throws {
    for numbers in storedNumbers { if let failure = numbers.failure { throw failure } }
  }

  /// The target called `name`.
  public func target(_ name: String) -> DataArray? { targets.first { $0.name == name } }

  /// The forms of the targets by name, for planning a net.
  public var targetForms: [String: TargetForm] {
    Dictionary(targets.map { ($0.name, $0.form) }, uniquingKeysWith: { first, _ in first })
  }
}
