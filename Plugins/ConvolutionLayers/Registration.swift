import NNCore

/// Makes the layers of this family known.
public func registerConvolutionLayers(into registry: inout Registry) {
  registry.register(Conv2D.self)
  registry.register(Conv1D.self)
  registry.register(ConvTranspose2D.self)
  registry.register(MaxPool2D.self)
  registry.register(AveragePool2D.self)
  registry.register(GlobalAveragePool.self)
  registry.register(GlobalMaxPool.self)
  registry.register(AdaptiveAveragePool2D.self)
  registry.register(AdaptiveMaxPool2D.self)
  registry.register(Pad2D.self)
  registry.register(Upsample.self)
  registry.register(ChannelShuffle.self)
  registry.register(PixelShuffle.self)
}
