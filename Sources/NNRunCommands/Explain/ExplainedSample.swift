import NNCommandLine
import NNCore
import NNData
import NNExplain
import NNKernels
import NNText

/// The sample that `nnrun explain` sends through a net: numbers for its inputs, and right answers.
struct ExplainedSample {
  private var values: [Int: [Double]] = [:]
  private(set) var targets: [String: Explanation.Target] = [:]

  /// Reads what the options `--input`, `--row`, `--label` and `--target` give.
  init(
    _ arguments: Arguments, _ plan: NetworkPlan, preprocessing: [AffinePreprocessing], classes: [String]?,
    pictures: PictureForm?, record: SourceRecord?, workers: WorkerPool
  ) throws {
    let inputs = arguments.all("input")
    let free = plan.definition.freeInputs
    guard inputs.count == free.count || inputs.isEmpty && free.isEmpty else {
      let names = free.map { plan.definition.inputs[$0].name }.joined(separator: ", ")
      if inputs.isEmpty, let first = free.first {
        throw DiagnosticError(
          .usage, code: "missing-value", "the input '\(plan.definition.inputs[first].name)' has no value",
          remedy: "give one with --input, or in the model with value=\"2\"")
      }
      throw usageError(
        free.isEmpty ? "all inputs of the net have values" : "the net reads \(free.count) inputs: \(names)",
        free.isEmpty ? "leave --input out" : "give --input once for each")
    }
    for (place, (index, text)) in zip(free, inputs).enumerated() {
      let input = plan.definition.inputs[index]
      let affine = place < preprocessing.count ? preprocessing[place] : .identity
      let found: [Double]
      if let numbers = Self.numbers(text) {
        found = Self.prepared(numbers, affine)
      } else {
        found = try read(text, index, arguments, plan, affine, classes, pictures, record, workers)
      }
      let features = input.shape.elementCount / (input.hasLength ? input.shape[0] : 1)
      let isSequence =
        input.hasLength && found.count % features == 0 && (1...input.shape[0]).contains(found.count / features)
      guard isSequence || found.count == input.shape.elementCount else {
        throw DiagnosticError(
          code: "shape-mismatch",
          "the input '\(input.name)' takes \(input.shape.elementCount) numbers (\(input.shape)), but the sample has "
            + "\(found.count)",
          remedy: found.count == input.shape.elementCount + 1
            ? "if one column is the label, say which: --label last" : nil)
      }
      values[index] = found
    }
    let plan = try planned(like: plan)
    // Of the labels of a sequence, those within its length.
    for (name, form) in plan.targets {
      guard let target = targets[name], target.values.count > form.shape.elementCount else { continue }
      targets[name] = Explanation.Target(form: form, values: Array(target.values.prefix(form.shape.elementCount)))
    }
    try readTargets(arguments, plan, classes)
  }

  /// The plan of the graph with the sample in its inputs, in which a sequence has its own length: its targets have the forms
  /// that those of `plan` have, of other sizes where they belong to steps.
  private func planned(like plan: NetworkPlan) throws -> NetworkPlan {
    guard plan.definition.inputs.contains(where: \.hasLength) else { return plan }
    let definition = try filled(plan.definition)
    var forms = plan.targets
    for node in try NetworkPlan(definition).layers.enumerated() where !node.element.targets.isEmpty {
      guard let name = definition.nodes[node.offset].target else { continue }
      forms[name] = node.element.targets.first { accepted in
        switch (accepted, plan.targets[name]) {
        case (.classes, .classes?), (.values, .values?): true
        default: false
        }
      }
    }
    return try NetworkPlan(definition, targets: forms)
  }

  /// The graph with the sample in its inputs.
  func filled(_ definition: NetworkDefinition) throws -> NetworkDefinition {
    try definition.withValues(values)
  }

  /// Numbers separated by commas or white space; nil if it is something else, such as a path.
  private static func numbers(_ text: String) -> [Double]? {
    let words = text.split { $0 == "," || $0 == ";" || $0.isWhitespace }
    let numbers = words.compactMap { Double($0) }.filter(\.isFinite)
    return numbers.count == words.count && !words.isEmpty ? numbers : nil
  }

