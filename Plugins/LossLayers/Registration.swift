import NNCore

/// Makes the losses of this family known.
public func registerLossLayers(into registry: inout Registry) {
  registry.register(SoftmaxCrossEntropy.self)
  registry.register(BinaryCrossEntropy.self)
  registry.register(SquaredError.self)
  registry.register(AbsoluteError.self)
  registry.register(Huber.self)
  registry.register(Hinge.self)
  registry.register(KullbackLeiblerDivergence.self)
}
