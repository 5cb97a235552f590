import NNCore

/// Makes the layers of this family known.
public func registerRegularizationLayers(into registry: inout Registry) {
  registry.register(Dropout.self)
  registry.register(SpatialDropout.self)
  registry.register(RandomCrop.self)
}
