import NNCore

/// Makes the layers of this family known.
public func registerNormalizationLayers(into registry: inout Registry) {
  registry.register(BatchNorm.self)
  registry.register(LayerNorm.self)
  registry.register(RMSNorm.self)
  registry.register(GroupNorm.self)
  registry.register(InstanceNorm.self)
  registry.register(LocalResponseNorm.self)
}
