import NNCollectives
import NNCommandLine
import NNCore
import NNData
import NNFiles
import NNInference
import NNKernels
import NNText
import NNTraining

/// All that must be the same in the processes of a training, an evaluation or a prediction, by name.
struct RunAgreement {
  private var facts: [String: String]

  /// What a run is about to begin with.
  init<S: Scalar>(_ run: TrainingRun<S>) {
    let record = run.record
    facts = record.settings
    addProgram(plugins: record.data.plugins)
    for (role, print) in record.samples { facts["the \(role) data"] = Self.text(print) }
    facts["the step"] = "\(run.trainer.steps)"
    facts["the parameters"] = "checksum \(Self.checksum(run.trainer.network.parameters))"
  }

  /// What saved models are about to judge or predict.
  ///
  /// - Parameter sets: the samples, as the models read them.
  init(_ models: [SavedModel], _ sets: [Dataset], _ arguments: Arguments) {
    facts = [:]
    for (name, values) in arguments.given where !Self.ownOptions.contains(name) {
      facts["--\(name)"] = values.isEmpty ? "given" : values.joined(separator: " ")
    }
    addProgram(plugins: models.flatMap(\.record.plugins))
    func number(_ index: Int) -> String { index == 0 ? "" : " of model \(index + 1)" }
    for (index, model) in models.enumerated() {
      facts["the weights" + number(index)] = "checksum \(model.weights.tensors.checksum)"
    }
    for (index, set) in sets.enumerated() { facts["the data" + number(index)] = Self.text(DatasetFingerprint(set)) }
  }

  /// Options in which processes may differ: each has its own files and threads, and the first one alone writes.
  private static let ownOptions: Set = [
    "data", "labels", "lengths", "output", "plugin", "allow-plugins", "threads", "timeout", "verbose",
  ]

  private mutating func addProgram(plugins: [PluginIdentity]) {
    facts["the version of nnrun"] = programVersion
    facts["the level of the kernels"] = KernelLevel.current.rawValue
    for plugin in plugins {
      facts["the plug-in '\(plugin.name)'"] = "\(plugin.version) (checksum \(plugin.checksum))"
    }
  }

  private static func text(_ print: DatasetFingerprint) -> String {
    "\(grouped(print.samples)) samples (hash \(String(print.hash, radix: 16)))"
  }

  private static func checksum<S: Scalar>(_ buffer: Buffer<S>) -> String {
    Compression.crc32Digits(
      UnsafeRawBufferPointer(start: buffer.base, count: buffer.count * MemoryLayout<S>.stride))
  }

  /// Throws a `DiagnosticError` on all processes unless all have the same, which names the first one that differs.
  func require(_ group: ProcessGroup) throws {
    let all = try group.collectives.gather(bytes).map(Self.init(bytes:))
    for (rank, other) in all.enumerated().dropFirst() {
      let names = Set(other.facts.keys).union(all[0].facts.keys).sorted()
      // What has made the parameters differ is told rather than that they do.
      let different = names.filter { other.facts[$0] != all[0].facts[$0] }
      guard let name = different.first(where: { $0 != "the parameters" }) ?? different.first else { continue }
      throw DiagnosticError(
        code: "other-process", file: "rank \(rank) on \(group.hosts[rank])",
        "differs from rank 0 on \(group.hosts[0]): \(name): \(all[0].facts[name] ?? "nothing") in rank 0, "
          + "\(other.facts[name] ?? "nothing") in rank \(rank)",
        remedy: "give all processes the same program, model and data")
    }
  }

  private init(bytes: [UInt8]) {
    facts = [:]
    for line in bytes.split(separator: Self.lineEnd, omittingEmptySubsequences: true) {
      let parts = line.split(separator: Self.separator, maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      facts[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
    }
  }

  private var bytes: [UInt8] {
    facts.sorted { $0.key < $1.key }.flatMap { name, value in
      Array(name.utf8) + [Self.separator] + Array(value.utf8) + [Self.lineEnd]
    }
  }

  // Neither is in a text of XML.
  private static let separator: UInt8 = 1
  private static let lineEnd: UInt8 = 2
}
