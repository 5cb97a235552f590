import NNCore

/// Makes the layers of this family known.
public func registerDenseLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Dense.self)
}
