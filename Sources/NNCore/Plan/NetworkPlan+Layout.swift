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

extension NetworkPlan {
  /// Numbers of steps of an input with lengths for which a net of fewer steps may be worth having: a half of the steps, a quarter
  /// and so on.
  package func fewerSteps(ofInput input: Int) -> [Int] {
    let least = max(8, leastSteps(ofInput: input).steps)
    var all: [Int] = []
    var steps = definition.inputs[input].shape[0] / 2
    while steps >= least {
      all.append(steps)
      steps /= 2
    }
    return all
  }

  /// The plan of the same net for sequences of fewer steps, on the same parameters and states. What a layer makes of a sample does
  /// not depend on padding, so that it computes the same of samples that have so many steps at most.
  ///
  /// - Returns: nil if the input has no length, or other parameters depend on the steps than those that count them.
  package func shortened(to steps: Int, input: Int) -> NetworkPlan? {
    let most = definition.inputs[input].shape[0]
    guard let shorter = definition.withSteps(steps, ofInput: input) else { return nil }
    return try? NetworkPlan(shorter, targets: targets.mapValues { $0.withSteps(steps, of: most) }).laidOut(as: self)
  }
}

extension TargetForm {
  /// The form for sequences of fewer steps, if it has so many.
  fileprivate func withSteps(_ steps: Int, of most: Int) -> TargetForm {
    guard shape.rank > 0, shape[0] == most, let shorter = Shape([steps] + shape.dimensions.dropFirst()) else {
      return self
    }
    switch self {
    case .classes(let count, _): return .classes(count: count, shape: shorter)
    case .values: return .values(shorter)
    }
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
