import LossLayers
import NNCore
import NNData
import NNKernels
import ShapeLayers
import Testing

@testable import NNTraining

@Suite struct EvaluationTests {
  /// Runs values through a net that is only a loss, in batches of three, and evaluates.
  private func evaluate(_ loss: any Layer, _ inputs: [Double], width: Int, _ target: DataArray) throws -> Evaluation {
    var definition = NetworkDefinition(name: "net")
    try definition.input("input", shape: Shape(width))
    try definition.add(loss)
    let set = try Dataset(
      inputs: [DataArray(name: "input", form: .values(Shape(width)), elements: .doubles(inputs))], targets: [target])
    let plan = try NetworkPlan(definition, targets: set.targetForms)
    let network = Network<Double>(
      plan, batch: 3, options: NetworkOptions(isTrained: false), workers: WorkerPool(threads: 1))
    return try NNTraining.evaluate(network, on: set, topCount: 2, detail: .predictions)
  }

  /// The same for values that hold NaN, which no data set does: written into the net's memory, in one batch.
  private func evaluate(
    unchecked loss: any Layer, _ inputs: [Double], width: Int, _ target: DataArray
  ) throws -> Evaluation {
    var definition = NetworkDefinition(name: "net")
    try definition.input("input", shape: Shape(width))
    try definition.add(loss)
    let network = Network<Double>(
      try NetworkPlan(definition, targets: ["label": target.form]), batch: inputs.count / width,
      options: NetworkOptions(isTrained: false), workers: WorkerPool(threads: 1))
    for (index, value) in inputs.enumerated() { network.inputBuffer(0)[index] = value }
    for index in 0..<target.elements.count { network.targetBuffer(0)[index] = target.value(index) }
    network.forward(.inference)
    var evaluation = Evaluation(network.plan, topCount: 1, detail: .predictions)
    evaluation.add(network)
    return evaluation
  }

  @Test func classesAgreeWithScikitLearn() throws {
    let reference = try Reference("metrics")
    let labels = try reference.row("labels").map { Int32($0) }
    let found = try evaluate(
      SoftmaxCrossEntropy(), try reference.row("scores"), width: 4,
      DataArray(name: "label", form: .classes(count: 4, shape: Shape(1)), elements: .labels(labels)))
    #expect(found.samples == 40)
    #expect(found.accuracy == (try reference.row("accuracy"))[0])
    #expect(found.topAccuracy == (try reference.row("top2"))[0])
    #expect(found.main.confusionMatrix?.flatMap { $0 } == (try reference.row("confusion")))
    let classes = try #require(found.main.perClass)
    for (index, row) in classes.enumerated() {
      #expect(((row.precision ?? 0) - (try reference.row("precision"))[index]).magnitude < 1e-15)
      #expect(((row.recall ?? 0) - (try reference.row("recall"))[index]).magnitude < 1e-15)
      #expect(row.support == (try reference.row("support"))[index])
    }
  }

  @Test func valuesAgreeWithScikitLearn() throws {
    let reference = try Reference("metrics")
    let target = DataArray(name: "label", form: .values(Shape(1)), elements: .doubles(try reference.row("truth")))
    let found = try evaluate(SquaredError(), try reference.row("values"), width: 1, target)
    #expect(((found.rmse ?? 0) - (try reference.row("rmse"))[0]).magnitude < 1e-14)
    #expect(((found.r2 ?? 0) - (try reference.row("r2"))[0]).magnitude < 1e-14)
    #expect(found.accuracy == nil)
    let sum = try evaluate(SquaredError(reduction: .sum), try reference.row("values"), width: 1, target)
    #expect((sum.loss - found.loss * 30).magnitude < 1e-12)
  }

