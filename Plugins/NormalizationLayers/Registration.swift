import NNCore

/// Makes the layers of this family known.
public func registerNormalizationLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(BatchNorm.self)
  try registry.register(LayerNorm.self)
  try registry.register(RMSNorm.self)
  try registry.register(GroupNorm.self)
  try registry.register(InstanceNorm.self)
  try registry.register(LocalResponseNorm.self)
}
