import NNCore

/// Makes the optimizers, schedules and stopping rules of this module known.
public func registerStandardTraining(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(StochasticGradientDescent.self)
  try registry.register(Adam.self)
  try registry.register(AdamW.self)
  try registry.register(RMSProp.self)
  try registry.register(AdaGrad.self)
  try registry.register(ConstantRate.self)
  try registry.register(StepRate.self)
  try registry.register(MultiStepRate.self)
  try registry.register(ExponentialRate.self)
  try registry.register(PolynomialRate.self)
  try registry.register(CosineRate.self)
  try registry.register(OneCycleRate.self)
  try registry.register(EarlyStopping.self)
}
