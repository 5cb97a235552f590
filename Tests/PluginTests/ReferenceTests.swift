import NNCore
import NNKernels
import NNTestSupport
import Testing

/// Outputs, losses and gradients against PyTorch's in double precision.
@Suite struct ReferenceTests {
  @Test func theFileIsWhole() throws {
    let cases = try ReferenceCase.read()
    #expect(cases.count > 150)
    let covered = Set(cases.map(\.example.name))
    // What is random, or reads nothing, is tested in LayerTests.
    let others = ["dropout", "spatialDropout", "randomCrop", "constant", "parameter"]
    for type in standardRegistry.all() where !others.contains(type.schema.name) {
      #expect(covered.contains(type.schema.name))
    }
  }

  @Test(arguments: ReferenceCase.all) func agrees(_ reference: ReferenceCase) throws {
    let first = try #require(reference.arrays["x1"])
    let batch = first.count / reference.example.inputs[0].elementCount
    let lengths = reference.lengths.mapValues { Storage($0) }
    let harness = try LayerHarness<Double>(
      reference.example, standardRegistry,
      .init {
        $0.batch = batch
        $0.options.keepsEverything = true
      })
    let network = harness.network
    func set(_ buffer: Buffer<Double>, _ name: String) throws {
      let values = try #require(reference.arrays[name], "\(name)")
      try #require(values.count == buffer.count, "\(name)")
      for i in values.indices { buffer[i] = values[i] }
    }
    for index in reference.example.inputs.indices {
      try set(network.inputBuffer(index), "x\(index + 1)")
      network.setLengths(index, to: lengths[index]?.buffer)
    }
    for (index, parameter) in network.plan.parameters.enumerated() {
      try set(network.parameter(index).buffer, parameter.plan.name)
    }
    for (index, name) in network.targetNames.enumerated() { try set(network.targetBuffer(index), name) }
    harness.run()

    func compare(_ values: [Double], _ name: String) throws {
      let expected = try #require(reference.arrays[name], "\(name)")
      try #require(values.count == expected.count, "\(name)")
      for (index, (a, b)) in zip(values, expected).enumerated()
      where !((a - b).magnitude <= 1e-10 * b.magnitude + 1e-13) {
        Issue.record("\(reference.testDescription): \(name)[\(index)] is \(a), PyTorch's \(b)")
      }
    }
    for output in network.plan.layers[0].outputs.indices {
      try compare(network.value(.init(.node(0), output: output)).buffer.array, "y\(output + 1)")
    }
    try compare([network.loss], "total")
    // Indices have no gradient.
    for index in reference.example.inputs.indices where reference.example.entries == nil {
      let gradient = try #require(network.gradient(.init(.input(index))))
      try compare(gradient.buffer.array, "gradient.x\(index + 1)")
    }
    for (index, parameter) in network.plan.parameters.enumerated() {
      try compare(network.parameterGradient(index).buffer.array, "gradient.\(parameter.plan.name)")
    }
  }
}
