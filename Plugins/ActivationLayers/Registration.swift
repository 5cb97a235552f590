import NNCore

/// Makes the layers of this family known.
public func registerActivationLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Identity.self)
  try registry.register(Step.self)
  try registry.register(Sigmoid.self)
  try registry.register(Tanh.self)
  try registry.register(Relu.self)
  try registry.register(LeakyRelu.self)
  try registry.register(Prelu.self)
  try registry.register(Elu.self)
  try registry.register(Selu.self)
  try registry.register(Softplus.self)
  try registry.register(Softsign.self)
  try registry.register(Gelu.self)
  try registry.register(Silu.self)
  try registry.register(HardSigmoid.self)
  try registry.register(HardSwish.self)
  try registry.register(Maxout.self)
  try registry.register(Softmax.self)
  try registry.register(LogSoftmax.self)
}
