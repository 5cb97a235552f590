import NNCore
import NNKernels
import NNModel
import NNTestSupport
import StandardLayers
import Testing

@testable import NNInference

/// Batches of short sequences are computed by nets of fewer steps, with the same bits.
@Suite struct ShorterSequencesTests {
  private static let nets: [(layers: String, canBeShorter: Bool)] = [
    (#"<dense units="6" each="step"/><tanh/><poolSequence take="mean"/><dense units="3"/>"#, true),
    (#"<gru units="5" layers="2"/><dense units="4" each="step"/>"#, true),
    (#"<lstm units="20" direction="both" return="last"/><dense units="3"/>"#, true),
    (#"<dense units="8" each="step"/><position/><attention heads="2"/><layerNorm/><poolSequence take="max"/>"#, true),
    (#"<dense units="8" each="step"/><attention heads="4" causal="true"/><softmax/>"#, true),
    (
      #"<transpose/><conv1d channels="5" kernel="3" padding="1"/><relu/><transpose/><rnn units="4"/><poolSequence take="last"/>"#,
      true
    ),
    (#"<transpose/><conv1d channels="5" kernel="4" stride="2"/><transpose/><dense units="2" each="step"/>"#, true),
    // A parameter for each step, of which fewer steps read the beginning.
    (
      #"<position kind="learned"/><dense units="4" each="step"/><position kind="learned"/><tanh/><poolSequence take="mean"/>"#,
      true
    ),
    // Predictions whose last dimension counts the steps.
    ("<transpose/>", false),
  ]

  private func plan(_ layers: String) throws -> NetworkPlan {
    var registry = Registry()
    try registerStandardLayers(into: &registry)
    let text =
      #"<model xmlns="urn:nnrun:model:1" name="m"><network><input name="x" shape="40x3" length="varying"/>\#(layers)"#
      + "</network></model>"
    return try NetworkPlan(
      ModelLoader(registry: registry).load(text: text, file: "m.xml", sections: .network).makeNetworkDefinition())
  }

  private func check<S: Scalar>(_ type: S.Type, _ net: (layers: String, canBeShorter: Bool), threads: Int) throws {
    let plan = try plan(net.layers)
    let random = RandomStream(key: 4)
    let parameters = Storage<S>((0..<plan.parameterSpan).map { S(random.normal(UInt64($0))) * S(0.5) })
    let state = Storage<S>(count: plan.stateSpan)
    let batch = 130
    let predictor = try Predictor<S>(
      plan, parameters: parameters.buffer, state: state.buffer, batch: batch, workers: WorkerPool(threads: threads))
    #expect(predictor.hasShorterNets == net.canBeShorter, "\(net.layers)")
    let width = predictor.outputCount
    let x = Storage<S>((0..<(batch * 120)).map { S(random.normal(UInt64(9000 + $0))) })
    for longest in [4, 10, 11, 20, 39] {
      // What lies beyond a sample's length is no number; the last sample alone has all steps.
      let lengths = (0..<batch).map { $0 == batch - 1 ? Int32(40) : Int32(4 + $0 % (longest - 3)) }
      for sample in 0..<batch {
        for index in (Int(lengths[sample]) * 3)..<120 { x.buffer[sample * 120 + index] = .nan }
      }
      for index in 0..<120 { x.buffer[(batch - 1) * 120 + index] = S(random.normal(UInt64(index))) }
      let given = Storage(lengths)
      let (whole, short) = (Storage<S>(count: batch * width), Storage<S>(count: batch * width))
      predictor.predict([x.buffer], lengths: [given.buffer], count: batch, into: whole.buffer)
      short.buffer.fill(.nan)
      for count in [batch - 1, 2, 1] {
        predictor.predict([x.buffer], lengths: [given.buffer], count: count, into: short.buffer)
        #expect(
          short.buffer.slice(from: 0, count: count * width).array
            == whole.buffer.slice(from: 0, count: count * width).array,
          "\(net.layers) \(longest) \(count) \(threads)")
      }
      for index in 0..<x.buffer.count where x.buffer[index].isNaN { x.buffer[index] = S(random.normal(UInt64(index))) }
    }
  }

  @Test(arguments: nets.indices) func theBitsAreThoseOfTheWholeNet(_ index: Int) throws {
    for threads in [1, 2] {
      try check(Float.self, Self.nets[index], threads: threads)
      try check(Double.self, Self.nets[index], threads: threads)
    }
  }

  /// Predicting takes no memory, whatever the lengths.
  @Test(arguments: [nets[0].layers, nets[1].layers, nets[3].layers], [[3, 9, 1, 2], [40, 3, 1, 5]] as [[Int32]])
  func noMemoryIsTaken(_ layers: String, _ lengths: [Int32]) throws {
    let plan = try plan(layers)
    let (parameters, state) = (Storage<Float>(count: plan.parameterSpan), Storage<Float>(count: plan.stateSpan))
    let predictor = try Predictor<Float>(
      plan, parameters: parameters.buffer, state: state.buffer, batch: 4, workers: WorkerPool(threads: 1))
    let (x, y) = (Storage<Float>(count: 4 * 120), Storage<Float>(count: 4 * predictor.outputCount))
    let own = Storage<Int32>(lengths)
    let (inputs, given) = ([x.buffer], [Optional(own.buffer)])
    predictor.predict(inputs, lengths: given, count: 4, into: y.buffer)
    let allocations = AllocationCounter.count {
      for _ in 0..<20 { predictor.predict(inputs, lengths: given, count: 4, into: y.buffer) }
    }
    #expect(allocations == 0, "\(layers) \(lengths)")
  }
}
