import Foundation
import Testing

/// Predictions of several processes by nets with several losses, and by the mean of folds: the bytes of one process.
@Suite(
  .enabled(if: !MPIRun.installed.isEmpty && !Tool.isSanitized, "no mpirun, or no library of tools/setup --distributed"))
struct DistributedPredictionTests {
  private func place() throws -> Workplace {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="two">
      <data><random role="train" samples="64" shape="4" classes="3" seed="1"/></data>
      <network><input name="x" shape="4"/><dense name="hidden" units="6"/><tanh name="h"/>
      <dense units="3"/><softmaxCrossEntropy name="first"/>
      <dense units="3" from="h"/><hinge name="second"/></network>
      <training epochs="2"><adam/></training></model>
      """, to: "two.xml")
    let rows = (0..<301).map { row in
      (0..<4).map { String((row * 7 + $0 * 13) % 29) }.joined(separator: ",") + "\n"
    }
    try place.write(rows.joined(), to: "rows.csv")
    return place
  }

  private func expectSame(_ model: String, _ mpi: MPIRun, in place: Workplace) throws {
    for options in [["--format", "csv"], ["--format", "jsonl", "--probabilities"], ["--format", "json"]] {
      let words = ["predict", model, "rows.csv"] + options
      let alone = try Tool.run("nnrun", words + ["--output", "alone"], in: place.url)
      #expect(alone.code == 0, "\(alone.messages)")
      for processes in [2, 4] {
        let shared = try mpi.run(
          [.init(processes: processes, arguments: words + ["--output", "shared", "--distributed"])], in: place)
        #expect(shared.code == 0, "\(shared.messages)")
        #expect(try place.data("shared") == (try place.data("alone")), "\(words) on \(processes)")
      }
    }
  }

  @Test(arguments: MPIRun.installed) func everyHeadIsShared(_ mpi: MPIRun) throws {
    let place = try place()
    #expect(try place.run("train", "two.xml", "-q", "--output", "run").code == 0)
    try expectSame("run", mpi, in: place)
  }

  @Test(arguments: MPIRun.installed) func foldsAreShared(_ mpi: MPIRun) throws {
    let place = try place()
    #expect(try place.run("train", "two.xml", "-q", "--folds", "2", "--output", "folds").code == 0)
    try expectSame("folds", mpi, in: place)
  }
}
