import NNCore

/// Makes the layers of this family known.
public func registerRegularizationLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Dropout.self)
  try registry.register(SpatialDropout.self)
  try registry.register(RandomCrop.self)
}
