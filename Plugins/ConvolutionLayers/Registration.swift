import NNCore

/// Makes the layers of this family known.
public func registerConvolutionLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Conv2D.self)
  try registry.register(Conv1D.self)
  try registry.register(ConvTranspose2D.self)
  try registry.register(MaxPool2D.self)
  try registry.register(AveragePool2D.self)
  try registry.register(GlobalAveragePool.self)
  try registry.register(GlobalMaxPool.self)
  try registry.register(AdaptiveAveragePool2D.self)
  try registry.register(AdaptiveMaxPool2D.self)
  try registry.register(Pad2D.self)
  try registry.register(Upsample.self)
  try registry.register(ChannelShuffle.self)
  try registry.register(PixelShuffle.self)
}
