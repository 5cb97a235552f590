import NNCore
import NNText

/// Which array of a data set goes to which input and target of a net: the one place where the two meet.
///
/// Kernels check no bounds, so every size is held against the plan here before a number reaches them.
///
/// - Inputs: if the set has an array of each free input's name, those are taken. If it has none of these names and as
///   many arrays as there are free inputs, they are taken in order. Anything else is refused.
/// - Shapes agree if they are equal but for sizes of 1, or if the input reads a plain row of as many elements. The only
///   free input also takes a plain row, as tables have it, for any shape of as many elements.
/// - Targets are taken by name. Labels of `n` classes may serve a loss that reads a distribution over `n` classes. Each
///   must be one that the losses can judge by: see `LayerFacts.targetRange` and `ignoredLabel`.
public struct InputBinding: Sendable {
  /// What a set is bound for. It decides whether targets are needed and what a message advises.
  public enum Purpose: Sendable {
    /// Learning: the net is written for this set.
    case training
    /// Measuring a net that is given: validation, test, evaluation.
    case judging
    /// Predicting: targets are left out.
    case predicting
  }

  private let inputs: [NetworkDefinition.Input]
  private let targets: [Target]
  private let losses: [JudgedLoss]
  /// For each input, the fewest steps of a sequence that the net can read, and the layer that needs so many.
  private let leastSteps: [(steps: Int, layer: String?)]

  private struct Target: Sendable {
    let name: String
    let form: TargetForm?
    /// A loss that reads it.
    let loss: NetworkDefinition.Node?
  }

  /// The binding of a net's free inputs, and of its targets in the plan's forms.
  public init(_ plan: NetworkPlan) {
    targets = plan.definition.targetNames.map { name in
      Target(name: name, form: plan.targets[name], loss: plan.definition.nodes.first { $0.target == name })
    }
    losses = plan.lossNodes.map { JudgedLoss(plan, $0) }
    (inputs, leastSteps) = Self.inputs(plan, plan.definition.freeInputs)
  }

  /// The binding of a single input of a net, by index, without targets.
  package init(_ plan: NetworkPlan, input: Int) {
    (targets, losses) = ([], [])
    (inputs, leastSteps) = Self.inputs(plan, [input])
  }

  private static func inputs(
    _ plan: NetworkPlan, _ indices: [Int]
  ) -> ([NetworkDefinition.Input], [(steps: Int, layer: String?)]) {
    let least = indices.map { index in
      let least = plan.leastSteps(ofInput: index)
      return (steps: least.steps, layer: least.node.map { plan.definition.nodes[$0].name })
    }
    return (indices.map { plan.definition.inputs[$0] }, least)
  }

  /// The set with exactly the arrays that the net reads: an input for each free input, in their order, with its name and
  /// shape; and, unless it is for predicting, a target for each of the definition's target names, in their order, and the
  /// weights of the samples if they have any.
  ///
  /// - Throws: a `DiagnosticError` with everything that does not fit, named with the set's file.
  public func bind(_ set: Dataset, for purpose: Purpose) throws -> Dataset {
    var problems: [Diagnostic] = []
    let inputs = boundInputs(set, purpose, &problems)
    var targets = purpose == .predicting ? [] : boundTargets(set, &problems)
    if !problems.isEmpty { throw DiagnosticError(problems) }
    problems = TargetFit.problems(losses, set.with(inputs: inputs, targets: targets))
    if !problems.isEmpty { throw DiagnosticError(problems) }
    if purpose != .predicting, let weights = set.weights { targets.append(weights) }
    return set.with(inputs: inputs, targets: targets)
  }

  private func boundInputs(_ set: Dataset, _ purpose: Purpose, _ problems: inout [Diagnostic]) -> [DataArray] {
    guard let positions = assignment(set, &problems) else { return [] }
    return inputs.indices.map { place in
      let input = inputs[place]
      var array = set.inputs[positions[place]]
      array.name = input.name
      if input.hasLength || array.lengths != nil {
        // Lengths of a plain row count numbers, not steps of the input.
        if array.lengths == nil, array.form.shape.rank == 1, array.width == input.shape.elementCount {
          array.form = .values(input.shape)
        }
        let binding = SequenceBinding(input: input, least: leastSteps[place])
        if let bound = binding.bind(array, set, purpose, &problems) { return indices(bound, input, set, &problems) }
        if input.hasLength || !problems.isEmpty { return array }
        array.lengths = nil
      }
      if !Self.agree(array.form.shape, input.shape, takesRows: inputs.count == 1) {
        problems.append(mismatch(input, array, set, purpose))
      }
      if array.width == input.shape.elementCount { array.form = .values(input.shape) }
      return indices(array, input, set, &problems)
    }
  }

  /// The array of an input that reads indices, which must be such; any other as it is.
  private func indices(
    _ array: DataArray, _ input: NetworkDefinition.Input, _ set: Dataset, _ problems: inout [Diagnostic]
  ) -> DataArray {
    guard let entries = input.entries, array.width == input.shape.elementCount else { return array }
    var wrong: (index: Int, value: Double)?
    array.forEachSample(of: set.rows) { place, numbers in
      let row = Int(set.rows[place])
      wrong = numbers[..<array.validWidth(row)].firstIndex {
        !($0 >= 0 && $0 < Double(entries) && $0 == $0.rounded())
      }.map { (row * array.width + $0, numbers[$0]) }
      return wrong == nil
    }
    if let (index, value) = wrong {
      problems.append(
        problem(
          "index-out-of-range", set,
          "\(array.place(index)) of '\(input.name)' is \(AttributeValue.number(value).written), which is none of its "
            + "\(entries) entries", remedy: "they are whole numbers from 0 to \(entries - 1)"))
      return array
    }
    var result = array
    result.form = .classes(count: entries, shape: input.shape)
    return result
  }

