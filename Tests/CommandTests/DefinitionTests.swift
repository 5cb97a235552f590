import Foundation
import Testing

/// Layers that a model defines, from file to prediction.
@Suite struct DefinitionTests {
  private static let model = """
    <model xmlns="urn:nnrun:model:1" name="m">
      <data>
        <csv path="train.csv" label="last"/>
      </data>
      <include href="layers.xml"/>
      <network>
        <input name="x" shape="2"/>
        <dense units="8"/>
        <rms/>
        <swishish/>
        <dense units="2"/>
        <softmaxCrossEntropy/>
      </network>
      <training epochs="30" batch="8"><adam rate="0.02"/></training>
    </model>
    """
  private static let layers = """
    <model xmlns="urn:nnrun:model:1">
      <define name="swishish" inputs="x" parameters="beta=1">x * sigmoid(beta * x)</define>
      <define name="rms" inputs="x" parameters="gain[features]=1" attributes="epsilon=1e-6">
        gain * x / sqrt(mean(x^2) + epsilon)
      </define>
    </model>
    """

  private func place() throws -> Workplace {
    let place = try Workplace()
    let rows = (0..<60).map { index -> String in
      let (x, y) = (Double(index % 10) / 5 - 0.9, Double(index / 10) / 3 - 0.8)
      return "\(x),\(y),\(x * y > 0 ? "yes" : "no")\n"
    }
    try place.write(rows.joined(), to: "train.csv")
    try place.write("0.5,0.5\n-0.5,0.5\n", to: "new.csv")
    try place.write(Self.layers, to: "layers.xml")
    try place.write(Self.model, to: "m.xml")
    return place
  }

  @Test func theWeightsAloneArePredictedWith() throws {
    let place = try place()
    let result = try place.run("train", "m.xml", "-q")
    #expect(result.code == 0, "\(result.messages)")
    try FileManager.default.removeItem(at: place.url.appendingPathComponent("layers.xml"))
    try FileManager.default.removeItem(at: place.url.appendingPathComponent("m.xml"))
    let weights = "runs/m/weights.safetensors"
    let predicted = try place.run("predict", weights, "new.csv")
    #expect(predicted.code == 0 && predicted.output.contains("yes,"), "\(predicted.messages)")
    #expect(try place.infer(weights, "new.csv").output == predicted.output)
    #expect(try place.run("train", "runs/m/model.xml", "--resume", "runs/m", "--set", "training.epochs=31").code != 70)
  }

  @Test func everyCommandKnowsThem() throws {
    let place = try place()
    #expect(try place.run("check", "m.xml").code == 0)
    #expect(try place.run("check", "m.xml", "--expanded").output.contains("<define name=\"rms\""))
    #expect(try place.run("summary", "m.xml").output.contains("swishish"))
    let gradients = try place.run("gradcheck", "m.xml")
    #expect(gradients.code == 0, "\(gradients.output)\(gradients.messages)")
    let page = try place.run("layers", "rms", "--model", "m.xml").output
    #expect(page.contains("y = gain * x / sqrt(mean(x^2) + epsilon)") && page.contains("epsilon: "))
    #expect(try place.run("layers", "rms").code == 64)
    #expect(try place.run("schema", "m.xml").output.contains("<xs:element name=\"rms\""))
    let check = try place.run("plugin", "check", "m.xml")
    #expect(check.code == 0 && check.output.contains("ok    rms"), "\(check.output)\(check.messages)")
    let explained = try place.run("explain", "m.xml", "--input", "new.csv", "--output", "swishish1")
    #expect(explained.code == 0 && explained.output.contains("swishish"), "\(explained.messages)")
  }
}
