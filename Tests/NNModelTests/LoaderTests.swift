import NNCore
import NNModel
import Testing

let completeModel = """
  <?xml version="1.0" encoding="UTF-8"?>
  <model xmlns="urn:nnrun:model:1" xmlns:acme="urn:acme:layers" name="demo" precision="double">
    <description>Two &lt;dense&gt;
      layers.</description>
    <data classes="cat dog">
      <csv role="train" path="a &amp; &quot;b&quot;.csv" label="last"/>
      <csv role="test" path="t.csv"/>
      <split role="validation" from="train" fraction="0.1" stratified="true" seed="7"/>
    </data>
    <preprocess><scale by="0.0625"/></preprocess>
    <augment><flip/></augment>
    <block name="hidden" parameters="units slope=2">
      <dense units="{units}"/>
      <pool name="out" kernel="{slope}"/>
    </block>
    <network>
      <input name="pixels" shape="4"/>
      <input name="c" value="1 2.5 -3 4e-5"/>
      <dense name="fc1" from="pixels" units="4" rateScale="0.5"/>
      <acme:swishish beta="1.5"/>
      <use block="hidden" name="stage" units="4"/>
      <repeat times="2" name="r"><pool kernel="3x5" note="a&#10;'b'"/></repeat>
      <halves name="h"/>
      <dense name="fc2" from="h.2" units="4" share="fc1" freeze="true"/>
      <add from="stage h.2 c fc2"/>
      <softmaxCrossEntropy name="loss" target="kind" weight="2"/>
    </network>
    <training steps="7" batch="4" seed="231" clipNorm="0.5" shuffle="false">
      <sgd rate="0.1" momentum="0.9"/>
      <step/>
      <earlyStopping patience="3"/>
    </training>
  </model>
  """

func load(_ text: String, overrides: [String] = []) throws -> ModelDescription {
  try ModelLoader(registry: .forTests).load(text: text, file: "m.xml", overrides: overrides)
}

/// Everything that a model says, places and prefixes left out, for comparison.
func meaning(_ model: ModelDescription) -> [String] {
  func say(_ element: ModelElement) -> String {
    let names = element.schema.allAttributes.map(\.name).filter { !["name", "from", "share"].contains($0) }
    let shape = (element.element as? NetworkElement.Input).map { " \($0.shape)" } ?? ""
    return element.schema.namespace + " " + element.schema.name + shape
      + names.filter { $0 != "shape" }.map { " \($0)=\(element.attributes[$0]?.written ?? "-")" }.joined()
  }
  var lines = ["\(model.name) \(model.precision) \(model.summary ?? "-") \(model.classes ?? [])"]
  lines += (model.sources + model.preprocessing + model.augmentation).map(say)
  lines += model.splits.map { "\($0.role) \($0.from) \($0.fraction) \($0.choice) \($0.seed)" }
  lines += model.network.map { "\($0.name) \($0.inputs) \($0.sharedWith as Any) " + say($0.element) }
  if let training = model.training {
    lines.append("\(training.epochs as Any) \(training.steps as Any) \(training.batch) \(training.seed)")
    lines.append("\(training.clipNorm as Any) \(training.clipValue as Any) \(training.shuffle)")
    lines += [training.optimizer, training.schedule, training.stopping].compactMap(\.self).map(say)
  }
  return lines
}

