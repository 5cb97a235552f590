extension NetworkPlan {
  /// The plan with its parameters and states where those of another plan are, of a net of as many steps or more: a parameter that
  /// counts steps is the beginning of the other's.
  ///
  /// - Returns: nil if the nets have other layers, or arrays of other names or shapes.
  package func laidOut(as other: NetworkPlan) -> NetworkPlan? {
    guard definition.nodes.map(\.layer.schema.name) == other.definition.nodes.map(\.layer.schema.name),
      parameters.count == other.parameters.count, states.count == other.states.count
    else { return nil }
    var result = self
    for (index, (own, others)) in zip(parameters, other.parameters).enumerated() {
      guard own.name == others.name, own.plan.isBeginning(of: others.plan) else { return nil }
      let start = others.range.lowerBound
      result.parameters[index].range = start..<(start + own.range.count)
    }
    for (index, (own, others)) in zip(states, other.states).enumerated() {
      guard own.name == others.name, own.plan.shape == others.plan.shape else { return nil }
      result.states[index].range = others.range
    }
    (result.parameterSpan, result.stateSpan) = (other.parameterSpan, other.stateSpan)
    return result
  }
}

extension ParameterPlan {
  /// Whether the array is another one, or the first steps of it.
  fileprivate func isBeginning(of other: ParameterPlan) -> Bool {
    guard shape != other.shape else { return true }
    return countsSteps && shape.rank == other.shape.rank && shape[0] <= other.shape[0]
      && shape.dimensions.dropFirst() == other.shape.dimensions.dropFirst()
  }
}
