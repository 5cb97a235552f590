import NNCore

/// Makes the layers of this family known.
public func registerShapeLayers(into registry: inout Registry) {
  registry.register(Flatten.self)
  registry.register(Reshape.self)
  registry.register(Concat.self)
  registry.register(Slice.self)
  registry.register(Split.self)
}
