import NNKernels

/// The parameters of a net, one by one.
extension Network {
  /// Draws initial parameters. A parameter's values depend on the seed and its name alone.
  public func initialize(seed: UInt64) {
    for parameter in plan.parameters {
      parameter.plan.initializer.fill(
        parameters.slice(parameter.range), rows: parameter.plan.shape.rank > 0 ? parameter.plan.shape[0] : 1,
        fanIn: parameter.plan.fanIn, fanOut: parameter.plan.fanOut,
        random: RandomStream(key: seed).derived(stableHash(parameter.name)))
    }
    for state in plan.states { self.state.slice(state.range).fill(S(state.plan.initialValue)) }
  }

  /// A parameter's values.
  public func parameter(_ index: Int) -> Tensor<S> {
    Tensor(shape: plan.parameters[index].plan.shape, buffer: parameters.slice(plan.parameters[index].range))
  }

  /// A parameter's gradient.
  public func parameterGradient(_ index: Int) -> Tensor<S> {
    Tensor(shape: plan.parameters[index].plan.shape, buffer: gradients.slice(plan.parameters[index].range))
  }
}
