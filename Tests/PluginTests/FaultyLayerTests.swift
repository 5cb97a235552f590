import NNCore
import NNKernels
import NNTestSupport
import Testing

/// y = a x with a learned a, with one fault or none.
struct Faulty: DeclaredLayer {
  enum Fault: String, CaseIterable, Sendable {
    case none, inputGradient, parameterGradient, replaces, adds, writesUnwanted, mixesSamples, takesMemory, threads
    case overwritesNeeded

    /// The checks that have to notice.
    var noticed: Set<Conformance> {
      switch self {
      case .none: []
      case .inputGradient, .parameterGradient: [.gradients]
      case .replaces: [.accumulation]
      case .adds: [.memoryPlan]
      case .writesUnwanted: [.unwantedGradients]
      case .mixesSamples: [.samples]
      case .takesMemory: AllocationCounter.isAvailable ? [.allocations] : []
      case .threads: [.threads]
      case .overwritesNeeded: [.memoryPlan]
      }
    }
  }

  static let schema = ElementSchema(
    .layer, "faulty", namespace: "urn:nnrun:tests:1", summary: "A layer with a fault.", example: "<faulty/>",
    attributes: [.required("fault", .choice(Fault.allCases.map(\.rawValue)), "What is wrong with it.")])

  let fault: Fault

  init(attributes: Attributes) throws { fault = Fault(rawValue: attributes.text("fault")) ?? .none }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [inputs[0]], parameters: [ParameterPlan("a", Shape(1), initializer: .constant(1), decays: false)],
      backwardNeeds: fault == .overwritesNeeded ? [] : .inputs, runsInPlace: fault == .overwritesNeeded,
      forwardOperations: 1, backwardOperations: 1)
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let factor = context.parameters[0][0]
    for i in 0..<context.input.count { context.output[i] = factor * context.input[i] }
    if fault == .mixesSamples { context.output[0] += context.input[context.input.count - 1] }
    if fault == .threads { context.output[0] += S(Double(context.workers.threads)) }
    if fault == .takesMemory { UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8).deallocate() }
  }

  func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let (slot, own) = (context.downstream[0], context.parameterGradients[0])
    let factor = context.parameters[0][0]
    var total: S = 0
    for i in 0..<context.upstream[0].count { total += context.upstream[0][i] * context.inputs[0][i] }
    if own.isWanted || fault == .writesUnwanted {
      if fault == .parameterGradient { total *= 1.001 }
      if fault == .replaces { own.tensor[0] = total } else { own.put(total, at: 0) }
    }
    guard slot.isWanted else { return }
    for i in 0..<context.upstream[0].count {
      let gradient = factor * context.upstream[0][i] * (fault == .inputGradient ? 1.001 : 1)
      if fault == .adds { slot.tensor[i] += gradient } else { slot.put(gradient, at: i) }
    }
  }
}

/// The mean of (x - t)^2 / 2, whose gradient is divided by the batch instead of the denominator that the passes share.
struct FaultyLoss: DeclaredLayer {
  static let schema = ElementSchema(
    .loss, "faultyLoss", namespace: "urn:nnrun:tests:1", summary: "A loss with a fault.", example: "<faultyLoss/>")

  init(attributes: Attributes) throws {}

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: [inputs[0]], backwardNeeds: .outputs, targets: [.values(inputs[0])], forwardOperations: 1,
      backwardOperations: 1)
  }

  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    context.output.buffer.copy(from: context.input.buffer)
    guard let target = context.target else { return }
    var total = 0.0
    for i in 0..<context.output.count {
      let difference = Double(context.output[i] - target[i])
      total += difference * difference / 2
    }
    context.loss[0] = total
    context.loss[1] = Double(context.batch)
  }

  func backward<S: Scalar>(_ context: BackwardContext<S>) {
    guard context.downstream[0].isWanted, let target = context.target else { return }
    let factor = S(context.lossGradient) / S(context.batch)
    for i in 0..<context.outputs[0].count {
      context.downstream[0].put(factor * (context.outputs[0][i] - target[i]), at: i)
    }
  }
}

@Suite struct FaultyLayerTests {
  /// Alone, the loss is right; where samples have weights, its gradient is that of another loss.
  @Test func aWrongDenominatorIsNoticed() throws {
    var registry = Registry()
    try registry.register(FaultyLoss.self)
    let example = ConformanceCase("faultyLoss", namespace: FaultyLoss.schema.namespace, inputs: [Shape(4)])
    #expect(try Conformance.gradients.run(example, registry).isEmpty)
    #expect(!(try Conformance.sampleWeights.run(example, registry)).isEmpty)
  }

  /// The checks find every kind of fault, and nothing wrong with the layer that has none.
  @Test(arguments: Faulty.Fault.allCases) func isNoticed(_ fault: Faulty.Fault) throws {
    var registry = Registry()
    try registry.register(Faulty.self)
    let example = ConformanceCase(
      "faulty", namespace: Faulty.schema.namespace, ["fault": .text(fault.rawValue)], inputs: [Shape(4)])
    var noticed: Set<Conformance> = []
    for check in Conformance.allCases where try !check.run(example, registry).isEmpty { noticed.insert(check) }
    #expect(noticed.isSuperset(of: fault.noticed), "noticed: \(noticed)")
    if fault == .none { #expect(noticed.isEmpty, "noticed: \(noticed)") }
  }
}
