import NNCore
import NNKernels
import NNModel
import NNTestSupport
import Testing

/// Recurrent layers with a cell of one's own.
@Suite struct RecurrentCellTests {
  private static let lstm = """
    <recurrent name="c" state="8">
      <dense name="ih" units="16" from="{input}"/>
      <slice name="h" start="0" length="4" from="{state}"/>
      <dense name="hh" units="16"/>
      <add name="sum" from="ih hh"/>
      <split name="gate" parts="4"/>
      <sigmoid name="i" from="gate"/><sigmoid name="f" from="gate.2"/><tanh name="g" from="gate.3"/><sigmoid name="o" from="gate.4"/>
      <slice name="old" start="4" length="4" from="{state}"/>
      <multiply name="kept" from="f old"/><multiply name="new" from="i g"/><add name="cell" from="kept new"/>
      <tanh name="shown"/><multiply name="hidden" from="o shown"/>
      <concat from="hidden cell"/>
    </recurrent>
    """

  private func plan(_ layers: String, input: String = #"<input name="x" shape="5x3"/>"#) throws -> NetworkPlan {
    let text = """
      <model xmlns="urn:nnrun:model:1"><network>\(input)\(layers)</network></model>
      """
    return try NetworkPlan(
      ModelLoader(registry: standardRegistry).load(text: text, file: "m.xml").makeNetworkDefinition())
  }

  /// A net with random numbers, each parameter's by its place in `order`, after a pass in both directions.
  private func run(_ plan: NetworkPlan, _ order: [String]) throws -> Network<Double> {
    let network = Network<Double>(plan, batch: 3, workers: WorkerPool(threads: 1))
    let random = RandomStream(key: 8)
    func fill(_ buffer: Buffer<Double>, _ key: UInt64) {
      for i in 0..<buffer.count { buffer[i] = random.derived(key).normal(UInt64(i)) }
    }
    fill(network.inputBuffer(0), 1)
    fill(network.targetBuffer(0), 2)
    #expect(plan.parameters.count == order.count, "\(plan.parameters.map(\.name))")
    for (place, name) in order.enumerated() {
      let index = try #require(plan.parameters.firstIndex { $0.name == name }, "\(plan.parameters.map(\.name))")
      fill(network.parameter(index).buffer, UInt64(10 + place))
    }
    network.forward(.training, step: 1)
    network.backward()
    return network
  }

  private func compare(_ one: Network<Double>, _ names: [String], _ other: Network<Double>, _ others: [String]) throws {
    func expectEqual(_ a: [Double], _ b: [Double], _ what: String) {
      #expect(
        a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude <= 1e-12 * max(1, $1.magnitude) }, "\(what)")
    }
    #expect((one.loss - other.loss).magnitude < 1e-12)
    expectEqual(one.prediction.buffer.array, other.prediction.buffer.array, "prediction")
    for (a, b) in zip(names, others) {
      let first = try #require(one.plan.parameters.firstIndex { $0.name == a })
      let second = try #require(other.plan.parameters.firstIndex { $0.name == b })
      expectEqual(one.parameterGradient(first).buffer.array, other.parameterGradient(second).buffer.array, a)
    }
  }

  @Test func tenLinesMakeAnLSTM() throws {
    let own = ["c.ih.weight", "c.hh.weight", "c.ih.bias", "c.hh.bias"]
    let names = ["c.weight_ih_l0", "c.weight_hh_l0", "c.bias_ih_l0", "c.bias_hh_l0"]
    let slice = #"<slice start="0" length="4" axis="last"/>"#
    let ours = try run(plan(Self.lstm + slice + "<squaredError/>"), own)
    try compare(ours, own, run(plan(#"<lstm name="c" units="4"/><squaredError/>"#), names), names)
    let last = Self.lstm.replacing(#"state="8""#, with: #"state="8" return="last""#)
    let lastOnes = try run(plan(last + #"<slice start="0" length="4"/><squaredError/>"#), own)
    let layer = #"<lstm name="c" units="4" return="last"/><squaredError/>"#
    try compare(lastOnes, own, run(plan(layer), names), names)
  }

  /// In blocks, behind another layer, and with blocks and repetitions inside.
  @Test func plainCellsInBlocks() throws {
    let cell = """
      <recurrent state="4" steps="5" name="r"><dense name="ih" units="4" from="{input}"/>
      <dense name="hh" units="4" from="{state}"/><add from="ih hh"/><repeat times="1"><tanh/></repeat></recurrent>
      """
    let names = ["r.weight_ih_l0", "r.weight_hh_l0", "r.bias_ih_l0", "r.bias_hh_l0"]
    let own = ["r.ih.weight", "r.hh.weight", "r.ih.bias", "r.hh.bias"]
    let other = try run(plan(#"<negate/><rnn name="r" units="4"/><squaredError/>"#), names)
    try compare(run(plan("<negate/>" + cell + "<squaredError/>"), own), own, other, names)
    let text = """
      <model xmlns="urn:nnrun:model:1"><block name="b">\(cell)</block><network><input name="x" shape="5x3"/><negate/>
      <use block="b" name="u"/><squaredError/></network></model>
      """
    let inBlock = try NetworkPlan(
      ModelLoader(registry: standardRegistry).load(text: text, file: "m.xml").makeNetworkDefinition())
    let deep = own.map { "u." + $0 }
    try compare(run(inBlock, deep), deep, other, names)
  }

  @Test(arguments: [
    (
      #"<recurrent state="4"><dense units="4"/></recurrent>"#, #"<input name="x" shape="5x3" length="varying"/>"#,
      "<recurrent> is written out for a fixed"
    ),
    (
      #"<negate/><recurrent state="4"><dense units="4"/></recurrent>"#, #"<input name="x" shape="5x3"/>"#,
      "does not know how many steps"
    ),
    (#"<recurrent state="4"><dense units="3"/></recurrent>"#, #"<input name="x" shape="5x3"/>"#, "15"),
    (
      #"<recurrent state="4"><dense units="4" from="nothing"/></recurrent>"#, #"<input name="x" shape="5x3"/>"#,
      "there is no earlier layer or input 'nothing'"
    ),
    (#"<recurrent><dense units="4"/></recurrent>"#, #"<input name="x" shape="5x3"/>"#, "needs the attribute 'state'"),
  ])
  func whatIsWrong(_ layers: String, _ input: String, _ message: String) throws {
    let error = #expect(throws: DiagnosticError.self) { try plan(layers, input: input) }
    #expect(
      error?.diagnostics.contains { $0.message.contains(message) } == true, "\(error?.diagnostics.map(\.message) ?? [])"
    )
  }
}
