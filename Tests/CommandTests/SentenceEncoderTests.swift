import Foundation
import Testing

/// `nnrun weights adopt` with a net without a loss that reads texts: the vectors of a small BERT are those of PyTorch.
@Suite struct SentenceEncoderTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/sentences").path

  /// A folder with the fixtures and the model, as models/sentence-encoder.xml is written but small.
  private func place() throws -> Workplace {
    let place = try Workplace()
    try place.write(
      String(contentsOfFile: "\(Tool.models)/blocks/transformer.xml", encoding: .utf8), to: "transformer.xml")
    for name in ["vocab.txt", "sentences.txt"] {
      try place.write(String(contentsOfFile: "\(Self.fixtures)/\(name)", encoding: .utf8), to: name)
    }
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="encoder">
        <include href="transformer.xml"/>
        <data><texts role="train" path="sentences.txt"/></data>
        <columns><text name="text" tokens="wordPiece" vocabulary="vocab.txt" length="16"/></columns>
        <define name="unitLength" inputs="x"> x / sqrt(sum(x^2)) </define>
        <network>
          <input name="words" shape="columns" kind="index" length="varying"/>
          <embedding name="embedding" size="8"/>
          <position name="position" kind="learned"/>
          <layerNorm name="norm" epsilon="1e-12"/>
          <use block="encoderBERT" name="layer1" size="8" heads="2" inner="12"/>
          <use block="encoderBERT" name="layer2" size="8" heads="2" inner="12"/>
          <poolSequence take="mean"/>
          <unitLength/>
        </network>
      </model>
      """, to: "encoder.xml")
    return place
  }

  private func numbers(_ text: String) -> [[Double]] {
    text.split(separator: "\n").map { $0.split(separator: ",").compactMap { Double($0) } }
  }

  @Test func vectorsAreThoseOfPyTorch() throws {
    let place = try place()
    let adopted = try place.run("weights", "adopt", "encoder.xml", "\(Self.fixtures)/torch.safetensors")
    #expect(adopted.code == 0 && adopted.output.hasPrefix("encoder.safetensors: 28 arrays of "), "\(adopted)")
    let right = numbers(try String(contentsOfFile: "\(Self.fixtures)/vectors.csv", encoding: .utf8))
    let predicted = try place.run("predict", "encoder.safetensors", "sentences.txt")
    #expect(predicted.code == 0 && predicted.messages.contains("1 of 6 texts"), "\(predicted.messages)")
    let vectors = numbers(predicted.output).filter { !$0.isEmpty }
    try #require(vectors.count == right.count && right.count == 6)
    for (vector, expected) in zip(vectors, right) {
      try #require(vector.count == 8 && expected.count == 8)
      for (value, other) in zip(vector, expected) { #expect((value - other).magnitude < 2e-6, "\(vector) \(expected)") }
    }
    #expect(try place.infer("encoder.safetensors", "sentences.txt").output == predicted.output)
  }

  /// What the table says is needed: without it the width of the input is not known.
  @Test func withoutTextsItIsSaid() throws {
    let place = try place()
    try FileManager.default.removeItem(at: place.url.appendingPathComponent("sentences.txt"))
    let refused = try place.run("weights", "adopt", "encoder.xml", "\(Self.fixtures)/torch.safetensors")
    #expect(refused.code == 66 && refused.messages.contains("sentences.txt"), "\(refused.messages)")
    #expect(!place.exists("encoder.safetensors"))
  }
}
