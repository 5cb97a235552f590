import NNCore
import NNKernels

/// y = x W^T with a weight, for tests of the network alone.
struct Linear: DeclaredLayer {
  static let schema = ElementSchema(.layer, "linear", summary: "y = x W^T", example: "<linear/>")
  let units: Int
  init(units: Int) { self.units = units }
  init(attributes: Attributes) throws { units = 1 }
  var facts: LayerFacts { LayerFacts(acceptsEpilogue: true, affine: .init(weight: 0, bias: nil)) }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank == 1 else { throw ElementError.shape("needs rank 1, not \(inputs[0])") }
    return LayerPlan(
      outputs: [Shape(units)],
      parameters: [
        ParameterPlan(
          "weight", Shape(units, inputs[0][0]), initializer: .lecun(gain: 1), fanIn: inputs[0][0], fanOut: units,
          decays: true)
      ], backwardNeeds: .inputs, forwardOperations: 2 * units * inputs[0][0],
      backwardOperations: 4 * units * inputs[0][0])
  }

  func forward<S: Scalar>(_ c: ForwardContext<S>) {
    let width = c.input.count / c.batch
    S.multiply(
      MatrixProduct(rows: c.batch, columns: units, inner: width, transposeB: true), c.input.buffer,
      c.parameters[0].buffer, into: c.output.buffer, epilogue: Epilogue(activation: c.epilogue), workers: c.workers)
  }

  func backward<S: Scalar>(_ c: BackwardContext<S>) {
    let width = c.inputs[0].count / c.batch
    if c.parameterGradients[0].isWanted {
      S.multiply(
        MatrixProduct(rows: units, columns: width, inner: c.batch, transposeA: true), c.upstream[0].buffer,
        c.inputs[0].buffer, into: c.parameterGradients[0].tensor.buffer,
        epilogue: Epilogue(accumulate: c.parameterGradients[0].accumulates), workers: c.workers)
    }
    if c.downstream[0].isWanted {
      S.multiply(
        MatrixProduct(rows: c.batch, columns: width, inner: units), c.upstream[0].buffer, c.parameters[0].buffer,
        into: c.downstream[0].tensor.buffer, epilogue: Epilogue(accumulate: c.downstream[0].accumulates),
        workers: c.workers)
    }
  }
}

/// A function that kernels know.
struct Elementwise: DeclaredLayer {
  static let schema = ElementSchema(.layer, "elementwise", summary: "f(x)", example: "<elementwise/>")
  let activation: Activation
  init(_ activation: Activation) { self.activation = activation }
  init(attributes: Attributes) throws { activation = .relu }
  var facts: LayerFacts { LayerFacts(activation: activation) }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: inputs, backwardNeeds: activation.gradientUsesOutput ? .outputs : .inputs,
      runsInPlace: activation.gradientUsesOutput, forwardOperations: 1, backwardOperations: 1)
  }

  func forward<S: Scalar>(_ c: ForwardContext<S>) {
    S.activate(activation, c.input.buffer, into: c.output.buffer, workers: c.workers)
  }

  func backward<S: Scalar>(_ c: BackwardContext<S>) {
    guard c.downstream[0].isWanted else { return }
    S.activateBackward(
      activation, input: c.inputs[0].buffer, output: c.outputs[0].buffer, upstream: c.upstream[0].buffer,
      downstream: c.downstream[0].tensor.buffer, accumulate: c.downstream[0].accumulates, workers: c.workers)
  }
}

/// The sum and the difference of two inputs: two outputs.
struct SumAndDifference: DeclaredLayer {
  static let schema = ElementSchema(
    .layer, "sumAndDifference", summary: "x + y, x - y", example: "<sumAndDifference/>", inputs: 2...2)
  init() {}
  init(attributes: Attributes) throws {}

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0] == inputs[1] else { throw ElementError.shape("\(inputs[0]) and \(inputs[1]) differ") }
    return LayerPlan(outputs: inputs, backwardNeeds: [], forwardOperations: 2, backwardOperations: 2)
  }

  func forward<S: Scalar>(_ c: ForwardContext<S>) {
    for i in 0..<c.input.count {
      c.outputs[0][i] = c.inputs[0][i] + c.inputs[1][i]
      c.outputs[1][i] = c.inputs[0][i] - c.inputs[1][i]
    }
  }

  func backward<S: Scalar>(_ c: BackwardContext<S>) {
    for (slot, sign) in [(0, S(1)), (1, S(-1))] where c.downstream[slot].isWanted {
      for i in 0..<c.upstream[0].count { c.downstream[slot].put(c.upstream[0][i] + sign * c.upstream[1][i], at: i) }
    }
  }
}

/// Half the sum of squared differences over the batch, divided by its samples.
struct HalfSquares: DeclaredLayer {
  static let schema = ElementSchema(.loss, "halfSquares", summary: "|x - t|^2 / 2", example: "<halfSquares/>")
  init() {}
  init(attributes: Attributes) throws {}
  var facts: LayerFacts { LayerFacts(copiesWhenPredicting: true, prediction: .values) }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    LayerPlan(
      outputs: inputs, backwardNeeds: .inputs, targets: [.values(inputs[0])], forwardOperations: 3,
      backwardOperations: 1)
  }

  func forward<S: Scalar>(_ c: ForwardContext<S>) {
    var total = 0.0
    for i in 0..<c.input.count {
      c.output[i] = c.input[i]
      guard let target = c.target else { continue }
      let difference = Double(c.input[i]) - Double(target[i])
      total += difference * difference / 2
    }
    guard c.target != nil else { return }
    c.loss[0] = total
    c.loss[1] = Double(c.batch)
  }

  func backward<S: Scalar>(_ c: BackwardContext<S>) {
    guard c.downstream[0].isWanted, let target = c.target else { return }
    for i in 0..<target.count {
      c.downstream[0].put(S(c.lossGradient / c.loss[1]) * (c.inputs[0][i] - target[i]), at: i)
    }
  }
}
