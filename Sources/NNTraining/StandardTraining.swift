import NNCore

/// Makes the optimizers, schedules and stopping rules of this module known.
public func registerStandardTraining(into registry: inout Registry) {
  registry.register(StochasticGradientDescent.self)
  registry.register(Adam.self)
  registry.register(AdamW.self)
  registry.register(RMSProp.self)
  registry.register(AdaGrad.self)
  registry.register(ConstantRate.self)
  registry.register(StepRate.self)
  registry.register(MultiStepRate.self)
  registry.register(ExponentialRate.self)
  registry.register(PolynomialRate.self)
  registry.register(CosineRate.self)
  registry.register(OneCycleRate.self)
  registry.register(EarlyStopping.self)
}
