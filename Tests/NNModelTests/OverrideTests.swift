import NNCore
import NNModel
import Testing

@Suite struct OverrideTests {
  @Test(arguments: [
    ("training.steps=9", "steps=\"9\""), ("training.sgd.rate=0.25", "rate=\"0.25\""),
    ("training.optimizer.momentum=0.5", "momentum=\"0.5\""), ("training.schedule.rate=1", ""),
    ("network.fc1.units=4", "units=\"4\""), ("network.fc1.bias=false", "bias=\"false\""),
    ("network.pixels.shape=4", "shape=\"4\""), ("model.precision=float", "precision=\"float\""),
    ("data.train.path=new <&'\">.csv", "new &lt;&amp;&apos;&quot;&gt;.csv"),
    ("data.classes=a b c", "classes=\"a b c\""),
    ("preprocess.scale.by=3", "by=\"3\""), ("data.split.fraction=0.5", "fraction=\"0.5\""),
    ("network.stage.slope=9", "slope=\"9\""), ("network.stage.dense1.bias=false", "bias=\"false\""),
    ("training.epochs=3", "epochs=\"3\""),
  ])
  func textSaysWhatOverridesSay(_ override: String, _ part: String) throws {
    guard !part.isEmpty else {
      #expect(throws: DiagnosticError.self) { try load(completeModel, overrides: [override]) }
      return
    }
    let model = try load(completeModel, overrides: [override])
    #expect(model.text.contains(part))
    #expect(meaning(try load(model.text)) == meaning(model))
    #expect(meaning(model) != meaning(try load(completeModel)) || completeModel.contains(part))
  }

  @Test func severalAtOnce() throws {
    let model = try load(
      completeModel,
      overrides: ["training.batch=8", "training.batch=16", "network.fc1.units=4", "training.epochs=2"])
    #expect(model.training?.batch == 16)
    #expect(model.training?.epochs == 2 && model.training?.steps == nil)
    #expect(meaning(try load(model.text)) == meaning(model))
  }

  @Test func anOverrideInsideABlockChangesOneUse() throws {
    let text = """
      <model xmlns="urn:nnrun:model:1" name="m"><block name="b"><dense name="d" units="2"/></block>
      <network><input name="x" shape="1"/><use block="b" name="p"/><use block="b" name="q"/></network></model>
      """
    let model = try load(text, overrides: ["network.q.d.units=5"])
    #expect(model.network.map { $0.attributesUnits } == [nil, 2, 5])
    #expect(try load(model.text).network.map { $0.attributesUnits } == [nil, 2, 5])
  }
}

extension NetworkElement {
  var attributesUnits: Int? { element.attributes.has("units") ? element.attributes.integer("units") : nil }
}