  /// For each free input the position of its array; nil if there is a problem.
  private func assignment(_ set: Dataset, _ problems: inout [Diagnostic]) -> [Int]? {
    let named = inputs.map { input in set.inputs.firstIndex { $0.name == input.name } }
    let found = named.compactMap(\.self)
    if found.count == inputs.count, found.count == set.inputs.count { return found }
    if found.isEmpty, set.inputs.count == inputs.count { return Array(inputs.indices) }
    let needs = inputs.map { "'\($0.name)' (\($0.shape))" }.joined(separator: ", ")
    let has = set.inputs.map { "'\($0.name)' (\($0.form.shape))" }.joined(separator: ", ")
    guard !inputs.isEmpty else {
      problems.append(
        problem(
          "no-free-input", set, "every input of the net has a fixed value, so there is nothing that \(has) could fill"))
      return nil
    }
    problems.append(
      problem(
        "input-count", set,
        "the net reads \(needs.shortened), but the data has \(set.inputs.isEmpty ? "no inputs" : has.shortened)",
        remedy: inputs.count == 1
          ? "give one array, or call it '\(inputs[0].name)'"
          : "give an array for each input, of its name; or as many arrays as inputs, in their order, of other names"))
    return nil
  }

  private func boundTargets(_ set: Dataset, _ problems: inout [Diagnostic]) -> [DataArray] {
    targets.compactMap { target in
      let name = target.name
      guard var array = set.target(name) else {
        let names = set.targets.map(\.name)
        problems.append(
          Diagnostic(
            code: "missing-target",
            "the data\(set.inFile) has no '\(name)'" + (target.loss.map { " for the loss '\($0.name)'" } ?? "")
              + (names.isEmpty ? "; it has no labels" : "; it has \(names.joined(separator: ", "))"),
            remedy: names.isEmpty ? "say in the source where the labels are" : nil, place: target.loss?.place,
            sourceLine: target.loss?.sourceLine))
        return nil
      }
      guard let form = target.form else { return array }
      if let fitting = Self.fitting(array.form, form) {
        array.form = fitting
      } else {
        problems.append(
          problem(
            "target-mismatch", set, "'\(name)' holds \(array.form) for each sample, but the net learns \(form)",
            remedy: "give the same answers as in the training set"))
      }
      return array
    }
  }

  /// The form in which a target's array serves a loss that was planned for `wanted`; nil if it cannot.
  private static func fitting(_ found: TargetForm, _ wanted: TargetForm) -> TargetForm? {
    switch (found, wanted) {
    case (.classes(let count, let shape), .classes(let other, let otherShape)):
      count == other && agree(shape, otherShape) ? wanted : nil
    case (.values(let shape), .values(let other)): agree(shape, other) ? wanted : nil
    case (.classes(let count, let shape), .values(let other)):
      shape.elementCount == 1 && (other.elementCount == count || other.elementCount == 1 && count == 2) ? found : nil
    case (.values, .classes): nil
    }
  }

  /// Whether elements of the shape that was found can be read, in their order, as those of the needed one.
  static func agree(_ found: Shape, _ needed: Shape, takesRows: Bool = true) -> Bool {
    guard found.elementCount == needed.elementCount else { return false }
    let (one, other) = (found.dimensions.filter { $0 > 1 }, needed.dimensions.filter { $0 > 1 })
    return one == other || other.count <= 1 || takesRows && one.count <= 1
  }

  private func mismatch(
    _ input: NetworkDefinition.Input, _ array: DataArray, _ set: Dataset, _ purpose: Purpose
  ) -> Diagnostic {
    let (found, needed) = (array.form.shape, input.shape)
    var code = "shape-mismatch"
    var remedy: String?
    if found.rank == 3, Shape([found[2], found[0], found[1]]) == needed {
      remedy = "the channels stand last there; put them first, as numpy.moveaxis(x, -1, 1) does"
    } else if set.count * array.width == needed.elementCount {
      remedy = "if the file holds a single sample, give it a first dimension of 1, as x[None] does"
    } else if purpose == .training {
      remedy = "write shape=\"\(found)\""
    } else if purpose == .predicting, array.width == needed.elementCount + 1 {
      code = "label-among-inputs"
      remedy = "if one column is the label, say which"
    }
    var result = problem(
      code, set,
      "the input '\(input.name)' has the shape \(needed) (\(needed.elementCount) elements), but a sample of the data"
        + "\(set.inFile) has \(found) (\(array.width) elements)", remedy: remedy)
    if purpose == .training, let place = input.place {
      result.place = place
      result.sourceLine = input.sourceLine
    }
    return result
  }

  private func problem(_ code: String, _ set: Dataset, _ message: String, remedy: String? = nil) -> Diagnostic {
    Diagnostic(
      code: code, message, remedy: remedy,
      place: set.file.isEmpty ? nil : SourcePlace(file: set.file, line: 0, column: 0))
  }
}

extension Dataset {
  /// Names the set's file within a sentence.
  fileprivate var inFile: String { file.isEmpty ? "" : " in \(file)" }
}
