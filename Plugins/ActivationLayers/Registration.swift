import NNCore

/// Makes the layers of this family known.
public func registerActivationLayers(into registry: inout Registry) {
  registry.register(Identity.self)
  registry.register(Step.self)
  registry.register(Sigmoid.self)
  registry.register(Tanh.self)
  registry.register(Relu.self)
  registry.register(LeakyRelu.self)
  registry.register(Prelu.self)
  registry.register(Elu.self)
  registry.register(Selu.self)
  registry.register(Softplus.self)
  registry.register(Softsign.self)
  registry.register(Gelu.self)
  registry.register(Silu.self)
  registry.register(HardSigmoid.self)
  registry.register(HardSwish.self)
  registry.register(Maxout.self)
  registry.register(Softmax.self)
  registry.register(LogSoftmax.self)
}
