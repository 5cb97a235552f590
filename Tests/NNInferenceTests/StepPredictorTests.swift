import ActivationLayers
import DenseLayers
import LossLayers
import NNCore
import NNData
import NNKernels
import NNTestSupport
import SequenceLayers
import Testing

@testable import NNInference

/// Predictions step by step have the bits of those of whole sequences.
@Suite struct StepPredictorTests {
  private static let cells: [@Sendable (RecurrentSettings) -> any Layer] = [
    { RNN($0) }, { LSTM($0) }, { GRU($0) },
  ]

  /// Random parameters, and a sequence of seven steps of three numbers.
  private func check<S: Scalar>(_ type: S.Type, _ plan: NetworkPlan, threads: Int) throws {
    let workers = WorkerPool(threads: threads)
    let random = RandomStream(key: 9)
    let parameters = Storage<S>((0..<plan.parameterSpan).map { S(random.normal(UInt64($0))) * S(0.5) })
    let state = Storage<S>(count: plan.stateSpan)
    let affine = AffinePreprocessing(
      scales: (0..<21).map { [0.5, 2, 1.5][$0 % 3] }, shifts: (0..<21).map { [0.1, 0, -0.3][$0 % 3] })
    let whole = try Predictor<S>(
      plan, parameters: parameters.buffer, state: state.buffer, batch: 2, workers: workers)
    let stepper = try StepPredictor<S>(
      plan, parameters: parameters.buffer, state: state.buffer, preprocessing: [affine], workers: workers)
    #expect(stepper.inputCounts == [3])
    let x = Storage<S>((0..<21).map { S(random.normal(UInt64(1000 + $0))) })
    let prepared = Storage<S>(count: 21)
    AffineTable<S>(affine, width: 21).apply(to: x.buffer, width: 21, into: prepared.buffer)
    let (y, own) = (Storage<S>(count: whole.outputCount), Storage<S>(count: stepper.outputCount))
    let isPerStep = whole.outputCount > stepper.outputCount
    for _ in 0..<2 {
      for step in 0..<7 {
        stepper.step([x.buffer.slice(from: step * 3, count: 3)], into: own.buffer)
        let length = Storage<Int32>([Int32(step + 1)])
        whole.predict([prepared.buffer], lengths: [length.buffer], count: 1, into: y.buffer)
        let right = y.buffer.slice(from: isPerStep ? step * own.buffer.count : 0, count: own.buffer.count).array
        #expect(
          own.array == right, "step \(step) of \(plan.definition.nodes.map(\.name)), \(S.self), \(threads) threads")
      }
      stepper.reset()
    }
  }

  private func plan(_ layers: [any Layer], units: Int = 4) throws -> NetworkPlan {
    var net = NetworkDefinition(name: "n")
    try net.input("x", shape: Shape(7, 3), hasLength: true)
    for layer in layers { try net.add(layer) }
    return try NetworkPlan(net, targets: [:])
  }

  @Test(arguments: [0, 1, 2]) func stepsHaveTheBitsOfSequences(_ cell: Int) throws {
    for units in [5, 16, 40, 160] {
      let make = Self.cells[cell]
      let all = make(RecurrentSettings(units: units, layers: 2))
      let last = make(RecurrentSettings(units: units, returnsAll: false))
      for layers in [
        [all, Dense(units: 4, perStep: true)],
        [Dense(units: 6, perStep: true), Tanh(), all, last, Dense(units: 3)],
      ] {
        for threads in [1, 2] {
          try check(Float.self, plan(layers), threads: threads)
          try check(Double.self, plan(layers), threads: threads)
        }
      }
    }
  }

  @Test func whatNeedsMoreStepsIsRefused() throws {
    func message(_ layers: [any Layer]) throws -> String {
      let plan = try plan(layers)
      let parameters = Storage<Float>(count: plan.parameterSpan)
      let state = Storage<Float>(count: plan.stateSpan)
      let error = #expect(throws: DiagnosticError.self) {
        try StepPredictor<Float>(
          plan, parameters: parameters.buffer, state: state.buffer, workers: WorkerPool(threads: 1))
      }
      return error?.diagnostics.first?.message ?? ""
    }
    #expect(try message([AttentionLayer(heads: 1)]).hasPrefix("'attention1' (<attention>) cannot read"))
    #expect(try message([LSTM(RecurrentSettings(units: 2, direction: .both))]).hasPrefix("'lstm1' (<lstm>) cannot"))
    #expect(try message([PoolSequence(.mean)]).hasPrefix("'poolSequence1' (<poolSequence>) cannot"))
  }

  @Test func stepsTakeNoMemory() throws {
    let plan = try plan([LSTM(RecurrentSettings(units: 8)), Dense(units: 2, perStep: true)])
    let parameters = Storage<Float>(count: plan.parameterSpan)
    let state = Storage<Float>(count: plan.stateSpan)
    let stepper = try StepPredictor<Float>(
      plan, parameters: parameters.buffer, state: state.buffer, workers: WorkerPool(threads: 1))
    let (x, y) = (Storage<Float>(count: 3), Storage<Float>(count: 2))
    let inputs = [x.buffer]
    stepper.step(inputs, into: y.buffer)
    let allocations = AllocationCounter.count { for _ in 0..<20 { stepper.step(inputs, into: y.buffer) } }
    #expect(allocations == 0)
  }
}
