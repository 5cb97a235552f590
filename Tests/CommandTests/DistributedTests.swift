import Foundation
import Testing

/// Training on several processes, with each MPI that is installed.
@Suite(
  .enabled(if: !MPIRun.installed.isEmpty && !Tool.isSanitized, "no mpirun, or no library of tools/setup --distributed"))
struct DistributedTests {
  /// Seconds within which processes end on a machine that is busy with other tests; without --timeout they would wait for
  /// 300. What a quiet machine takes, tools/check-kill-distributed measures.
  private static let promptly = 60.0

  private func expectSame(_ first: String, _ second: String, in place: Workplace) throws {
    for file in ["weights", "last"] {
      let files = [first, second].map { "\($0)/\(file).safetensors" }
      #expect(try place.data(files[0]) == (try place.data(files[1])), "\(file) of \(second)")
    }
  }

  /// Any number of processes, any number of threads, either MPI: the bits of one process.
  @Test(arguments: MPIRun.installed) func processesDoNotMatter(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeShardedModel()
    let one = try place.run("train", "small.xml", "--output", "one", "-q")
    #expect(one.code == 0, "\(one.messages)")
    for processes in [1, 2, 4, 8] {
      for threads in ["1", "2"] {
        let folder = "run-\(processes)-\(threads)"
        let result = try mpi.run(
          processes, "train", "small.xml", "--distributed", "--threads", threads, "--output", folder, "-q", in: place)
        #expect(result.code == 0, "\(result.messages)")
        // Only the first process prints.
        #expect(result.output.components(separatedBy: "test: loss").count == 2, "\(result.output)")
        try expectSame("one", folder, in: place)
        let lines = try [place.text("one/metrics.jsonl"), place.text("\(folder)/metrics.jsonl")].map { text in
          text.split(separator: "\n").map { $0.prefix(upTo: $0.range(of: #","seconds""#)?.lowerBound ?? $0.endIndex) }
        }
        #expect(lines[0] == lines[1])
      }
    }
  }

  /// Batch normalization that measures the whole batch: the same bits as well, and other ones than by shards.
  @Test(arguments: MPIRun.installed) func layersMeasureTheWholeBatch(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeShardedModel(epochs: 2)
    #expect(try place.run("train", "small.xml", "--output", "alone", "-q").code == 0)
    try place.write(
      try place.text("small.xml").replacingOccurrences(of: "<batchNorm/>", with: #"<batchNorm sync="true"/>"#),
      to: "small.xml")
    let one = try place.run("train", "small.xml", "--output", "one", "-q")
    #expect(one.code == 0, "\(one.messages)")
    #expect(try place.data("alone/last.safetensors") != place.data("one/last.safetensors"))
    for processes in [1, 2, 4, 8] {
      let folder = "run-\(processes)"
      let result = try mpi.run(processes, "train", "small.xml", "--distributed", "--output", folder, "-q", in: place)
      #expect(result.code == 0, "\(result.messages)")
      try expectSame("one", folder, in: place)
    }
    let diverged = try mpi.run(
      2, "train", "small.xml", "--distributed", "--set", "training.adam.rate=1e30", "--output", "d", in: place)
    #expect(diverged.code == 65 && diverged.messages.contains("not finite"), "\(diverged.messages)")
  }

  /// Gradients in bfloat16: other bits, and still the same ones for any number of processes, overlapped or not.
  @Test(arguments: MPIRun.installed) func theWireMayCarryBFloat16(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeShardedModel(epochs: 2)
    let settings = ["--set", "network.fc1.units=8192", "-q"]
    let rounded = settings + ["--set", "training.wire=bf16"]
    #expect(try Tool.run("nnrun", ["train", "small.xml", "--output", "full"] + settings, in: place.url).code == 0)
    let one = try Tool.run(
      "nnrun", ["train", "small.xml", "--output", "one"] + rounded.filter { $0 != "-q" }, in: place.url)
    #expect(one.code == 0 && one.messages.contains("gradients are added in bfloat16"), "\(one.messages)")
    #expect(try place.data("full/last.safetensors") != place.data("one/last.safetensors"))
    for (processes, overlap) in [(1, "0"), (2, "0"), (4, "0"), (4, "1"), (8, "0")] {
      let folder = "run-\(processes)-\(overlap)"
      let words = ["train", "small.xml", "--distributed", "--output", folder] + rounded
      let (mpirun, output, messages) = try mpi.start(
        [.init(processes: processes, arguments: words)], in: place, environment: ["NNRUN_OVERLAP": overlap])
      let result = try MPIRun.end(mpirun, output, messages)
      #expect(result.code == 0, "\(result.messages)")
      try expectSame("one", folder, in: place)
    }
    let other = try mpi.run(
      2, "train", "small.xml", "--distributed", "--resume", "one", "--set", "training.wire=full", in: place)
    #expect(other.code == 65 && other.messages.contains("training.wire"), "\(other.messages)")
  }

  /// A model that does not say how many shards there are gets one for each process, and keeps them when it goes on.
  @Test(arguments: MPIRun.installed) func shardsAreOneForEachProcess(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeModel()
    #expect(try place.run("train", "small.xml", "--set", "training.shards=4", "--output", "one", "-q").code == 0)
    let result = try mpi.run(4, "train", "small.xml", "--distributed", "--output", "run", in: place)
    #expect(result.code == 0 && result.messages.contains("4 processes on 1 machine, 4 shards of each batch"))
    try expectSame("one", "run", in: place)
    let resumed = try mpi.run(2, "train", "small.xml", "--distributed", "--resume", "run", "-q", in: place)
    #expect(resumed.code == 0, "\(resumed.messages)")
    try expectSame("one", "run", in: place)
  }

  /// Gradients that are exchanged while the backward pass goes on are the same, and the record says where time went.
  @Test(arguments: MPIRun.installed) func overlappingDoesNotMatter(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeShardedModel(epochs: 2)
    let settings = ["--set", "network.fc1.units=16384", "-q"]
    #expect(try Tool.run("nnrun", ["train", "small.xml", "--output", "one"] + settings, in: place.url).code == 0)
    let words = ["train", "small.xml", "--distributed", "--output", "run"] + settings
    let (mpirun, output, messages) = try mpi.start(
      [.init(processes: 4, arguments: words)], in: place, environment: ["NNRUN_OVERLAP": "1"])
    let result = try MPIRun.end(mpirun, output, messages)
    #expect(result.code == 0, "\(result.messages)")
    try expectSame("one", "run", in: place)
    let line = try place.text("run/metrics.jsonl")
    for name in ["computation", "waiting", "communication"] { #expect(line.contains("\"\(name)\":")) }
    #expect(!(try place.text("one/metrics.jsonl").contains("waiting")))
  }

  /// Evaluation gives the bits of one process, with all that is measured.
  @Test(arguments: MPIRun.installed) func evaluationIsShared(_ mpi: MPIRun) throws {
    let place = try Workplace()
    let weights = try place.train()
    let rows = (0..<2100).map { row in
      (0..<12).map { String((row * 7 + $0 * 13) % 29) }.joined(separator: ",") + ",\(row % 3)\n"
    }
    try place.write(rows.joined(), to: "rows.csv")
    let words = ["evaluate", weights, "--data", "rows.csv", "--label", "last", "--details", "--top", "2"]
    let alone = try Tool.run("nnrun", words + ["--json"], in: place.url)
    #expect(alone.code == 0, "\(alone.messages)")
    for processes in [1, 2, 4] {
      let shared = try mpi.run(
        [.init(processes: processes, arguments: words + ["--json", "--distributed"])], in: place)
      #expect(shared.code == 0 && shared.output.contains(alone.output), "\(shared.messages)")
    }
    let refused = try mpi.run(
      2, "evaluate", weights, "--data", "rows.csv", "--distributed", "--require", "accuracy=0.999", in: place)
    #expect(refused.code == 1)
  }

  /// Rows are predicted by all processes, and written in their order by the first: the bytes of one process.
  @Test(arguments: MPIRun.installed) func predictionIsShared(_ mpi: MPIRun) throws {
    let place = try Workplace()
    let weights = try place.train()
    let rows = (0..<1021).map { row in
      (0..<12).map { String((row * 7 + $0 * 13) % 29) }.joined(separator: ",") + "\n"
    }
    try place.write(rows.joined(), to: "rows.csv")
    try place.write(rows[0..<3].joined(), to: "few.csv")
    for options in [
      ["--format", "csv"], ["--format", "json", "--probabilities"], ["--format", "jsonl"], ["--format", "npy"],
      ["--layer", "fc1"],
    ] {
      for input in ["rows.csv", "few.csv"] {
        let words = ["predict", weights, input] + options
        #expect(try Tool.run("nnrun", words + ["--output", "alone"], in: place.url).code == 0)
        for processes in [1, 2, 4] {
          let shared = try mpi.run(
            [.init(processes: processes, arguments: words + ["--output", "shared", "--distributed"])], in: place)
          #expect(shared.code == 0, "\(shared.messages)")
          #expect(try place.data("shared") == (try place.data("alone")), "\(words) on \(processes)")
        }
      }
    }
    let alone = try place.run("predict", weights, "rows.csv")
    let printed = try mpi.run(4, "predict", weights, "rows.csv", "--distributed", in: place)
    #expect(printed.code == 0 && printed.output == alone.output)
    let piped = try mpi.run(2, "predict", weights, "-", "--distributed", in: place)
    #expect(piped.code == 64 && piped.messages.contains("standard input reaches one process alone"))
    let stepped = try mpi.run(2, "predict", weights, "rows.csv", "--stream", "--distributed", in: place)
    #expect(stepped.code == 64 && stepped.messages.contains("--stream goes without --distributed"))
    let lost = try mpi.run(
      2, "predict", weights, "rows.csv", "--distributed", "--output", "nowhere/rows.csv", in: place)
    #expect(lost.code == 73, "\(lost.messages)")
  }

  /// Begins a long training, and does something to its processes once there is a checkpoint.
  private func disturb(
    _ mpi: MPIRun, _ place: Workplace, processes: Int, _ options: String...,
    by action: (_ ranks: [Int: pid_t]) throws -> Void
  ) throws -> (result: Tool.Result, seconds: Double) {
    let folder = "run-\(UUID().uuidString)"
    let arguments = ["train", "small.xml", "--distributed", "--output", folder, "-q"] + options
    let (mpirun, output, messages) = try mpi.start(
      [.init(processes: processes, arguments: arguments)], in: place,
      environment: ["NNRUN_CHECKPOINT_SECONDS": "0.05"])
    var isRunning = false
    for _ in 0..<2400 where !isRunning {
      isRunning = place.exists("\(folder)/checkpoint.safetensors") && MPIRun.processes(with: folder).count == processes
      Thread.sleep(forTimeInterval: 0.05)
    }
    #expect(isRunning)
    Thread.sleep(forTimeInterval: 0.3)
    let start = Date()
    try action(MPIRun.processes(with: folder))
    let result = try MPIRun.end(mpirun, output, messages)
    let seconds = Date().timeIntervalSince(start)
    try FileManager.default.moveItem(
      at: place.url.appendingPathComponent(folder), to: place.url.appendingPathComponent("run"))
    return (result, seconds)
  }

  /// SIGTERM, which batch systems send before the limit, writes a checkpoint, whichever process gets it, from which any number of processes goes on with the same bits.
  @Test(arguments: MPIRun.installed) func anInterruptedRunGoesOnWithOtherProcesses(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeShardedModel(epochs: 500)
    #expect(try place.run("train", "small.xml", "--output", "one", "-q").code == 0)
    let (result, seconds) = try disturb(mpi, place, processes: 4) { ranks in
      kill(try #require(ranks[1]), SIGTERM)
    }
    #expect(seconds < Self.promptly)
    #expect(result.messages.contains("interrupted at step "), "\(result.messages)")
    #expect(result.messages.contains("mpirun -n 4 nnrun train small.xml --distributed --resume"))
    let resumed = try mpi.run(2, "train", "small.xml", "--distributed", "--resume", "run", "-q", in: place)
    #expect(resumed.code == 0, "\(resumed.messages)")
    try expectSame("one", "run", in: place)
  }

  /// A process that dies ends all of them; the last checkpoint is whole.
  @Test(arguments: MPIRun.installed, [0, 1]) func aProcessThatDiesEndsAll(_ mpi: MPIRun, _ rank: Int) throws {
    let place = try Workplace()
    try place.writeShardedModel(epochs: 500)
    #expect(try place.run("train", "small.xml", "--output", "one", "-q").code == 0)
    let (result, seconds) = try disturb(mpi, place, processes: 2) { ranks in
      kill(try #require(ranks[rank]), SIGKILL)
    }
    #expect(result.code != 0 && seconds < Self.promptly)
    // mpirun says so: OpenMPI among messages, MPICH among results.
    #expect((result.messages + result.output).lowercased().contains("killed"), "\(result.messages)")
    let resumed = try place.run("train", "small.xml", "--resume", "run", "-q")
    #expect(resumed.code == 0, "\(resumed.messages)")
    try expectSame("one", "run", in: place)
  }

  @Test(arguments: MPIRun.installed) func aProcessThatHangsIsNamed(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeShardedModel(epochs: 100_000)
    var stopped: pid_t?
    let (result, seconds) = try disturb(mpi, place, processes: 4, "--timeout", "8") { ranks in
      stopped = ranks[3]
      kill(try #require(stopped), SIGSTOP)
    }
    if let stopped { kill(stopped, SIGKILL) }
    #expect(seconds < 8 + Self.promptly)
    #expect(result.messages.contains("rank 3 on "), "\(result.messages)")
    #expect(result.messages.contains("has not answered for 8 seconds"))
  }
}
