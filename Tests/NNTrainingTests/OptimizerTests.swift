import NNCore
import NNKernels
import Testing

@testable import NNTraining

@Suite struct OptimizerTests {
  /// The parameters after all steps of the reference.
  private func train<S: Scalar>(
    _ type: S.Type, _ optimizer: any Optimizer, _ reference: Reference, clipNorm: Double? = nil
  ) throws -> [Double] {
    let start = try reference.row("start")
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(1))
    try definition.add(Holder(count: start.count))
    let network = Network<S>(try NetworkPlan(definition), batch: 1, workers: WorkerPool(threads: 1))
    for (index, value) in start.enumerated() { network.parameters[index] = S(value) }
    let update = ParameterUpdate<S>(network, optimizer)
    let gradients = try reference.row("gradients")
    for step in 0..<(gradients.count / start.count) {
      for index in start.indices { network.gradients[index] = S(gradients[step * start.count + index]) }
      update.apply(step: step + 1, rate: optimizer.rate, clipNorm: clipNorm, clipValue: nil)
    }
    return start.indices.map { Double(network.parameters[$0]) }
  }

  @Test func agreeWithPyTorch() throws {
    let reference = try Reference("optimizers")
    var checked = 0
    for name in reference.names where !["start", "gradients"].contains(name) && !name.hasPrefix("clipNorm") {
      let optimizer = try #require(try element(name) as? any Optimizer)
      let expected = try reference.row(name)
      for (found, expected) in zip(try train(Double.self, optimizer, reference), expected) {
        #expect((found - expected).magnitude < 1e-13, "\(name)")
      }
      for (found, expected) in zip(try train(Float.self, optimizer, reference), expected) {
        #expect((found - expected).magnitude < 3e-6, "\(name)")
      }
      checked += 1
    }
    #expect(checked == 11)
  }

  @Test(arguments: [0.5, 100]) func clippingAgreesWithPyTorch(_ limit: Double) throws {
    let reference = try Reference("optimizers")
    let found = try train(Double.self, StochasticGradientDescent(rate: 0.1), reference, clipNorm: limit)
    for (found, expected) in zip(found, try reference.row("clipNorm \(limit)")) {
      #expect((found - expected).magnitude < 1e-13)
    }
  }

  @Test func clippingByValue() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(1))
    try definition.add(Holder(count: 3))
    let network = Network<Double>(try NetworkPlan(definition), batch: 1, workers: WorkerPool(threads: 1))
    for (index, gradient) in [-5.0, 0.25, 5].enumerated() { network.gradients[index] = gradient }
    let optimizer = StochasticGradientDescent(rate: 1)
    ParameterUpdate<Double>(network, optimizer).apply(step: 1, rate: 1, clipNorm: nil, clipValue: 0.5)
    #expect([0, 1, 2].map { network.parameters[$0] } == [0.5, -0.25, -0.5])
  }

  @Test func nesterovNeedsMomentum() {
    #expect(throws: ElementError.self) { try element("sgd nesterov=true") }
  }

  /// An optimizer from outside works as ours do: this one is Adam, written out, with an array more than Adam needs.
  @Test func othersWorkAsOurs() throws {
    let reference = try Reference("optimizers")
    let ours = Adam(rate: 0.01, weightDecay: 0.1)
    let other = PlainAdam(rate: 0.01, weightDecay: 0.1)
    let (expected, found) = (try train(Double.self, ours, reference), try train(Double.self, other, reference))
    for (found, expected) in zip(found, expected) { #expect((found - expected).magnitude < 1e-14) }
    let clipped = try train(Double.self, other, reference, clipNorm: 0.5)
    for (found, expected) in zip(clipped, try train(Double.self, ours, reference, clipNorm: 0.5)) {
      #expect((found - expected).magnitude < 1e-14)
    }
    #expect(ParameterUpdate<Double>(try net(1), other).states.count == 3)
  }

  private func net(_ count: Int) throws -> Network<Double> {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(1))
    try definition.add(Holder(count: count))
    return Network(try NetworkPlan(definition), batch: 1, workers: WorkerPool(threads: 1))
  }
}

/// Adam with its formula as it stands in the paper, and a count of the steps for each parameter.
private struct PlainAdam: Optimizer, DeclaredElement {
  static let schema = ElementSchema(.optimizer, "plainAdam", summary: "Adam.", example: "<plainAdam/>")
  var rate: Double
  var weightDecay: Double
  var stateCount: Int { 3 }

  init(attributes: Attributes) throws { (rate, weightDecay) = (0.01, 0) }
  init(rate: Double, weightDecay: Double) { (self.rate, self.weightDecay) = (rate, weightDecay) }

  func update<S: Scalar>(_ span: UpdateSpan<S>) {
    let (means, squares, steps) = (span.states[0], span.states[1], span.states[2])
    let (decay, rate) = (S(span.decay), S(span.rate))
    span.updateEach { index, parameter, gradient in
      let g = gradient + decay * parameter
      steps[index] += 1
      means[index] = 0.9 * means[index] + 0.1 * g
      squares[index] = 0.999 * squares[index] + 0.001 * g * g
      var (first, second): (S, S) = (1, 1)
      for _ in 0..<Int(steps[index]) { (first, second) = (first * 0.9, second * 0.999) }
      return parameter - rate * (means[index] / (1 - first)) / ((squares[index] / (1 - second)).squareRoot() + 1e-8)
    }
  }
}
