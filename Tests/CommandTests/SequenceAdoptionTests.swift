import Foundation
import Testing

/// `nnrun weights adopt` with a net of sequences: a state_dict of recurrent layers, attention and a block of a Transformer
/// encoder gives PyTorch's numbers, whatever the lengths.
@Suite struct SequenceAdoptionTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/sequence-adoption").path

  @Test(arguments: [("float", 1e-5), ("double", 1e-12)])
  func stateDictOfSequences(_ precision: String, _ tolerance: Double) throws {
    let place = try Workplace()
    try place.write(
      String(contentsOfFile: "\(Tool.models)/blocks/transformer.xml", encoding: .utf8), to: "transformer.xml")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="net" precision="\(precision)">
        <include href="transformer.xml"/>
        <network>
          <input name="x" shape="9x3" length="varying"/>
          <rnn name="rnn" units="4" direction="both"/>
          <gru name="gru" units="6" layers="2"/>
          <lstm name="lstm" units="4" direction="both"/>
          <attention name="attn" heads="2"/>
          <use block="encoder" name="block1" size="8" heads="4" inner="12" dropout="0.1"/>
          <poolSequence take="mean"/>
          <dense name="out" units="3"/>
          <softmaxCrossEntropy/>
        </network>
      </model>
      """, to: "net.xml")
    let adopted = try place.run("weights", "adopt", "net.xml", "\(Self.fixtures)/net.safetensors")
    #expect(adopted.code == 0 && adopted.output.hasPrefix("net.safetensors: 42 arrays of "), "\(adopted)")
    let right = try String(contentsOfFile: "\(Self.fixtures)/probabilities.csv", encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: ",").compactMap { Double($0) } }
    for program in ["nnrun", "nninfer"] {
      let arguments = ["net.safetensors", "\(Self.fixtures)/sequences.ts", "--format", "json"]
      let result = try Tool.run(program, (program == "nnrun" ? ["predict"] : []) + arguments, in: place.url)
      #expect(result.code == 0, "\(result.messages)")
      let answers = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
      try #require(answers.count == right.count && right.count == 7)
      for (answer, expected) in zip(answers, right) {
        let values = try #require(answer["values"] as? [Double])
        for (value, other) in zip(values, expected) {
          #expect((value - other).magnitude < tolerance, "\(program) \(values) \(expected)")
        }
      }
    }
  }
}
