import NNKernels

/// The parameters of a net, one by one.
extension Network {
  /// A parameter's values.
  public func parameter(_ index: Int) -> Tensor<S> {
    Tensor(shape: plan.parameters[index].plan.shape, buffer: parameters.slice(plan.parameters[index].range))
  }

  /// A parameter's gradient.
  public func parameterGradient(_ index: Int) -> Tensor<S> {
    Tensor(shape: plan.parameters[index].plan.shape, buffer: gradients.slice(plan.parameters[index].range))
  }
}
