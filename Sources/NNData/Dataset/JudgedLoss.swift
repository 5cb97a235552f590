import NNCore

/// A loss of a net, and which elements of a target it judges by.
package struct JudgedLoss: Sendable {
  let node: NetworkDefinition.Node
  /// The length of what it judges, the steps of its shape, and the place among the free inputs that the length comes from;
  /// nil if all steps count.
  private let length: (rule: SequenceLength, most: Int, place: Int)?

  /// The loss at a node of a planned net.
  package init(_ plan: NetworkPlan, _ index: Int) {
    node = plan.definition.nodes[index]
    length = node.inputs.first.flatMap { input in
      guard let rule = plan.length(of: input), let place = plan.definition.freeInputs.firstIndex(of: rule.input) else {
        return nil
      }
      return (rule, plan.shape(of: input)[rule.axis], place)
    }
  }

  /// How many of the first of a target's `width` elements count in row `row` of the arrays of the free inputs.
  package func validWidth(_ width: Int, _ row: Int, _ inputs: [DataArray]) -> Int {
    guard let length, length.place < inputs.count, let lengths = inputs[length.place].lengths, width % length.most == 0
    else { return width }
    return length.rule.steps(Int(lengths[row])) * (width / length.most)
  }
}
