import NNCore

/// Makes the layers of this family known.
public func registerSequenceLayers(into registry: inout Registry) throws(RegistrationError) {}
