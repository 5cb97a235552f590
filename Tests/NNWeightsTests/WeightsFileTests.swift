import NNCore
import NNFiles
import NNKernels
import NNWeights
import Testing

/// A layer with a parameter of two dimensions and a state array, for files alone.
private struct Holder: DeclaredLayer {
  static let schema = ElementSchema(.layer, "holder", summary: "holds arrays", example: "<holder/>")
  let units: Int
  init(units: Int) { self.units = units }
  init(attributes: Attributes) throws { units = 1 }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: inputs,
      parameters: [
        ParameterPlan("weight", Shape(units, inputs[0][0]), initializer: .constant(0), decays: true),
        ParameterPlan("bias", Shape(units), initializer: .constant(0), decays: false),
      ], state: [StatePlan("mean", Shape(units))], backwardNeeds: [], forwardOperations: 0, backwardOperations: 0)
  }

  func forward<S: Scalar>(_ c: ForwardContext<S>) {}
  func backward<S: Scalar>(_ c: BackwardContext<S>) {}
}

@Suite struct WeightsFileTests {
  private func plan(units: Int, name: String = "fc1") throws -> NetworkPlan {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(3))
    try definition.add(Holder(units: units), name: name)
    return try NetworkPlan(definition)
  }

  private func numbered(_ count: Int, from start: Double) -> Storage<Double> {
    Storage((0..<count).map { start + Double($0) })
  }

  @Test func everyTextSurvives() throws {
    let plan = try plan(units: 2)
    let texts = ["", "a\nb", "\"quoted\"", "\\", "[1,2]", "\u{0}\u{1F}\u{7F}", "日本", "🎉", "e\u{301}", ", "]
    let (parameters, state) = (Storage<Float>(count: plan.parameterSpan), Storage<Float>(count: plan.stateSpan))
    let file = try WeightsFile(
      plan, parameters: parameters.buffer, state: state.buffer, model: "<model name=\"ä\">\r\n</model>",
      record: .object([.init(key: "texts", value: .array(texts.map { .text($0) }))]), version: "1.2")
    let back = WeightsFile(try TensorFile(bytes: file.tensors.bytes, file: "f"))
    guard case .array(let found)? = try back.record()?["texts"] else { throw Missing() }
    #expect(found == texts.map { .text($0) })
    #expect(back.model.map { Array($0.utf8) } == file.model.map { Array($0.utf8) })
    #expect(back.version == "1.2" && back.tensors.metadata["format"] == "pt")
    #expect(back.tensors.entries.map(\.name) == ["fc1.weight", "fc1.bias", "fc1.mean"])
    #expect(back.tensors.entries.map(\.dimensions) == [[2, 3], [2], [2]])
  }

  @Test func loadsByName() throws {
    let plan = try plan(units: 2)
    let (parameters, state) = (numbered(plan.parameterSpan, from: 1), numbered(plan.stateSpan, from: 100))
    var file = TensorFile()
    try file.append("other", words: [1])
    try file.append(plan, parameters: parameters.buffer, state: state.buffer, prefix: "best.")
    let (found, foundState) = (Storage<Float>(count: plan.parameterSpan), Storage<Float>(count: plan.stateSpan))
    try file.load(plan, parameters: found.buffer, state: foundState.buffer, prefix: "best.")
    for parameter in plan.parameters {
      #expect(parameter.range.allSatisfy { Double(found.buffer[$0]) == parameters.buffer[$0] })
    }
    #expect(plan.states[0].range.allSatisfy { Double(foundState.buffer[$0]) == state.buffer[$0] })
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let (small, large) = (try plan(units: 2), try plan(units: 4))
    var file = TensorFile()
    try file.append("fc1.weight", dimensions: [2, 3], elements: [Double](repeating: 0, count: 6))
    try file.append("fc1.bias", dimensions: [4], elements: [1, 2, 3, 4] as [Double])
    try file.append("fc1.means", dimensions: [4], elements: [Double](repeating: 0, count: 4))
    let match = WeightsMatch(file, large)
    #expect(match.taken == ["fc1.bias"] && match.missing == ["fc1.mean"] && match.unused == ["fc1.means"])
    #expect(match.wrongShapes.map { [$0.name, $0.found, $0.needed] } == [["fc1.weight", "2x3", "4x3"]])

    let parameters = Storage<Double>((0..<large.parameterSpan).map { _ in -1 })
    let state = Storage<Double>((0..<large.stateSpan).map { _ in -1 })
    do {
      try file.load(large, parameters: parameters.buffer, state: state.buffer)
      Issue.record("a file that does not fit was loaded")
    } catch let error as DiagnosticError {
      #expect(error.diagnostics.map(\.code) == ["missing-array", "shape-mismatch"])
      #expect(error.diagnostics[0].message.contains("'fc1.means'"))
    }
    #expect(parameters.buffer.array.allSatisfy { $0 == -1 }, "nothing is copied before everything fits")

    match.take(file, large, parameters: parameters.buffer, state: state.buffer)
    #expect(parameters.buffer.slice(large.parameters[1].range).array == [1, 2, 3, 4])
    #expect(parameters.buffer.slice(large.parameters[0].range).array.allSatisfy { $0 == -1 })
    #expect(WeightsMatch(TensorFile(), small).missing.count == 3)
  }

  @Test func namesBehindAPrefix() throws {
    let plan = try plan(units: 2)
    let (parameters, state) = (numbered(plan.parameterSpan, from: 1), numbered(plan.stateSpan, from: 100))
    var file = TensorFile()
    for prefix in ["module.", "ema.model."] {
      try file.append(plan, parameters: parameters.buffer, state: state.buffer, prefix: prefix)
    }
    try file.append("half.fc1.bias", dimensions: [2], elements: [1, 2] as [Float])
    try file.append("wrong.fc1.bias", dimensions: [3], elements: [1, 2, 3] as [Float])
    let found = WeightsMatch.prefixes(file, plan)
    #expect(Set(found.prefix(2).map(\.prefix)) == ["module.", "ema.model."])
    #expect(found.map(\.match.isComplete) == [true, true, false] && found[2].prefix == "half.")
    #expect(WeightsMatch.prefixes(TensorFile(), plan).isEmpty)

    let match = WeightsMatch(file, plan)
    let error = match.nothingFits(file, plan, path: "f", remedy: nil)
    #expect(error.diagnostics.map(\.severity) == [.error, .note, .note])
    #expect(error.diagnostics[1].message.contains("'fc1.weight' 2x3; near it is 'module.fc1.weight' 2x3"))
    #expect(error.diagnostics[2].message.contains("'wrong.fc1.bias' 3"))
    let nothing = match.nothingFits(TensorFile(), plan, path: "f", remedy: nil)
    #expect(nothing.diagnostics[0].message == "the file has no arrays")
  }
}

private struct Missing: Error {}
