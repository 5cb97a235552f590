import NNCore

/// Makes the losses of this family known.
public func registerLossLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(SoftmaxCrossEntropy.self)
  try registry.register(BinaryCrossEntropy.self)
  try registry.register(CTC.self)
  try registry.register(SquaredError.self)
  try registry.register(AbsoluteError.self)
  try registry.register(Huber.self)
  try registry.register(Quantile.self)
  try registry.register(Focal.self)
  try registry.register(Hinge.self)
  try registry.register(KullbackLeiblerDivergence.self)
}
