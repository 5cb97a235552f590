import NNCore

/// Makes the layers of this family known.
public func registerSequenceLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Embedding.self)
  try registry.register(Position.self)
  try registry.register(PoolSequence.self)
}
