import NNCore

/// Makes the layers of this family known.
public func registerSequenceLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Embedding.self)
  try registry.register(Position.self)
  try registry.register(PoolSequence.self)
  try registry.register(RNN.self)
  try registry.register(LSTM.self)
  try registry.register(GRU.self)
  try registry.register(AttentionLayer.self)
}
