import NNCore
import NNInference
import NNKernels
import Testing

/// A layer on packed weights computes what the layer computes that it stands for.
@Suite struct PackedLayerTests {
  @Test(arguments: [
    #"<input name="x" shape="1"/><dense units="1"/>"#,
    #"<input name="x" shape="33"/><dense units="17" bias="false"/>"#,
    #"<input name="x" shape="129"/><dense units="67"/>"#,
    #"<input name="x" shape="3x11x9"/><conv2d channels="5" kernel="3" bias="false"/>"#,
    #"<input name="x" shape="3x11x9"/><conv2d channels="17" kernel="1"/>"#,
    #"<input name="x" shape="16x13x14"/><conv2d channels="20" kernel="3" padding="same"/>"#,
    #"<input name="x" shape="8x13x14"/><conv2d channels="16" kernel="5" padding="2"/>"#,
    #"<input name="x" shape="4x12x10"/><conv2d channels="6" kernel="3" stride="2" padding="1"/>"#,
    #"<input name="x" shape="4x12x10"/><conv2d channels="6" kernel="2" dilation="2" groups="2"/>"#,
    #"<input name="x" shape="6x9x9"/><conv2d kernel="3" padding="same" depthwise="true"/>"#,
    #"<input name="x" shape="4x21"/><conv1d channels="7" kernel="4" stride="3"/>"#,
  ])
  func agreesWithTheLayer(_ net: String) throws {
    let model = try SavedNet(net).model()
    let (parameters, state) = try model.arrays(Float.self)
    let bias = model.plan.parameters.first { $0.plan.name == "bias" }
    if let bias { for i in bias.range { parameters.buffer[i] = Float(i % 7) - 3 } }
    for batch in [1, 2, 5] {
      let workers = WorkerPool(threads: 2)
      let network = Network<Float>(
        model.plan, batch: batch, options: .init(isTrained: false, keepsEverything: true), workers: workers)
      network.parameters.copy(from: parameters.buffer)
      let random = RandomStream(key: 3)
      let input = network.inputBuffer(0)
      for i in 0..<input.count { input[i] = Float(random.normal(UInt64(i))) }
      network.forward(.inference, computesLoss: false)
      let expected = network.prediction.buffer.array
      let predictor = try Predictor(
        model.plan, parameters: parameters.buffer, state: state.buffer, batch: batch, workers: workers)
      let found = try predictor.predict(input.array)
      let size = expected.reduce(0) { max($0, $1.magnitude) }
      #expect(found.count == expected.count)
      #expect(zip(found, expected).allSatisfy { ($0 - $1).magnitude <= 1e-5 * size }, "batch \(batch)")
    }
  }
}
