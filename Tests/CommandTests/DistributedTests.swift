import Foundation
import Testing

/// Training on several processes, with each MPI that is installed.
@Suite(
  .enabled(if: !MPIRun.installed.isEmpty && !Tool.isSanitized, "no mpirun, or no library of tools/setup --distributed"))
struct DistributedTests {
  /// Seconds within which processes end on a machine that is busy with other tests; without --timeout they would wait for
  /// 300. What a quiet machine takes, tools/check-kill-distributed measures.
  private static let promptly = 60.0

  private func writeModel(_ place: Workplace, epochs: Int = 6) throws {
    try place.writeModel(epochs: epochs)
    let text = try place.text("small.xml")
      .replacingOccurrences(of: #"batch="16""#, with: #"batch="64" shards="8""#)
      .replacingOccurrences(of: "<relu/>", with: "<batchNorm/><relu/>")
    try place.write(text, to: "small.xml")
  }

  private func expectSame(_ first: String, _ second: String, in place: Workplace) throws {
    for file in ["weights", "last"] {
      let files = [first, second].map { "\($0)/\(file).safetensors" }
      #expect(try place.data(files[0]) == (try place.data(files[1])), "\(file) of \(second)")
    }
  }

  /// Any number of processes, any number of threads, either MPI: the bits of one process.
  @Test(arguments: MPIRun.installed) func processesDoNotMatter(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try writeModel(place)
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
    try writeModel(place, epochs: 2)
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
    try writeModel(place, epochs: 2)
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
    try writeModel(place, epochs: 2)
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

  /// Processes that are given other weights or other data are refused by name.
  @Test(arguments: MPIRun.installed) func processesThatReadOtherFilesAreRefused(_ mpi: MPIRun) throws {
    let place = try Workplace()
    let weights = try place.train()
    try place.write(
      try place.text("small.xml").replacingOccurrences(of: #"seed="5""#, with: #"seed="6""#), to: "other.xml")
    #expect(try place.run("train", "other.xml", "--output", "other", "-q").code == 0)
    let rows = (0..<40).map { row in (0..<12).map { String(row * $0 % 29) }.joined(separator: ",") + ",\(row % 3)\n" }
    try place.write(rows.joined(), to: "rows.csv")
    try place.write(rows.dropLast().joined(), to: "fewer.csv")
    func refusal(_ first: [String], _ second: [String]) throws -> String {
      let result = try mpi.run(
        [.init(processes: 1, arguments: first), .init(processes: 1, arguments: second)], in: place)
      #expect(result.code == 65 && result.messages.contains("rank 1 on "), "\(result.messages)")
      #expect(result.output.isEmpty, "\(result.output)")
      return result.messages
    }
    for verb in [["evaluate", "--data"], ["predict"]] {
      let label = ["--label", "last", "--distributed"]
      func words(_ weights: String, _ file: String) -> [String] {
        [verb[0], weights] + verb.dropFirst() + [file] + label
      }
      #expect(
        try refusal(words(weights, "rows.csv"), words("other/weights.safetensors", "rows.csv")).contains(
          "the weights: checksum 2:"))
      #expect(
        try refusal(words(weights, "rows.csv"), words(weights, "fewer.csv")).contains("the data: 40 samples (hash "))
    }
    let told = try refusal(
      ["evaluate", weights, "--distributed", "--top", "2"], ["evaluate", weights, "--distributed"])
    #expect(told.contains("--top: 2 in rank 0, nothing in rank 1"), "\(told)")
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
    try writeModel(place, epochs: 500)
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
    try writeModel(place, epochs: 500)
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
    try writeModel(place, epochs: 100_000)
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

  @Test(arguments: MPIRun.installed) func processesThatDifferAreRefused(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try writeModel(place)
    let words = ["train", "small.xml", "--distributed", "-q", "--output", "run"]
    let result = try mpi.run(
      [.init(processes: 1, arguments: words), .init(processes: 1, arguments: words + ["--seed", "7"])], in: place)
    #expect(result.code == 65)
    #expect(result.messages.contains("training.seed: 5 in rank 0, 7 in rank 1"), "\(result.messages)")
    #expect(result.messages.contains("rank 1 on "))
    #expect(!place.exists("run/metrics.jsonl"))
  }

  /// What all processes meet is told once.
  @Test(arguments: MPIRun.installed) func errorsAreToldOnce(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try writeModel(place)
    func messages(_ processes: Int, _ arguments: [String], code: Int32) throws -> [String] {
      let words = ["train", "small.xml", "--distributed", "-q"] + arguments
      let result = try mpi.run([.init(processes: processes, arguments: words)], in: place)
      #expect(result.code == code, "\(result.messages)")
      return result.messages.components(separatedBy: "error: ").dropFirst().map { $0 }
    }
    let odd = try messages(3, [], code: 64)
    #expect(odd.count == 1 && odd[0].hasPrefix("3 processes cannot work together"), "\(odd)")
    let shards = try messages(2, ["--set", "training.shards=1"], code: 64)
    #expect(shards.count == 1 && shards[0].hasPrefix("1 shard of a batch cannot be shared by 2 processes"), "\(shards)")
    let folds = try messages(2, ["--folds", "2"], code: 64)
    #expect(folds.count == 1, "\(folds)")
    let missing = try messages(2, ["--weights", "nothing"], code: 66)
    #expect(missing.count == 1, "\(missing)")
    let diverged = try messages(2, ["--set", "training.adam.rate=1e30", "--output", "d"], code: 65)
    #expect(diverged.count == 1 && diverged[0].contains("not finite"), "\(diverged)")
  }

  @Test func withoutMPIItSaysSo() throws {
    let place = try Workplace()
    try writeModel(place)
    let alone = try place.run("train", "small.xml", "--distributed")
    #expect(alone.code == 64 && alone.messages.contains("mpirun -n 4 nnrun train MODEL.xml --distributed"))
    let missing = try Tool.run(
      "nnrun", ["train", "small.xml", "--distributed"], in: place.url, environment: ["NNRUN_MPI": "/nonexistent.so"])
    #expect(missing.code == 66 && missing.messages.contains("tools/setup --distributed"), "\(missing.messages)")
    let other = try Tool.run(
      "nnrun", ["train", "small.xml", "--distributed"], in: place.url, environment: ["NNRUN_MPI": "small.xml"])
    #expect(other.code == 65 && other.messages.contains("small.xml: error: cannot be used"), "\(other.messages)")
    let timeout = try place.run("train", "small.xml", "--timeout", "3")
    #expect(timeout.code == 64)
  }
}
