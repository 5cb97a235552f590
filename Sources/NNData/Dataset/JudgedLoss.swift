import NNCore

/// A loss of a net, and which elements of a target it judges by.
struct JudgedLoss: Sendable {
  let node: NetworkDefinition.Node
  /// The length of what it judges, the steps of its shape, and the place among the free inputs that the length comes from;
  /// nil if all steps count.
  private let length: (rule: SequenceLength, most: Int, place: Int)?

  init(_ plan: NetworkPlan, _ index: Int) {
    node = plan.definition.nodes[index]
    length = node.inputs.first.flatMap { input in
      guard let rule = plan.length(of: input), let place = plan.definition.freeInputs.firstIndex(of: rule.input) else {
        return nil
      }
      return (rule, plan.shape(of: input)[rule.axis], place)
    }
  }

  /// How many of the first elements of a row's target count.
  func validWidth(_ target: DataArray, _ row: Int, _ set: Dataset) -> Int {
    guard let length, length.place < set.inputs.count, let lengths = set.inputs[length.place].lengths,
      target.width % length.most == 0
    else { return target.width }
    return length.rule.steps(Int(lengths[row])) * (target.width / length.most)
  }
}
