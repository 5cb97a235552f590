import Foundation
import Testing

/// An MPI that is installed here, and `nnrun` started by its mpirun.
struct MPIRun: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }

  /// Those whose mpirun is installed, and for which tools/setup --distributed has built the library by which nnrun calls
  /// them. Without any, the tests of training on several processes are skipped.
  static let installed: [MPIRun] = ["openmpi", "mpich"].map(MPIRun.init).filter { run in
    guard run.launcher != nil else { return false }
    return sequence(first: Tool.folder) { $0.path == "/" ? nil : $0.deletingLastPathComponent() }
      .contains { folder in
        FileManager.default.fileExists(
          atPath: folder.appendingPathComponent("distributed/libnnrun-\(run.name).so").path)
      }
  }

  private var launcher: URL? {
    let path = "/usr/bin/mpirun.\(name)"
    return FileManager.default.isExecutableFile(atPath: path) ? URL(fileURLWithPath: path) : nil
  }

  /// A program that is started so many times.
  struct Part {
    var processes: Int
    var arguments: [String]
  }

  /// Starts nnrun, and returns mpirun and the files that get its output and its messages.
  func start(
    _ parts: [Part], in place: Workplace, environment: [String: String] = [:]
  ) throws -> (mpirun: Process, output: URL, messages: URL) {
    let process = Process()
    process.executableURL = launcher
    let program = Tool.folder.appendingPathComponent("nnrun").path
    let options = name == "openmpi" ? ["--oversubscribe"] : []
    let words = parts.map { ["-n", String($0.processes), program] + $0.arguments }
    process.arguments = options + Array(words.joined(separator: [":"]))
    process.currentDirectoryURL = place.url
    process.environment = ProcessInfo.processInfo.environment.merging([
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    ]) { $1 }.merging(environment) { $1 }
    let paths = ["out", "err"].map { place.url.appendingPathComponent(".mpi-\(UUID().uuidString).\($0)") }
    for path in paths { try Data().write(to: path) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: paths[0])
    process.standardError = try FileHandle(forWritingTo: paths[1])
    try process.run()
    return (process, paths[0], paths[1])
  }

  /// Runs nnrun to its end.
  func run(_ parts: [Part], in place: Workplace) throws -> Tool.Result {
    let (mpirun, output, messages) = try start(parts, in: place)
    return try Self.end(mpirun, output, messages)
  }

  /// Runs nnrun in so many processes to its end.
  func run(_ processes: Int, _ arguments: String..., in place: Workplace) throws -> Tool.Result {
    try run([Part(processes: processes, arguments: arguments)], in: place)
  }

  /// Waits for the end of what was started.
  static func end(_ mpirun: Process, _ output: URL, _ messages: URL) throws -> Tool.Result {
    mpirun.waitUntilExit()
    return Tool.Result(
      code: mpirun.terminationStatus, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      messages: String(decoding: try Data(contentsOf: messages), as: UTF8.self))
  }

  /// The processes whose command line holds a word, by their ranks.
  static func processes(with word: String) -> [Int: pid_t] {
    let identifiers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
    var found: [Int: pid_t] = [:]
    for identifier in identifiers {
      guard let line = FileManager.default.contents(atPath: "/proc/\(identifier)/cmdline") else { continue }
      let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      guard words.first?.hasSuffix("/nnrun") == true, words.contains(word),
        let variables = FileManager.default.contents(atPath: "/proc/\(identifier)/environ")
      else { continue }
      for variable in variables.split(separator: 0).map({ String(decoding: $0, as: UTF8.self) }) {
        for name in ["OMPI_COMM_WORLD_RANK=", "PMI_RANK="] where variable.hasPrefix(name) {
          if let rank = Int(variable.dropFirst(name.count)) { found[rank] = identifier }
        }
      }
    }
    return found
  }
}

extension Workplace {
  /// A model that trains on batches of eight shards, which normalizes them.
  func writeShardedModel(epochs: Int = 6) throws {
    try writeModel(epochs: epochs)
    let text = try text("small.xml")
      .replacingOccurrences(of: #"batch="16""#, with: #"batch="64" shards="8""#)
      .replacingOccurrences(of: "<relu/>", with: "<batchNorm/><relu/>")
    try write(text, to: "small.xml")
  }
}
