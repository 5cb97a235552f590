import LossLayers
import NNCore
import NNData
import NNKernels
import Testing

@testable import NNTraining

/// A rule from outside: ends a run once the loss has been below a bound in so many epochs.
private struct GoodEnough: StoppingRule, DeclaredElement {
  static let schema = ElementSchema(
    .stopping, "goodEnough", summary: "Ends the training when the loss is low.", example: #"<goodEnough loss="1"/>"#,
    attributes: [
      .required("loss", .number(.any), "The bound."),
      .optional("times", .integer(1...9), default: .integer(2), "Epochs."),
    ])
  let bound: Double
  let times: Int
  init(attributes: Attributes) throws {
    bound = attributes.number("loss")
    times = attributes.integer("times")
  }
  var metric: Metric? { nil }
  var reason: String { "the loss was below \(bound) in \(times) epochs" }
  func ends(after epoch: TrainingRecord, memory: inout [Double]) -> Bool {
    if memory.isEmpty { memory = [0] }
    if epoch.training.loss < bound { memory[0] += 1 }
    return memory[0] >= Double(times)
  }
}

@Suite struct StoppingRuleTests {
  private func trainer(_ rule: any StoppingRule) throws -> Trainer<Double> {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(2))
    try definition.add(SquaredError())
    let set = try Dataset(
      inputs: [DataArray(name: "x", form: .values(Shape(2)), elements: .doubles([0, 1, 2, 3]))],
      targets: [DataArray(name: "label", form: .values(Shape(2)), elements: .doubles([0, 0, 0, 0]))])
    let network = Network<Double>(
      try NetworkPlan(definition, targets: set.targetForms), batch: 1, workers: WorkerPool(threads: 1))
    return try Trainer(
      network, settings: TrainingSettings(length: .epochs(9), batch: 1, stopping: rule), trainingSet: set)
  }

  /// A rule that the project does not know ends a run, and what it remembers survives a checkpoint.
  @Test func rulesFromOutsideEndARun() throws {
    var registry = Registry()
    try registry.register(GoodEnough.self)
    let declaration = try #require(registry.declaration(of: "goodEnough", in: .training))
    let element = try declaration.make(
      Attributes(["loss": .number(100), "times": .integer(3)], for: declaration.schema))
    let rule = try #require(element as? any StoppingRule)
    let run = try trainer(rule)
    guard case .stopped(let found) = try run.run() else { return #expect(Bool(false), "it did not stop") }
    #expect(found.reason == "the loss was below 100.0 in 3 epochs" && run.records.count == 3)
    let resumed = try trainer(rule)
    var interrupted = 0
    _ = try resumed.run {
      interrupted += 1
      return interrupted == 4
    }
    #expect(resumed.records.count == 2)
    let again = try trainer(rule)
    again.state = try #require(TrainingState(words: resumed.state.words))
    guard case .stopped = try again.run() else { return #expect(Bool(false), "it did not stop") }
    #expect(again.records.count == 3)
  }

  @Test func earlyStoppingCountsFromTheLastImprovement() {
    let rule = EarlyStopping(metric: .accuracy, patience: 2, minimumChange: 0.1)
    var memory: [Double] = []
    let ends = [0.5, 0.55, 0.65, 0.7, 0.74].map { accuracy in
      var scores = TrainingRecord.Scores()
      scores.values[.accuracy] = accuracy
      return rule.ends(
        after: TrainingRecord(epoch: 1, steps: 1, rate: 1, training: scores, seconds: 0), memory: &memory)
    }
    #expect(ends == [false, false, false, false, true])
  }
}