@Suite struct LoaderTests {
  @Test func aWholeModel() throws {
    let model = try load(completeModel)
    #expect(model.name == "demo")
    #expect(model.file == "m.xml")
    #expect(model.text == completeModel)
    #expect(model.summary == "Two <dense> layers.")
    #expect(model.precision == .double)
    #expect(model.classes == ["cat", "dog"])
    #expect(model.sources.map { $0.attributes.text("role") } == ["train", "test"])
    #expect(model.sources.map { $0.attributes.text("path") } == ["a & \"b\".csv", "t.csv"])
    let split = try #require(model.splits.first)
    #expect(split.role == "validation" && split.from == "train" && split.fraction == 0.1)
    #expect(split.choice == .random(stratified: true) && split.seed == 7 && split.place.line == 8)
    #expect(model.preprocessing.map { $0.attributes.number("by") } == [0.0625])
    #expect(model.augmentation.count == 1)
    #expect(
      model.network.map(\.name) == [
        "pixels", "c", "fc1", "swishish1", "stage.dense1", "stage.out", "r1.pool1", "r2.pool1", "h", "fc2", "add1",
        "loss",
      ])
    #expect(model.network[10].inputs.map(\.element) == [5, 8, 1, 9])
    #expect(model.network[10].inputs.map(\.output) == [0, 1, 0, 0])
    #expect(model.network[9].sharedWith == 2)
    #expect(model.network.map(\.isInput).filter(\.self).count == 2)
    let training = try #require(model.training)
    #expect(training.epochs == nil && training.steps == 7 && training.batch == 4 && training.seed == 231)
    #expect(training.clipNorm == 0.5 && training.clipValue == nil && !training.shuffle)
    #expect(training.optimizer?.element is SGDForTests)
    // In <training> the name means the schedule, in <network> the layer.
    #expect(training.schedule?.element is StepScheduleForTests)
    #expect(training.stopping?.attributes.integer("patience") == 3)
    #expect(model.warnings.isEmpty)
    try model.checkForTraining()
  }

  private func pictureModel(_ views: String, shape: String = "3x8x6") -> String {
    """
    <model xmlns="urn:nnrun:model:1" name="pictures">
    \(views)
    <network><input value="1 2"/><input name="pixels" shape="\(shape)"/></network>
    </model>
    """
  }

  @Test func viewsOfPictures() throws {
    let model = try load(pictureModel("<views mirrored=\"true\" shift=\"2\"/>"), overrides: ["views.shift=5"])
    let views = try #require(model.views)
    #expect(views.mirrored && views.shift == 5 && views.place.line == 2)
    let again = try load(ModelWriter.expanded(model))
    #expect(again.views?.mirrored == true && again.views?.shift == 5)
    #expect(try load(pictureModel("<views/>")).views?.shift == 0)
    #expect(try load(pictureModel("")).views == nil)
  }

  @Test(arguments: [
    ("<views shift=\"6\"/>", "3x8x6", "m.xml:2:15: error: moving by 6 pixels leaves nothing of a picture of 8x6"),
    ("<views mirrored=\"true\"/>", "48", "m.xml:2:1: error: <views> looks at pictures, but the net reads the shape 48"),
    ("<views shift=\"-1\"/>", "3x8x6", "m.xml:2:15: error:"),
    ("<views><flip/></views>", "3x8x6", "m.xml:2:8: error: <flip> cannot stand inside <views>"),
    ("<views/><views/>", "3x8x6", "m.xml:2:9: error: <views> is given twice"),
  ])
  func wrongViews(_ views: String, _ shape: String, _ message: String) {
    #expect { try load(pictureModel(views, shape: shape)) } throws: { error in
      "\(error)".contains(message)
    }
  }

  @Test func placesOfAttributes() throws {
    let element = try load(completeModel).network[2].element
    #expect(element.place == SourcePlace(file: "m.xml", line: 19, column: 5, endColumn: 11))
    #expect(element.attributePlaces["units"] == SourcePlace(file: "m.xml", line: 19, column: 44, endColumn: 45))
    #expect(element.attributePlaces["bias"] == nil)
    #expect(element.sourceLine == #"    <dense name="fc1" from="pixels" units="4" rateScale="0.5"/>"#)
  }

  @Test func theNetAsAGraph() throws {
    let definition = try load(completeModel).makeNetworkDefinition()
    #expect(definition.name == "demo")
    #expect(definition.inputs.map(\.name) == ["pixels", "c"])
    #expect(definition.inputs[1].value == [1, 2.5, -3, 4e-5])
    #expect(definition.nodes.map(\.name).last == "loss")
    let loss = try #require(definition.nodes.last)
    #expect(loss.target == "kind" && loss.lossWeight == 2)
    let fc2 = definition.nodes[7]
    #expect(fc2.sharedWith == 0 && fc2.isFrozen && fc2.inputs[0].output == 1)
    #expect(definition.nodes[0].rateScale == 0.5)
    #expect(try NetworkPlan(definition).parameterCount == 32)
  }

  @Test func defaults() throws {
    let model = try ModelLoader(registry: .forTests).load(
      text: """
        <model xmlns="urn:nnrun:model:1"><network><input shape="2"/><relu/></network><training/></model>
        """, file: "some/folder/my model.xml")
    #expect(model.name == "my_model")
    #expect(model.precision == .float)
    #expect(model.network.map(\.name) == ["input1", "relu1"])
    #expect(model.training?.epochs == 10 && model.training?.steps == nil)
    #expect(model.training?.batch == 32 && model.training?.seed == 0 && model.training?.shuffle == true)
    #expect(model.training?.optimizer == nil)
  }

  @Test func onlyTheNet() throws {
    let loader = ModelLoader(registry: .layersForTests)
    let model = try loader.load(text: completeModel, file: "m.xml", sections: .network)
    #expect(model.network.count == 12 && model.training == nil && model.sources.isEmpty && model.classes == nil)
    #expect(throws: DiagnosticError.self) { try loader.load(text: completeModel, file: "m.xml") }
  }

  @Test func expandedModelIsTheSameModel() throws {
    let model = try load(completeModel)
    let text = ModelWriter.expanded(model)
    let again = try load(text)
    #expect(meaning(again) == meaning(model))
    #expect(ModelWriter.expanded(again) == text)
    for part in ["precision=\"double\"", "bias=\"true\"", "kernel=\"3x5\"", "scale=\"1 0.5\"", "shape=\"4\""] {
      #expect(text.contains(part))
    }
  }

  @Test func aNamespaceWithoutPrefixGetsOne() throws {
    let model = try load(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><network><input name="x" shape="1"/>
      <swishish xmlns="urn:acme:layers"/></network></model>
      """)
    let text = ModelWriter.expanded(model)
    #expect(text.contains("xmlns:ns1=\"urn:acme:layers\"") && text.contains("<ns1:swishish"))
    #expect(meaning(try load(text)) == meaning(model))
  }

  @Test func expansionOfBlocksInsideBlocks() throws {
    let model = try load(
      """
      <model xmlns="urn:nnrun:model:1" name="m">
        <block name="inner" parameters="units"><dense units="{units}"/><relu/></block>
        <block name="outer" parameters="units=3 n=2">
          <repeat times="{n}"><use block="inner" units="{units}"/></repeat>
          <add name="sum" from="{input} inner2"/>
        </block>
        <network>
          <input name="x" shape="3"/>
          <use block="outer"/>
          <use block="outer" name="b" n="1" units="4" from="x"/>
        </network>
      </model>
      """.replacing("inner2\"/>", "inner1\"/>"))
    #expect(
      model.network.map(\.name) == [
        "x", "outer1.inner1.dense1", "outer1.inner1.relu1", "outer1.inner2.dense1", "outer1.inner2.relu1",
        "outer1.sum", "b.inner1.dense1", "b.inner1.relu1", "b.sum",
      ])
    #expect(model.network[5].inputs.map(\.element) == [0, 2])
    #expect(model.network[6].inputs.map(\.element) == [0])
    #expect(model.network[6].element.attributes.integer("units") == 4)
  }
}

extension String {
  fileprivate func replacing(_ old: String, _ new: String) -> String {
    guard let range = firstRange(of: old) else { return self }
    return String(self[..<range.lowerBound]) + new + String(self[range.upperBound...])
  }
}