  private static func prepared(_ numbers: [Double], _ preprocessing: AffinePreprocessing) -> [Double] {
    // The caller refuses numbers of another count.
    guard preprocessing.fits(numbers.count) else { return numbers }
    let (scales, shifts) = (preprocessing.scales, preprocessing.shifts)
    return numbers.enumerated().map { index, x in
      scales[scales.count == 1 ? 0 : index] * x + shifts[shifts.count == 1 ? 0 : index]
    }
  }

  /// One row of a file, preprocessed; with its right answer if the file has one.
  private mutating func read(
    _ path: String, _ index: Int, _ arguments: Arguments, _ plan: NetworkPlan,
    _ preprocessing: AffinePreprocessing, _ classes: [String]?, _ pictures: PictureForm?, _ record: SourceRecord?,
    _ workers: WorkerPool
  ) throws -> [Double] {
    let form = plan.targets.first?.value
    let hasAnswer = arguments.has("label") || LabelledInput.holdsAnswers(path)
    let set: Dataset
    if hasAnswer, form != nil {
      set = try LabelledInput.read(
        path, label: arguments.text("label"),
        SourceContext(
          folder: ".", classes: classes, labelForm: form, record: record, isDouble: true, workers: workers),
        pictures: pictures)
    } else {
      var reading = PredictionInput()
      (reading.record, reading.label, reading.isDouble) = (record, arguments.text("label"), true)
      (reading.pictures, reading.workers) = (pictures, workers)
      reading.inputs = [plan.definition.inputs[index].name]
      set = try reading.read(path)
    }
    let row = try arguments.integer("row", 1...Int(Int32.max)) ?? 1
    guard row <= set.count else {
      throw usageError("--row \(row) is past the end: \(path) has \(set.count) rows")
    }
    let sample = try InputBinding(plan, input: index).bind(set.subset([row - 1]), for: .predicting)
    let feed = BatchFeed<Double>(
      sample, FeedSettings(batch: 1, preprocessing: [preprocessing]), batches: 1, workers: workers)
    _ = feed.next()
    if hasAnswer, form != nil, let name = plan.definition.targetNames.first, let answer = set.targets.first {
      let values = (0..<answer.width).map { answer.value((row - 1) * answer.width + $0) }
      targets[name] = Explanation.Target(form: answer.form, values: values)
    }
    let elements = feed.input(0).array
    // Of a sequence, the steps within its length.
    let features = elements.count / plan.definition.inputs[index].shape[0]
    return feed.lengths(0).map { Array(elements.prefix(Int($0[0]) * features)) } ?? elements
  }

  private mutating func readTargets(_ arguments: Arguments, _ plan: NetworkPlan, _ classes: [String]?) throws {
    let words = arguments.all("target")
    if words.isEmpty { return }
    let names = plan.definition.targetNames
    guard words.count == names.count else {
      throw usageError(
        names.isEmpty
          ? "the net has no loss that a --target could be for"
          : "the net has \(names.count) target\(names.count == 1 ? "" : "s"), but \(words.count) are given")
    }
    for (name, text) in zip(names, words) {
      guard let form = plan.targets[name] else { continue }
      targets[name] = Explanation.Target(form: form, values: try Self.answer(text, form, classes))
    }
  }

  private static func answer(_ text: String, _ form: TargetForm, _ classes: [String]?) throws -> [Double] {
    let words = text.split { $0 == "," || $0.isWhitespace }.map(String.init)
    guard words.count == form.shape.elementCount else {
      throw usageError("--target '\(text.shortened)' holds \(words.count) answers, but the loss needs \(form)")
    }
    return try words.map { word in
      switch form {
      case .classes(let count, _):
        if let index = classes?.firstIndex(of: word) { return Double(index) }
        guard let index = Int(word), (0..<count).contains(index) else {
          throw usageError(
            "'\(word.shortened)' is none of the classes",
            classes.map { "they are \($0.prefix(20).joined(separator: ", "))" } ?? "they are 0 to \(count - 1)")
        }
        return Double(index)
      case .values:
        guard let value = Double(word), value.isFinite else {
          throw usageError("'\(word.shortened)' is not a number")
        }
        return value
      }
    }
  }
}
