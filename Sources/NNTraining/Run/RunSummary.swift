import NNCore
import NNFiles
import NNText
import NNWeights

/// What a run folder tells of its run, finished or not.
package struct RunSummary: Sendable {
  /// An epoch's numbers, as far as a comparison shows them.
  package struct Epoch: Sendable {
    /// Epochs done, this one included.
    package var epoch: Double
    /// The numbers by set and metric, such as `validation loss`.
    package var values: [String: Double]
  }

  /// The folder.
  package let folder: String
  /// The way to it from the folder in which runs are listed.
  package let name: String
  /// The overrides of the command line.
  package let overrides: [String]
  /// The metric by which epochs were compared.
  package let metric: Metric
  /// The loss that it measures, where the stopping rule names one of several; nil otherwise.
  package let head: String?
  /// Whether it has come to its end.
  package let isFinished: Bool
  /// Seconds of training.
  package let seconds: Double
  /// Seconds since 1970 when it last wrote.
  package let time: Int
  /// The epochs.
  package let epochs: [Epoch]
  /// By set and metric what was measured with the kept weights; nothing before the end.
  package let results: [String: [String: Double]]
  /// The same of the loss that decides, where that is one of several.
  private let judged: [String: [String: Double]]

  /// Reads a folder; nil if no run is in it. Throws a `DiagnosticError` for files that cannot be read.
  ///
  /// - Parameter name: what lists call it; the folder's path unless given.
  package init?(_ folder: String, name: String? = nil) throws {
    guard let metrics = try Self.path(.metrics, in: folder) else { return nil }
    self.folder = folder
    self.name = name ?? folder
    let lines = try FileReading.bytes(metrics).split(separator: UInt8(ascii: "\n"))
    // A run that was killed may have left half a line.
    epochs = lines.compactMap { line in (try? StrictJSON(line)).flatMap(Self.epoch) }
    let path = try Self.path(.results, in: folder)
    let results = path.flatMap { try? StrictJSON(FileReading.bytes($0)) }
    // Before the end the checkpoint alone knows.
    overrides = try results?["overrides"]?.texts ?? Self.record(in: folder)?.overrides ?? []
    isFinished = results != nil
    time = Path.modificationTime(isFinished ? path ?? metrics : metrics) ?? 0
    var found: [String: [String: Double]] = [:]
    for set in ["validation", "test", "training"] { found[set] = results?[set].map(Self.numbers) }
    self.results = found
    var watched: String?
    if case .text(let name)? = results?["head"] { watched = name }
    head = watched
    if let watched {
      for set in ["validation", "test"] {
        if let own = results?[set]?["heads"]?[watched] { found[set] = Self.numbers(own) }
      }
    }
    judged = found
    if case .text(let key)? = results?["metric"], let named = Metric.named(key) {
      metric = named
    } else {
      metric = epochs.last?.values["training accuracy"] == nil ? .loss : .accuracy
    }
    seconds = results.flatMap { $0["seconds"]?.number } ?? epochs.reduce(0) { $0 + ($1.values["seconds"] ?? 0) }
  }

  /// The record with which the weights were written, or the checkpoint; nil for none. Throws a `DiagnosticError` for a file
  /// that cannot be read.
  package func record() throws -> RunRecord? { try Self.record(in: folder) }

  private static func record(in folder: String) throws -> RunRecord? {
    let file = try path(.weights, in: folder) ?? path(.checkpoint, in: folder)
    return try file.flatMap { try RunRecord(WeightsFile(path: $0)) }
  }

  /// The path of a file; nil if there is none. Throws a `DiagnosticError` for a folder, or for a pipe, which might be read
  /// for ever.
  private static func path(_ file: RunFolder.File, in folder: String) throws -> String? {
    let path = file.path(in: folder)
    guard Path.exists(path) else { return nil }
    guard Path.isRegularFile(path) else {
      throw DiagnosticError(.missing, code: "not-a-file", file: path, "this is not a file, as a run has it")
    }
    return path
  }

  /// The best value of the deciding metric on the validation set: that of the kept epoch, or of the best so far.
  package var validation: Double? {
    if let value = judged["validation"]?[metric.key] { return value }
    let values = epochs.compactMap { $0.values["validation \(metric.key)"] }
    return metric.improvesUpwards ? values.max() : values.min()
  }

  /// The value of the deciding metric on the test set.
  package var test: Double? { judged["test"]?[metric.key] }

  /// Whether epochs have a metric.
  func hasCurve(_ metric: Metric) -> Bool { epochs.contains { $0.values["training \(metric.key)"] != nil } }

  private static func epoch(_ json: StrictJSON) -> Epoch? {
    guard let number = json["epoch"]?.number else { return nil }
    var values: [String: Double] = [:]
    for set in ["training", "validation"] {
      let found: [String: Double] = json[set].map(numbers) ?? [:]
      for (key, value) in found { values["\(set) \(key)"] = value }
    }
    values["seconds"] = json["seconds"]?.number
    return Epoch(epoch: number, values: values)
  }

  /// The members of an object that are numbers.
  private static func numbers(_ json: StrictJSON) -> [String: Double] {
    guard case .object(let members) = json else { return [:] }
    return members.reduce(into: [:]) { $0[$1.key] = $1.value.number }
  }
}

extension StrictJSON {
  /// A number, whole or not; nil for anything else.
  fileprivate var number: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    default: nil
    }
  }
}
