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

  /// The record of an experiment that was begun with the given overrides.
  package init(_ experiment: Experiment, overrides: [String]) {
    data = experiment.record
    settings = experiment.description.settings
    self.overrides = overrides
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
  }

  /// The record as JSON.
  package var json: StrictJSON {
    let run = StrictJSON.object([
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
    ])
    return data.record(with: [.init(key: "run", value: run)])
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
    for role in ["train", "validation", "test"] where samples[role] != now.samples[role] {
      let (before, after) = (samples[role], now.samples[role])
      let isCount = before?.samples != after?.samples
      found.append(
        Difference(
          path: "the \(role) data",
          before: before.map { isCount ? "\(grouped($0.samples)) samples" : "other numbers" },
          now: after.map { "\(grouped($0.samples)) samples" }, isAllowed: false))
    }
    return found
  }

  /// Whether the other model prepares its inputs by the same steps, so that what was learned for them holds there.
  package func preparesAlike(_ settings: [String: String]) -> Bool {
    func steps(_ settings: [String: String]) -> [String: String] {
      settings.filter { $0.key.hasPrefix("preprocess.") }
    }
    return steps(self.settings) == steps(settings)
  }
}
