import LossLayers
import NNCore
import NNData
import Testing

/// What losses say to mixed targets.
@Suite struct MixingTests {
  private func forms(_ loss: any Layer, units: Int, _ form: TargetForm) throws -> [String: TargetForm] {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(units))
    try definition.add(loss)
    return try NetworkPlan(definition, targets: ["label": form]).mixedTargets(by: "mixup")
  }

  @Test func formsOfMixedTargets() throws {
    let classes = TargetForm.classes(count: 5, shape: Shape(1))
    let answer = TargetForm.classes(count: 2, shape: Shape(1))
    let number = TargetForm.values(Shape(1))
    #expect(try forms(SoftmaxCrossEntropy(), units: 5, classes) == ["label": .values(Shape(5))])
    #expect(try forms(SoftmaxCrossEntropy(), units: 2, answer) == ["label": .values(Shape(2))])
    #expect(try forms(SoftmaxCrossEntropy(), units: 5, .values(Shape(5))) == ["label": .values(Shape(5))])
    #expect(try forms(BinaryCrossEntropy(), units: 1, answer) == ["label": number])
    #expect(try forms(SquaredError(), units: 1, number) == ["label": number])
    #expect(try forms(SquaredError(), units: 1, answer) == ["label": number])
  }

  @Test func lossesThatTakeNoMixtures() throws {
    let classes = TargetForm.classes(count: 5, shape: Shape(1))
    for loss in [Hinge(), SoftmaxCrossEntropy(ignoredLabel: 3)] as [any Layer] {
      let error = try #require(throws: DiagnosticError.self) { try forms(loss, units: 5, classes) }
      #expect(error.diagnostics.map(\.code) == ["target-mismatch"])
      #expect(error.diagnostics[0].message.contains("<mixup> makes mixtures of two"))
    }
  }
}
