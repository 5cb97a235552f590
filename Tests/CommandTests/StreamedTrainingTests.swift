import Foundation
import Testing

/// Training on samples that stay in their file.
@Suite struct StreamedTrainingTests {
  /// 600 samples of 12 numbers with labels, and a model that streams them in windows of 64.
  private func writeModel(_ place: Workplace, stream: String, epochs: Int = 4) throws {
    func npy(_ descriptor: String, _ shape: String, _ data: [UInt8]) -> Data {
      let header = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(shape)), }\n"
      return Data(
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data)
    }
    let numbers = (0..<7200).map { (index: Int) -> Float in
      let isMarked = index / 12 % 3 == index % 3
      return Float(index * index % 101) / 10 + (isMarked ? 4 : 0)
    }
    try npy("<f4", "600, 12", numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
      .write(to: place.url.appendingPathComponent("x.npy"))
    try npy("|u1", "600,", (0..<600).map { UInt8($0 % 3) }).write(to: place.url.appendingPathComponent("y.npy"))
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="streamed">
        <data>
          <npy role="train" path="x.npy" labels="y.npy" \(stream)/>
          <split role="validation" from="train" fraction="0.2"/>
        </data>
        <preprocess><standardize/></preprocess>
        <network>
          <input name="x" shape="12"/>
          <dense units="16"/><relu/><dropout rate="0.2"/><dense units="3"/><softmaxCrossEntropy/>
        </network>
        <training epochs="\(epochs)" batch="40" shards="4" seed="5"><adam rate="0.01"/></training>
      </model>
      """, to: "m.xml")
  }

  private let streamed = #"stream="true" window="64""#

  private func expectSame(_ one: String, _ other: String, in place: Workplace) throws {
    #expect(try place.data("\(one)/last.safetensors") == place.data("\(other)/last.safetensors"), "\(other)")
  }

  /// A window for all samples gives the bits of samples in memory, a smaller one others; threads do not matter.
  @Test func bitsAreAFunctionOfTheWindow() throws {
    let place = try Workplace()
    func numbers(_ stream: String, _ folder: String, _ threads: String = "1") throws -> [Substring] {
      try writeModel(place, stream: stream)
      let result = try place.run("train", "m.xml", "-q", "--output", folder, "--threads", threads)
      #expect(result.code == 0, "\(result.messages)")
      return try place.text("\(folder)/metrics.jsonl").split(separator: "\n").map { line in
        line.prefix(upTo: line.range(of: #","seconds""#)?.lowerBound ?? line.endIndex)
      }
    }
    let memory = try numbers("", "memory")
    #expect(try numbers(#"stream="true""#, "whole") == memory)
    #expect(try numbers(streamed, "window", "2") != memory)
    _ = try numbers(streamed, "one", "1")
    try expectSame("one", "window", in: place)
    // The model's own data is found again for evaluation.
    let evaluation = try place.run("evaluate", "one", "--role", "validation")
    #expect(evaluation.code == 0, "\(evaluation.messages)")
  }

  /// The same samples as a table, whose rows are read from their file: the bits of rows in memory, for any number of processes.
  @Test func tablesStreamAsWell() throws {
    let place = try Workplace()
    let rows = (0..<600).map { row in
      (0..<12).map { "\(Double(row * $0 % 101) / 10 + (($0 + row) % 3 == 0 ? 4 : 0))" }.joined(separator: ",")
        + ",\(["red", "green", "blue"][row % 3])\n"
    }
    try place.write(rows.joined(), to: "t.csv")
    func train(_ stream: String, _ folder: String) throws {
      try writeModel(place, stream: stream)
      let text = try place.text("m.xml").replacingOccurrences(
        of: #"<npy role="train" path="x.npy" labels="y.npy""#, with: #"<csv role="train" path="t.csv""#)
      try place.write(text, to: "m.xml")
      let result = try place.run("train", "m.xml", "-q", "--output", folder, "--threads", "2")
      #expect(result.code == 0, "\(result.messages)")
    }
    try train("", "memory")
    try train(#"stream="true""#, "whole")
    try expectSameWeights("memory", "whole", in: place)
    try train(streamed, "window")
    for mpi in MPIRun.installed where !Tool.isSanitized {
      let folder = "run-\(mpi.name)"
      let result = try mpi.run(2, "train", "m.xml", "--distributed", "-q", "--output", folder, in: place)
      #expect(result.code == 0, "\(result.messages)")
      try expectSame("window", folder, in: place)
    }
    let evaluation = try place.run("evaluate", "window", "--role", "validation")
    #expect(evaluation.code == 0, "\(evaluation.messages)")
  }

  /// The model's text in the file says whether it streams; the epochs' numbers do not depend on it.
  private func expectSameWeights(_ one: String, _ other: String, in place: Workplace) throws {
    let lines = try [one, other].map { folder in
      try place.text("\(folder)/metrics.jsonl").split(separator: "\n").map { line in
        line.prefix(upTo: line.range(of: #","seconds""#)?.lowerBound ?? line.endIndex)
      }
    }
    #expect(!lines[0].isEmpty && lines[0] == lines[1])
  }

  /// An interrupted run goes on with the same bits; with another window it is another run.
  @Test func resumedRunsAreTheSame() throws {
    let place = try Workplace()
    try writeModel(place, stream: streamed, epochs: 300)
    #expect(try place.run("train", "m.xml", "-q", "--output", "one").code == 0)
    let process = try Tool.start("nnrun", ["train", "m.xml", "-q", "--output", "run"], in: place.url)
    for _ in 0..<600 where !place.exists("run/metrics.jsonl") || (try? place.text("run/metrics.jsonl").isEmpty) ?? true
    {
      Thread.sleep(forTimeInterval: 0.02)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let other = try place.run("train", "m.xml", "-q", "--resume", "run", "--set", "data.npy.window=65")
    #expect(other.code == 65 && other.messages.contains("data.train.window"), "\(other.messages)")
    let resumed = try place.run("train", "m.xml", "-q", "--resume", "run")
    #expect(resumed.code == 0, "\(resumed.messages)")
    try expectSame("one", "run", in: place)
  }

  @Test(
    .enabled(
      if: !MPIRun.installed.isEmpty && !Tool.isSanitized, "no mpirun, or no library of tools/setup --distributed"),
    arguments: MPIRun.installed)
  func processesDoNotMatter(_ mpi: MPIRun) throws {
    let place = try Workplace()
    try writeModel(place, stream: streamed)
    #expect(try place.run("train", "m.xml", "-q", "--output", "one").code == 0)
    for processes in [2, 4] {
      let folder = "run-\(processes)"
      let result = try mpi.run(processes, "train", "m.xml", "--distributed", "-q", "--output", folder, in: place)
      #expect(result.code == 0, "\(result.messages)")
      try expectSame("one", folder, in: place)
    }
  }

  /// What cannot be streamed is refused where the model says so.
  @Test func refusalsNameTheSource() throws {
    let place = try Workplace()
    try writeModel(place, stream: streamed + #" lengths="y.npy""#)
    let lengths = try place.run("train", "m.xml", "-q")
    #expect(
      lengths.code == 65 && lengths.messages.contains("streams samples of one length alone"), "\(lengths.messages)")
    try writeModel(place, stream: streamed)
    let bytes = try place.data("x.npy")
    try bytes.prefix(1000).write(to: place.url.appendingPathComponent("x.npy"))
    let short = try place.run("train", "m.xml", "-q")
    #expect(short.code == 65 && short.messages.contains("x.npy: error: the header promises"), "\(short.messages)")
  }
}
