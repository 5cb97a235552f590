extension ExecutionPlan {
  /// How the sum at node `index` can be fused into the producer of one of its two inputs: the producer accumulates into
  /// the memory of the other input, which becomes the sum. The sum must be the only reader of the producer's result,
  /// and the last reader of the other input.
  ///
  /// - Parameters:
  ///   - readers: the nodes that read each value.
  ///   - kept: values that must not be overwritten.
  /// - Returns: the input that is added to, and the producer of the other one; nil if the sum has to be computed.
  static func addend(
    _ index: Int, _ plan: NetworkPlan, _ readers: [NetworkDefinition.Value: [Int]],
    kept: Set<NetworkDefinition.Value>
  ) -> (NetworkDefinition.Value, producer: Int)? {
    let nodes = plan.definition.nodes
    let inputs = nodes[index].inputs
    guard nodes[index].layer.facts.isSum, inputs.count == 2, inputs[0] != inputs[1],
      inputs.allSatisfy({ plan.shape(of: $0) == plan.layers[index].outputs[0] && !kept.contains($0) })
    else { return nil }
    for (own, other) in [(inputs[1], inputs[0]), (inputs[0], inputs[1])] {
      guard case .node(let producer) = own.origin, case .node(let source) = other.origin, source < producer,
        nodes[producer].layer.facts.acceptsAddend, !plan.layers[producer].runsInPlace, own.output == 0,
        readers[own] == [index],
        // Readers are in ascending order, and the sum is one of them, so the last two suffice.
        readers[other]?.suffix(2).allSatisfy({ $0 < producer || $0 == index }) ?? false
      else { continue }
      return (other, producer)
    }
    return nil
  }
}
