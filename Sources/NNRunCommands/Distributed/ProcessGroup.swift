#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCollectives
import NNCommandLine
import NNCore
import NNFiles
import NNKernels
import NNModel

/// The processes that mpirun has started for one command (`--distributed`). The first one speaks for all.
final class ProcessGroup {
  /// What they exchange messages by.
  let collectives: MPICollectives
  /// The machine of each process.
  let hosts: [String]

  /// Whether this is the process that prints and writes files.
  var isFirst: Bool { collectives.rank == 0 }

  private init(_ collectives: MPICollectives) throws {
    self.collectives = collectives
    hosts = try collectives.gather(Array(Self.hostName.utf8)).map { String(decoding: $0, as: UTF8.self) }
    // Machines in trials may have one name; so the environment can say it too. All have to exchange in the same way, and the
    // environment of the first one counts.
    let overlaps = variable("NNRUN_OVERLAP").map { $0 == "1" } ?? (Set(hosts).count > 1)
    collectives.isOverNetwork = try collectives.broadcast([overlaps ? 1 : 0], from: 0) == [1]
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "?" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Runs a command on all processes if `--distributed` asks for it, else on this one alone, and returns its exit code,
  /// which is that of the first process. A failure of a single process ends all of them.
  static func run(_ arguments: Arguments, _ body: (ProcessGroup?) throws -> ExitCode) throws -> ExitCode {
    guard arguments.has("distributed") else {
      if arguments.has("timeout") {
        throw usageError("--timeout goes with --distributed", "a single process waits for nobody")
      }
      return try body(nil)
    }
    let timeout: Int?
    do { timeout = try arguments.integer("timeout", 1...1_000_000) } catch let error as DiagnosticError
      where !MPILauncher.isFirst(variable)
    {
      // All processes fail alike, and one of them says so.
      return ExitCode(error.kind)
    }
    let collectives: MPICollectives
    do { collectives = try MPILibrary.load() } catch let error as DiagnosticError where !MPILauncher.isFirst(variable) {
      // What one machine lacks, another may have: where the processes cannot meet, each machine speaks for itself.
      guard MPILauncher.isFirstOfMachine(variable) else { return ExitCode(error.kind) }
      let rank = MPILauncher.rank(variable).map { "rank \($0) on \(hostName): " } ?? "\(hostName): "
      throw error.withMessages { rank + $0 }
    }
    if let timeout { collectives.timeout = Double(timeout) }
    let (rank, size) = (collectives.rank, collectives.size)
    guard size & (size - 1) == 0 else {
      let below = 1 << (Int.bitWidth - 1 - size.leadingZeroBitCount)
      let refusal = usageError(
        "\(size) processes cannot work together: their number must be a power of two",
        "start \(below) or \(2 * below) of them")
      if rank == 0 { printMessages(refusal.diagnostics) }
      collectives.end()
      return .usage
    }
    var group: ProcessGroup?
    do {
      let joined = try ProcessGroup(collectives)
      group = joined
      var code = try body(joined)
      code = try joined.broadcast(code)
      collectives.end()
      return code
    } catch let end as AgreedEnd {
      collectives.end()
      return end.code
    } catch {
      let failure = group?.explain(error) ?? error
      let code = reportingErrors { throw failure }
      collectives.abort(code: code.rawValue)
      return code
    }
  }

  /// Does the same on all processes. If it fails on some, the first one says so, and all end with the same code.
  func together<Result>(_ body: () throws -> Result) throws -> Result {
    let result = Swift.Result { try body() }
    // Where messages do not arrive, nothing can be told either.
    if case .failure(let failure as CollectiveFailure) = result { throw failure }
    var told: [UInt8] = []
    if case .failure(let error) = result { told = Array(Failure(error).bytes) }
    let all = try collectives.gather(told)
    guard let rank = all.firstIndex(where: { !$0.isEmpty }), let failure = Failure(bytes: all[rank]) else {
      return try result.get()
    }
    if isFirst {
      let isEverywhere = all.allSatisfy { $0 == all[rank] }
      printMessage((isEverywhere ? "" : "rank \(rank) on \(hosts[rank]): ") + failure.text)
    }
    throw AgreedEnd(code: failure.code)
  }

  /// Runs what only the first process does, the last thing of a command. A failure of it is told; it ends no other process.
  func ending(_ body: () throws -> ExitCode) throws -> ExitCode {
    do { return try body() } catch let error as DiagnosticError { return reportingErrors { throw error } }
  }

  /// The shards into which batches are cut where the model does not say: one for each process. nil where it does.
  ///
  /// Throws a usage error (64) for shards that the processes cannot share.
  func shards(of description: ModelDescription) throws -> Int? {
    let size = collectives.size
    guard let shards = description.training?.shards else { return size == 1 ? nil : size }
    guard shards % size == 0 else {
      throw usageError(
        "\(shards) shard\(shards == 1 ? "" : "s") of a batch cannot be shared by \(size) processes",
        "give <training> at least as many shards as there are processes: shards=\"\(size)\"")
    }
    return nil
  }

  /// A pool of as many threads as `--threads` asks for, or of this process's share of the machine's processors.
  func workers(_ arguments: Arguments, _ environment: Environment) throws -> WorkerPool {
    guard !arguments.has("threads") else { return try environment.workers(arguments) }
    let neighbours = hosts.filter { $0 == hosts[collectives.rank] }.count
    return WorkerPool(threads: max(1, WorkerPool.processors / neighbours))
  }

  private func broadcast(_ code: ExitCode) throws -> ExitCode {
    let told = try collectives.gather([UInt64(code.rawValue)])[0].first
    return told.flatMap { ExitCode(rawValue: Int32(clamping: $0)) } ?? code
  }

  /// An error of this process, as the others are to know it.
  private func explain(_ error: any Error) -> any Error {
    let own = "rank \(collectives.rank) on \(hosts[collectives.rank])"
    switch error {
    case CollectiveFailure.noAnswer(let rank, let seconds):
      return DiagnosticError(
        .inputOutput, code: "no-answer", file: own,
        "rank \(rank) on \(hosts[rank]) has not answered for \(Int(seconds)) seconds",
        remedy:
          "see whether it still runs; a training goes on from its last checkpoint with --resume; a longer --timeout "
          + "waits longer")
    case CollectiveFailure.broken(let rank, let reason):
      return DiagnosticError(
        .inputOutput, code: "no-answer", file: own,
        "the connection to rank \(rank) on \(hosts[rank]) is broken: \(reason)",
        remedy: "see whether it still runs; a training goes on from its last checkpoint with --resume")
    case let error as DiagnosticError where !isFirst:
      return error.withMessages { "\(own): \($0)" }
    default: return error
    }
  }
}

extension DiagnosticError {
  /// The error with other messages.
  fileprivate func withMessages(_ edit: (String) -> String) -> DiagnosticError {
    var error = self
    for index in error.diagnostics.indices { error.diagnostics[index].message = edit(error.diagnostics[index].message) }
    return error
  }
}

/// The end that all processes have agreed on; the message is told already.
private struct AgreedEnd: Error {
  let code: ExitCode
}

/// What has gone wrong in a process, as bytes that others can read.
private struct Failure {
  let code: ExitCode
  let text: String

  init(_ error: any Error) {
    if let error = error as? DiagnosticError {
      code = ExitCode(error.kind)
      text = error.diagnostics.map { $0.forCommandLine.rendered }.joined(separator: "\n")
    } else {
      (code, text) = (.defect, "internal error: \(error)")
    }
  }

  init?(bytes: [UInt8]) {
    guard let first = bytes.first, let code = ExitCode(rawValue: Int32(first)) else { return nil }
    self.code = code
    text = String(decoding: bytes.dropFirst(), as: UTF8.self)
  }

  var bytes: [UInt8] { [UInt8(truncatingIfNeeded: code.rawValue)] + Array(text.utf8) }
}
