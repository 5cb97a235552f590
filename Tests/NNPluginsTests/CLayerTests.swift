import NNCore
import NNPlugins
import NNTestSupport
import Testing

private let space = "urn:acme:layers"

/// The layers in C, with several shapes each.
private let cases: [ConformanceCase] = [
  .init("swish", namespace: space, ["beta": .number(1.5)], inputs: [Shape(5)]),
  .init("swish", namespace: space, inputs: [Shape(3, 2, 4)]),
  .init("layerNorm", namespace: space, inputs: [Shape(7)]),
  .init("layerNorm", namespace: space, ["epsilon": .number(0.5)], inputs: [Shape(3, 4)]),
  .init("mixture", namespace: space, inputs: [Shape(6), Shape(6)]),
  .init("mixture", namespace: space, inputs: [Shape(2, 3), Shape(6)]),
  .init("runningMean", namespace: space, inputs: [Shape(5)]),
  .init("runningMean", namespace: space, ["momentum": .number(0.5)], inputs: [Shape(3, 2, 4)]),
  .init("focalLoss", namespace: space, inputs: [Shape(4)]),
  .init("focalLoss", namespace: space, ["gamma": .number(0)], inputs: [Shape(4)]),
  .init("focalLoss", namespace: space, ["gamma": .number(0.5)], inputs: [Shape(3)]),
]

@Suite struct CLayerTests {
  @Test(arguments: Conformance.allCases, cases) func promise(_ check: Conformance, _ example: ConformanceCase) throws {
    for problem in try check.run(example, ExampleLibrary.registry.get()) { Issue.record("\(example): \(problem)") }
  }

  @Test func everyLayerHasCases() throws {
    let own = try ExampleLibrary.registry.get().all().map(\.schema).filter { $0.namespace == space }.map(\.name)
    #expect(own.count == 5 && Set(own) == Set(cases.map(\.name)))
  }

  /// Naming a library twice, as a variable and an option may, loads it once.
  @Test func loadingAgainChangesNothing() throws {
    var registry = try ExampleLibrary.registry.get()
    let count = registry.all().count
    let identity = try PluginLoader.load(ExampleLibrary.acme.get(), into: &registry)
    #expect(registry.all().count == count && registry.plugins == [identity])
    #expect(identity.name == "acme" && identity.version == "1.0.0" && identity.namespace == space)
  }

  /// Focal loss with gamma 0 is softmax cross-entropy: two implementations, one of them ours.
  @Test func focalLossWithoutFocusIsCrossEntropy() throws {
    let registry = try ExampleLibrary.registry.get()
    let focal = try LayerHarness<Double>(
      .init("focalLoss", namespace: space, ["gamma": .number(0)], inputs: [Shape(4)]), registry)
    let plain = try LayerHarness<Double>(.init("softmaxCrossEntropy", inputs: [Shape(4)]), registry)
    focal.run()
    plain.run()
    for (one, other) in zip(focal.results, plain.results) {
      for (a, b) in zip(one.values, other.values) { #expect((a - b).magnitude < 1e-14, "\(one.name)") }
    }
  }

  /// Layer normalization in C against ours.
  @Test func layerNormIsOurs() throws {
    let registry = try ExampleLibrary.registry.get()
    let theirs = try LayerHarness<Double>(.init("layerNorm", namespace: space, inputs: [Shape(7)]), registry)
    let ours = try LayerHarness<Double>(.init("layerNorm", inputs: [Shape(7)]), registry)
    theirs.run()
    ours.run()
    #expect(theirs.results.count == ours.results.count)
    for (one, other) in zip(theirs.results, ours.results) {
      for (a, b) in zip(one.values, other.values) { #expect((a - b).magnitude < 1e-12, "\(one.name)") }
    }
  }

  @Test func whatDoesNotFitIsSaidByTheLayer() throws {
    let registry = try ExampleLibrary.registry.get()
    let mixture = try #require(registry.declaration(of: "mixture", namespace: space, in: .network)).layer([:])
    let error = try #require(throws: ElementError.self) { _ = try mixture.plan([Shape(6), Shape(4)]) }
    #expect(error.message == "<mixture> reads inputs of one size, not of 6 and 4 elements")
    #expect(error.remedy == "put a <dense units=\"6\"/> before the second one")
  }
}
