import NNCore

/// Makes the layers of this family known.
public func registerConvolutionLayers(into registry: inout Registry) {
  registry.register(Conv2D.self)
  registry.register(MaxPool2D.self)
  registry.register(AveragePool2D.self)
  registry.register(GlobalAveragePool.self)
  registry.register(GlobalMaxPool.self)
}
