import Foundation
import Testing

/// What several processes refuse to do together, with each MPI that is installed.
@Suite(
  .enabled(if: !MPIRun.installed.isEmpty && !Tool.isSanitized, "no mpirun, or no library of tools/setup --distributed"))
struct DistributedRefusalTests {
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

  @Test(arguments: MPIRun.installed) func processesThatDifferAreRefused(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try place.writeShardedModel()
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
    try place.writeShardedModel()
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
    let timeout = try messages(2, ["--timeout", "soon"], code: 64)
    #expect(timeout.count == 1, "\(timeout)")
    let folds = try messages(2, ["--folds", "2"], code: 64)
    #expect(folds.count == 1, "\(folds)")
    let missing = try messages(2, ["--weights", "nothing"], code: 66)
    #expect(missing.count == 1, "\(missing)")
    let diverged = try messages(2, ["--set", "training.adam.rate=1e30", "--output", "d"], code: 65)
    #expect(diverged.count == 1 && diverged[0].contains("not finite"), "\(diverged)")
  }

  @Test func withoutMPIItSaysSo() throws {
    let place = try Workplace()
    try place.writeShardedModel()
    let alone = try place.run("train", "small.xml", "--distributed")
    #expect(alone.code == 64 && alone.messages.contains("mpirun -n 4 nnrun train MODEL.xml --distributed"))
    let missing = try Tool.run(
      "nnrun", ["train", "small.xml", "--distributed"], in: place.url, environment: ["NNRUN_MPI": "/nonexistent.so"])
    #expect(missing.code == 66 && missing.messages.contains("tools/setup --distributed"), "\(missing.messages)")
    let other = try Tool.run(
      "nnrun", ["train", "small.xml", "--distributed"], in: place.url, environment: ["NNRUN_MPI": "small.xml"])
    #expect(other.code == 65 && other.messages.contains("small.xml: error: cannot be used"), "\(other.messages)")
    // A machine that lacks the library speaks for itself, once.
    for (local, speaks) in [("0", true), ("1", false)] {
      let elsewhere = try Tool.run(
        "nnrun", ["train", "small.xml", "--distributed"], in: place.url,
        environment: ["NNRUN_MPI": "/nonexistent.so", "PMI_RANK": "4", "MPI_LOCALRANKID": local])
      #expect(elsewhere.code == 66 && elsewhere.messages.contains("rank 4 on ") == speaks, "\(elsewhere.messages)")
    }
    let timeout = try place.run("train", "small.xml", "--timeout", "3")
    #expect(timeout.code == 64)
  }
}
