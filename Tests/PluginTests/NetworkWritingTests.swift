import NNCore
import NNInference
import NNKernels
import NNModel
import NNTestSupport
import NNWeights
import StandardLayers
import Testing

/// Nets that were built in code, as XML.
@Suite struct NetworkWritingTests {
  /// The layer of each case is found again from its value alone.
  @Test(arguments: standardCases) func everyLayerIsWritten(_ example: ConformanceCase) throws {
    let harness = try LayerHarness<Double>(example, standardRegistry)
    let definition = harness.network.plan.definition
    var own = NetworkDefinition(name: "own")
    for input in definition.inputs {
      try own.input(
        input.name, shape: input.shape, value: input.value, hasLength: input.hasLength, entries: input.entries)
    }
    // A model has an input, though a layer may read none.
    if definition.inputs.isEmpty { try own.input("unread", shape: Shape(1)) }
    for node in definition.nodes where node.name.hasPrefix("layer") {
      try own.add(
        node.layer, name: node.name, from: node.inputs, target: node.target ?? "label", weight: node.lossWeight)
    }
    let text = try ModelWriter.text(of: own, registry: standardRegistry)
    let loaded = try ModelLoader(registry: standardRegistry).load(text: text, file: "m.xml").makeNetworkDefinition()
    #expect(loaded.nodes.map(\.name) == own.nodes.map(\.name))
    for (one, other) in zip(loaded.nodes, own.nodes) {
      #expect(dumped(one.layer) == dumped(other.layer), "\(text)")
      #expect(one.inputs == other.inputs && one.target == other.target)
      #expect(!one.isLoss || one.lossWeight == other.lossWeight)
    }
  }

  private func dumped(_ layer: any Layer) -> String {
    var text = ""
    dump(layer, to: &text)
    return text
  }

  @Test func aLayerThatIsNotRegisteredIsRefused() throws {
    var definition = NetworkDefinition(name: "m")
    try definition.input("x", shape: Shape(3))
    try definition.add(Doubling())
    do {
      _ = try ModelWriter.text(of: definition, registry: standardRegistry)
      Issue.record("it is written")
    } catch {
      #expect(error.diagnostics.map(\.code) == ["unwritable-layer"])
    }
  }
}
