import NNCore

/// Makes the layers of this family known.
public func registerShapeLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Flatten.self)
  try registry.register(Reshape.self)
  try registry.register(Concat.self)
  try registry.register(Slice.self)
  try registry.register(Split.self)
  try registry.register(Transpose.self)
}