  @Test func stateSurvivesACheckpoint() throws {
    let reference = try Reference("metrics")
    let target = DataArray(name: "label", form: .values(Shape(1)), elements: .doubles(try reference.row("truth")))
    let found = try evaluate(SquaredError(), try reference.row("values"), width: 1, target)
    var copy = found
    func restore(_ words: [UInt64]) -> Bool {
      var reader = WordReader(words)
      return copy.restore(&reader) && reader.isExhausted
    }
    let isRestored = restore(found.words)
    #expect(isRestored)
    #expect(copy.r2 == found.r2)
    #expect(Metric.named("medianError")?.value(copy) == Metric.named("medianError")?.value(found))
    var spoiled = found
    (spoiled.heads[0].ignored, spoiled.heads[0].unpredicted) = (7, 8)
    let isTaken = restore(spoiled.words)
    #expect(isTaken && copy.ignored == 7 && copy.unpredicted == 8)
    let isRefused = !restore(Array(found.words.dropLast()))
    #expect(isRefused)
    var state = TrainingState()
    state.records = [
      TrainingRecord(epoch: 3, steps: 9, rate: 0.1, training: .init(found), validation: .init(found), seconds: 1.5)
    ]
    state.best = -0.0
    state.bestLoss = 0.25
    state.stoppingMemory = [0.5, 3]
    state.steps = 9
    let again = try #require(TrainingState(words: state.words))
    #expect(again.records == state.records)
    #expect(again.best?.sign == .minus && again.bestLoss == 0.25 && again.stoppingMemory == [0.5, 3])
    #expect(TrainingState(words: []) == nil)
    #expect(TrainingState(words: Array(repeating: .max, count: 12)) == nil)
  }

  /// In several views, predictions are judged by their mean and losses are the means, a smaller last batch included.
  @Test func viewsAreAveraged() throws {
    var definition = NetworkDefinition(name: "net")
    try definition.input("x", shape: Shape(1, 1, 3))
    try definition.add(Flatten())
    try definition.add(SoftmaxCrossEntropy())
    let plan = try NetworkPlan(definition, targets: ["label": .classes(count: 3, shape: Shape(1))])
    func evaluation(_ pictures: [[Double]], _ labels: [Int32], views: TestTimeAugmentation? = nil) throws -> Evaluation
    {
      let set = try Dataset(
        inputs: [
          DataArray(name: "x", form: .values(Shape(1, 1, 3)), elements: .doubles(pictures.flatMap { $0 }))
        ],
        targets: [DataArray(name: "label", form: .classes(count: 3, shape: Shape(1)), elements: .labels(labels))])
      let network = Network<Double>(
        plan, batch: 2, options: NetworkOptions(isTrained: false), workers: WorkerPool(threads: 1))
      return try NNTraining.evaluate(network, on: set, views: views)
    }
    // Mirrored, the scores of classes 0 and 2 are exchanged: the mean prefers class 1 in the first and third picture.
    let pictures = [[3.0, 2.5, -3], [0, 0, 9], [-4, 1.5, 2]]
    let labels: [Int32] = [1, 1, 1]
    let views = try #require(TestTimeAugmentation(Shape(1, 1, 3), mirrored: true, shift: 0))
    let found = try evaluation(pictures, labels, views: views)
    let plain = try evaluation(pictures, labels)
    let mirrored = try evaluation(pictures.map { $0.reversed() }, labels)
    #expect(found.views == 2 && plain.views == 1 && found.samples == 3)
    #expect(plain.accuracy == 0 && mirrored.accuracy == 0)
    #expect(found.accuracy == 2.0 / 3)
    #expect((found.loss - (plain.loss + mirrored.loss) / 2).magnitude < 1e-15)
  }

  /// A last batch far smaller than the memory is for is scored like any other.
  @Test func aSmallLastBatchCounts() throws {
    var definition = NetworkDefinition(name: "identity")
    try definition.input("x", shape: Shape(3))
    try definition.add(SoftmaxCrossEntropy())
    let network = Network<Double>(
      try NetworkPlan(definition, targets: ["label": .classes(count: 3, shape: Shape(1))]), batch: 12,
      options: NetworkOptions(isTrained: false), workers: WorkerPool(threads: 1))
    network.setBatch(2)
    let (input, target) = (network.inputBuffer(0), network.targetBuffer(0))
    for (i, value) in [0, 5, 1, 2, 0, 7].enumerated() { input[i] = Double(value) }
    target[0] = 1
    target[1] = 2
    network.forward(.inference)
    var scores = Evaluation(network.plan)
    scores.add(network)
    #expect(scores.accuracy == 1)
  }

