import NNCore

/// Elements of training: an optimizer and a stopping rule. A library that brings them is for programs that train; layers that
/// predicting needs belong into a library of their own.
enum NNRunPlugin: Plugin {
  static let name = "lion"
  static let version = "1.0.0"
  static let namespace = "urn:lion:training"

  static func register(into registry: inout Registry) throws {
    try registry.register(Lion.self)
    try registry.register(LowEnough.self)
  }
}
