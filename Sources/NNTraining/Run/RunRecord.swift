import NNCore
import NNData
import NNFiles
import NNModel
import NNText
import NNWeights

/// All that a run depends on besides its arrays, stored with its weights and its checkpoint as one JSON object;
/// docs/RECORD.md describes it.
public struct RunRecord: Sendable, Hashable {
  /// What the training was told and has learned of its data.
  public var data: DataRecord
  /// What the model says, overrides applied: a text for each path.
  package var settings: [String: String]
  /// The overrides of the command line, each `path=value`.
  public var overrides: [String]
  /// The samples, by role.
  package var samples: [String: DatasetFingerprint]
  /// The part of the training data that was the test set; nil where the model's own was.
  public var fold: Fold?

  /// The record of an experiment that was begun with the given overrides.
  package init(_ experiment: Experiment, overrides: [String]) {
    data = experiment.record
    settings = experiment.description.settings
    self.overrides = overrides
    fold = experiment.fold
    samples = [:]
    for (role, set) in experiment.sets { samples[role] = DatasetFingerprint(set) }
  }

  /// The record in a file of weights or a checkpoint; nil if it has none.
  ///
  /// - Throws: a `DiagnosticError` for a record that cannot be read.
  public init?(_ file: WeightsFile) throws {
    guard let json = try file.record() else { return nil }
    data = try DataRecord(record: json, file: file.tensors.file)
    (settings, overrides, samples) = ([:], [], [:])
    // A file that was not trained has no run.
    guard let run = json["run"] else { return }
    guard case .object(let settings)? = run["settings"], let overrides = run["overrides"]?.texts,
      case .object(let sets)? = run["samples"]
    else { throw DataRecord.unreadable(file.tensors.file) }
    self.overrides = overrides
    for member in settings {
      guard case .text(let text) = member.value else { throw DataRecord.unreadable(file.tensors.file) }
      self.settings[member.key] = text
    }
    for member in sets {
      guard case .integer(let count)? = member.value["count"], case .text(let digits)? = member.value["hash"],
        let hash = UInt64(digits, radix: 16)
      else { throw DataRecord.unreadable(file.tensors.file) }
      samples[member.key] = DatasetFingerprint(samples: count, hash: hash)
    }
    guard let part = run["fold"] else { return }
    guard case .integer(let index)? = part["index"], case .integer(let count)? = part["count"], count > 1,
      (0..<count).contains(index)
    else { throw DataRecord.unreadable(file.tensors.file) }
    fold = Fold(index, of: count)
  }

  /// The record as JSON.
  package var json: StrictJSON {
    var members: [StrictJSON.Member] = [
      .init(key: "overrides", value: .array(overrides.map { .text($0) })),
      .init(
        key: "settings",
        value: .object(settings.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .text($0.value)) })),
      .init(
        key: "samples",
        value: .object(
          samples.sorted { $0.key < $1.key }.map { role, print in
            let hash = String(print.hash, radix: 16)
            return .init(
              key: role,
              value: .object([
                .init(key: "count", value: .integer(print.samples)), .init(key: "hash", value: .text(hash)),
              ]))
          })),
    ]
    if let fold {
      let part = StrictJSON.object([
        .init(key: "index", value: .integer(fold.index)), .init(key: "count", value: .integer(fold.count)),
      ])
      members.append(.init(key: "fold", value: part))
    }
    return data.record(with: [.init(key: "run", value: .object(members))])
  }
}

// MARK: - Comparison

extension RunRecord {
  /// A setting in which two runs differ.
  package struct Difference: Sendable, Hashable {
    /// What differs, such as `training.batch`.
    package var path: String
    /// What the earlier run had; nil for nothing.
    package var before: String?
    /// What there is now; nil for nothing.
    package var now: String?
    /// Whether a run may go on with it: its length.
    package var isAllowed: Bool

    /// The difference in words.
    package var description: String {
      "\(path): \(before.map { $0.shortened } ?? "nothing") in the run, \(now.map { $0.shortened } ?? "nothing") now"
    }
  }

  /// In what a run that is to go on differs from how it began, in the order of the paths.
  package func differences(to now: RunRecord) -> [Difference] {
    var found: [Difference] = []
    for path in Set(settings.keys).union(now.settings.keys).sorted() where settings[path] != now.settings[path] {
      // Of an element that only one of the two has, its own line says enough.
      let parent = path.lastIndex(of: ".").map { String(path[..<$0]) } ?? path
      let isAlone = (settings[parent] == nil) != (now.settings[parent] == nil)
      if isAlone || found.contains(where: { $0.path == parent }) { continue }
      found.append(
        Difference(
          path: path, before: settings[path], now: now.settings[path],
          isAllowed: ["training.epochs", "training.steps"].contains(path) && settings[path] != nil
            && now.settings[path] != nil))
    }
    for plugin in data.plugins where !now.data.plugins.contains(plugin) {
      let other = now.data.plugins.first { $0.namespace == plugin.namespace }
      found.append(
        Difference(
          path: "the plug-in '\(plugin.name)'", before: "\(plugin.version) (checksum \(plugin.checksum))",
          now: other.map { "\($0.version) (checksum \($0.checksum))" }, isAllowed: false))
    }
    // Numbers of another precision have other bytes.
    if settings["model.precision"] != now.settings["model.precision"] { return found }
    return found + ["train", "validation", "test"].compactMap { difference(in: $0, to: now.samples[$0]) }
  }

  /// In what the samples of a role differ from those that the run had; nil if they are the same.
  package func difference(in role: String, to now: DatasetFingerprint?) -> Difference? {
    let before = samples[role]
    guard before != now else { return nil }
    func text(_ print: DatasetFingerprint) -> String {
      let count = "\(grouped(print.samples)) samples"
      guard before?.samples == now?.samples else { return count }
      let digits = String(print.hash, radix: 16)
      return "\(count) (hash \((String(repeating: "0", count: 16 - digits.count) + digits).prefix(8)))"
    }
    return Difference(path: "the \(role) data", before: before.map(text), now: now.map(text), isAllowed: false)
  }

  /// Whether the other model prepares its inputs by the same steps, so that what was learned for them holds there.
  package func preparesAlike(_ settings: [String: String]) -> Bool {
    func steps(_ settings: [String: String]) -> [String: String] {
      settings.filter { $0.key.hasPrefix("preprocess.") }
    }
    return steps(self.settings) == steps(settings)
  }
}