  /// NaN is neither the first class nor no, whatever the right answer is; the sample counts, as a wrong one.
  @Test func nanIsNoAnswer() throws {
    let labels = DataArray(name: "label", form: .classes(count: 3, shape: Shape(1)), elements: .labels([0, 1, 2, 2]))
    let nan = Double.nan
    for loss in [SoftmaxCrossEntropy(), Hinge()] as [any Layer] {
      let scores = [nan, nan, nan, 0, nan, 1, 0, 0, 1, nan, 0, 0]
      let found = try evaluate(unchecked: loss, scores, width: 3, labels)
      #expect(found.samples == 4 && found.unpredicted == 3 && found.accuracy == 0.25 && found.topAccuracy == 0.25)
      #expect(found.main.perClass?.map(\.support) == [1, 1, 2])
      #expect(found.main.confusionMatrix == [[0, 0, 0], [0, 0, 0], [0, 0, 1]])
    }
    let answers = DataArray(name: "label", form: .classes(count: 2, shape: Shape(1)), elements: .labels([0, 1, 1]))
    let binary = try evaluate(unchecked: BinaryCrossEntropy(), [nan, nan, 3], width: 1, answers)
    #expect(binary.samples == 3 && binary.unpredicted == 2 && binary.accuracy == 1.0 / 3)
    let target = DataArray(name: "label", form: .values(Shape(1)), elements: .doubles([1, 2, 3]))
    let values = try evaluate(unchecked: SquaredError(), [nan, 2, 3], width: 1, target)
    #expect(values.unpredicted == 1 && values.rmse?.isNaN ?? false)
  }

  /// Ignored samples are counted apart.
  @Test func ignoredSamples() throws {
    let labels = DataArray(
      name: "label", form: .classes(count: 3, shape: Shape(1)), elements: .labels([0, -100, 2, 1]))
    let scores: [Double] = [5, 0, 0, 5, 0, 0, 5, 0, 0, 0, 5, 0]
    let found = try evaluate(SoftmaxCrossEntropy(ignoredLabel: -100), scores, width: 3, labels)
    #expect(found.samples == 3 && found.ignored == 1 && found.accuracy == 2.0 / 3)
    #expect(found.main.confusionMatrix == [[1, 0, 0], [0, 1, 0], [1, 0, 0]])
    #expect(found.main.perClass?.map(\.support) == [1, 1, 1])
  }

  /// What losses can be judged by.
  @Test func targetsThatFit() throws {
    func problem(_ loss: any Layer, width: Int, _ target: DataArray) throws -> String? {
      var definition = NetworkDefinition(name: "net")
      try definition.input("input", shape: Shape(width))
      try definition.add(loss)
      let count = target.elements.count / target.width
      let input = DataArray(
        name: "input", form: .values(Shape(width)), elements: .doubles(.init(repeating: 0, count: width * count)))
      let set = try Dataset(inputs: [input], targets: [target], file: "f")
      let plan = try NetworkPlan(definition, targets: set.targetForms)
      do { _ = try InputBinding(plan).bind(set, for: .judging) } catch let error as DiagnosticError {
        return error.diagnostics[0].code
      }
      return nil
    }
    func values(_ elements: DataArray.Elements, _ width: Int = 2) -> DataArray {
      DataArray(name: "label", form: .values(Shape(width)), elements: elements)
    }
    func labels(_ elements: [Int32]) -> DataArray {
      DataArray(name: "label", form: .classes(count: 3, shape: Shape(1)), elements: .labels(elements))
    }
    for loss in [BinaryCrossEntropy(), KullbackLeiblerDivergence(), SoftmaxCrossEntropy()] as [any Layer] {
      #expect(try problem(loss, width: 2, values(.doubles([0, 1, 0.5, 0.5]))) == nil)
      #expect(try problem(loss, width: 2, values(.doubles([0, 1, 1.5, -0.5]))) == "target-out-of-range")
      #expect(try problem(loss, width: 2, values(.bytes([0, 1, 0, 255]))) == "target-out-of-range")
    }
    #expect(try problem(SquaredError(), width: 2, values(.doubles([-7, 8]))) == nil)
    #expect(try problem(SoftmaxCrossEntropy(), width: 3, labels([0, 1, 2])) == nil)
    #expect(try problem(SoftmaxCrossEntropy(), width: 3, labels([0, 1, 3])) == "label-out-of-range")
    #expect(try problem(SoftmaxCrossEntropy(ignoredLabel: 3), width: 3, labels([0, 1, 3])) == nil)
    #expect(try problem(SoftmaxCrossEntropy(ignoredLabel: 4), width: 3, labels([0, 1, 3])) == "label-out-of-range")
    #expect(try problem(SoftmaxCrossEntropy(ignoredLabel: 1), width: 3, labels([1, 1])) == "no-samples")
    #expect(try problem(Hinge(), width: 3, labels([0, -1])) == "label-out-of-range")
  }
}
